using Ringcheck.Devices;
using Ringcheck.Exploration;

namespace Ringcheck.Scenarios;

/// <summary>
/// The shipped scenarios, by name. With <paramref name="freshDrivers"/>, each execution gets a new driver object: for exhibits, whose
/// driver may keep what a reset should clear, so that an execution would depend on the ones before it.
/// </summary>
public sealed class ScenarioCatalog(bool freshDrivers) : IScenarioCatalog
{
    sealed record Entry(ScenarioInfo Info, Func<string, bool, IScenario> Create);

    const string SequentiallyConsistent = "sc", NoProfile = "none";

    static readonly Entry[] Entries =
    [
        new(new("spsc-4x3", "single-producer ring of 4 slots: 3 values, 4 polls, 16 scheduling points", [NoProfile], InTour: true), (_, _) => new Spsc4x3()),
        new(new("spsc-2x4", "single-producer ring of 2 slots: each side tries 4 times", [NoProfile], InTour: false), (_, _) => new Spsc2x4()),
        .. BlkScenarios.All.Select(entry => new Entry(new(entry.Name, entry.Summary, BlkScenarios.Profiles, entry.InTour),
            (profile, fresh) => new BlkScenario(entry.Setup, Enum.Parse<DeviceProfile>(profile, ignoreCase: true), fresh))),
        new(new(BlkOpenScenario.Name, BlkOpenScenario.Summary, BlkScenarios.Profiles, InTour: false),
            (profile, _) => new BlkOpenScenario(Enum.Parse<DeviceProfile>(profile, ignoreCase: true))),
        new(new(CpuBootScenario.Name, CpuBootScenario.Summary, [CpuBootScenario.Shipped], InTour: false) { Variants = CpuBootScenario.Variants },
            (variant, _) => new CpuBootScenario(variant)),
        new(new(CpuCodeScenario.Name, CpuCodeScenario.Summary, [NoProfile], InTour: false), (_, _) => new CpuCodeScenario()),
        new(new(CpuSwitchScenario.Name, CpuSwitchScenario.Summary, [NoProfile], InTour: false), (_, _) => new CpuSwitchScenario()),
        new(new(CpuUnmapScenario.Name, CpuUnmapScenario.Summary, CpuUnmapScenario.Profiles, InTour: false), (profile, _) => new CpuUnmapScenario(profile)),
        new(new(CpuIdleScenario.Name, CpuIdleScenario.Summary, [NoProfile], InTour: false), (_, _) => new CpuIdleScenario()),
        new(new(CpuMmuOffScenario.Name, CpuMmuOffScenario.Summary, [NoProfile], InTour: false), (_, _) => new CpuMmuOffScenario()),
    ];

    public ScenarioCatalog()
        : this(freshDrivers: false)
    {
    }

    public IReadOnlyList<ScenarioInfo> Scenarios { get; } = [.. Entries.Select(entry => entry.Info)];

    public IScenario Create(string name, string profile, string memory)
    {
        var entry = Array.Find(Entries, entry => entry.Info.Name == name)
            ?? throw new ArgumentException($"there is no scenario '{name}'; 'ringcheck list' shows what there is");
        if (!entry.Info.Profiles.Contains(profile) && !entry.Info.Variants.Contains(profile))
            throw new ArgumentException($"scenario '{name}' has no profile '{profile}'; it has {string.Join(", ", entry.Info.Profiles)}");
        if (memory != SequentiallyConsistent) throw new ArgumentException($"there is no memory '{memory}' yet; there is {SequentiallyConsistent}");
        return entry.Create(profile, freshDrivers);
    }
}
