using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Ordering;

namespace Ringcheck.Scenarios;

/// <summary>
/// The shipped scenarios, by name. With <paramref name="freshDrivers"/>, each execution gets a new driver object: for exhibits, whose
/// driver may keep what a reset should clear, so that an execution would depend on the ones before it.
/// </summary>
public sealed class ScenarioCatalog(bool freshDrivers) : IScenarioCatalog
{
    sealed record Entry(ScenarioInfo Info, Func<string, bool, MachineMemory, IScenario> Create);

    const string NoProfile = "none";

    /// <summary>What a pc can have, and what a machine of AArch64 cannot.</summary>
    static readonly string[] OfX86 = ["sc", "tso"], NotTso = [.. MachineMemory.All.Where(memory => memory.Model != MemoryModel.Tso).Select(memory => memory.Name)];

    static readonly Entry[] Entries =
    [
        new(new("spsc-4x3", "single-producer ring of 4 slots: 3 values, 4 polls, 16 scheduling points", [NoProfile], InTour: true), (_, _, memory) => new Spsc4x3(memory)),
        new(new("spsc-2x4", "single-producer ring of 2 slots: each side tries 4 times", [NoProfile], InTour: false), (_, _, memory) => new Spsc2x4(memory)),
        new(new("split-2x3", "a split ring in small: 2 requests, each side looks 3 times", [NoProfile], InTour: false), (_, _, memory) => new Split2x3(memory)),
        .. BlkScenarios.All.Select(entry => new Entry(new(entry.Name, entry.Summary, entry.Profiles ?? BlkScenarios.Profiles, entry.InTour) { Memories = entry.Setup.Pci is { IsPc: true } ? OfX86 : [] },
            (profile, fresh, memory) => new BlkScenario(entry.Setup, Enum.Parse<DeviceProfile>(profile, ignoreCase: true), memory, fresh))),
        .. EntropyScenarios.All.Select(entry => new Entry(new(entry.Name, entry.Summary, EntropyScenarios.Profiles, entry.InTour) { Memories = entry.Setup.Pci is { IsPc: true } ? OfX86 : [] },
            (profile, fresh, memory) => new EntropyScenario(entry.Setup, Enum.Parse<DeviceProfile>(profile, ignoreCase: true), memory, fresh))),
        new(new(BlkOpenScenario.Name, BlkOpenScenario.Summary, BlkScenarios.Profiles, InTour: false),
            (profile, _, memory) => new BlkOpenScenario(Enum.Parse<DeviceProfile>(profile, ignoreCase: true), memory)),
        new(new(CpuBootScenario.Name, CpuBootScenario.Summary, [CpuBootScenario.Shipped], InTour: false) { Memories = NotTso, Variants = CpuBootScenario.Variants },
            (variant, _, memory) => OfAArch64(memory, () => new CpuBootScenario(variant))),
        new(new(CpuCodeScenario.Name, CpuCodeScenario.Summary, [NoProfile], InTour: false) { Memories = NotTso }, (_, _, memory) => OfAArch64(memory, () => new CpuCodeScenario())),
        new(new(CpuSwitchScenario.Name, CpuSwitchScenario.Summary, [NoProfile], InTour: false) { Memories = NotTso }, (_, _, memory) => OfAArch64(memory, () => new CpuSwitchScenario())),
        new(new(CpuUnmapScenario.Name, CpuUnmapScenario.Summary, CpuUnmapScenario.Profiles, InTour: false) { Memories = NotTso }, (profile, _, memory) => OfAArch64(memory, () => new CpuUnmapScenario(profile))),
        new(new(CpuIdleScenario.Name, CpuIdleScenario.Summary, [NoProfile], InTour: false) { Memories = NotTso }, (_, _, memory) => OfAArch64(memory, () => new CpuIdleScenario())),
        new(new(CpuMmuOffScenario.Name, CpuMmuOffScenario.Summary, [NoProfile], InTour: false) { Memories = NotTso }, (_, _, memory) => OfAArch64(memory, () => new CpuMmuOffScenario())),
        new(new(QueueScenario.NotifyName, QueueScenario.NotifySummary, QueueScenario.Profiles, InTour: false),
            (profile, _, memory) => new QueueScenario(QueueScenario.NotifyName, Enum.Parse<DeviceProfile>(profile, ignoreCase: true), memory)),
        new(new(QueueScenario.RestartName, QueueScenario.RestartSummary, QueueScenario.Profiles, InTour: false),
            (profile, _, memory) => new QueueScenario(QueueScenario.RestartName, Enum.Parse<DeviceProfile>(profile, ignoreCase: true), memory)),
        new(new(QueueScenario.RecycleName, QueueScenario.RecycleSummary, QueueScenario.Profiles, InTour: false),
            (profile, _, memory) => new QueueScenario(QueueScenario.RecycleName, Enum.Parse<DeviceProfile>(profile, ignoreCase: true), memory)),
        new(new(QueueScenario.ReleaseName, QueueScenario.ReleaseSummary, QueueScenario.Profiles, InTour: false),
            (profile, _, memory) => new QueueScenario(QueueScenario.ReleaseName, Enum.Parse<DeviceProfile>(profile, ignoreCase: true), memory)),
        Of(SpinLockProgram.Name, SpinLockProgram.Summary, SpinLockProgram.Wrong, variant => new SpinLockProgram(variant)),
        Of(IrqLockProgram.Name, IrqLockProgram.Summary, IrqLockProgram.Wrong, variant => new IrqLockProgram(variant)),
        Of(TicketLockProgram.Name, TicketLockProgram.Summary, TicketLockProgram.Wrong, variant => new TicketLockProgram(variant)),
        Of(GracePeriodProgram.Name, GracePeriodProgram.Summary, GracePeriodProgram.Wrong, variant => new GracePeriodProgram(variant)),
        .. BlkSmpScenarios.All.Select(BlkOfSeveralCpus),
        new(new(GicScenario.LevelName, GicScenario.LevelSummary, [NoProfile], InTour: false), (_, _, memory) => new GicScenario(InterruptTrigger.Level, memory)),
        new(new(GicScenario.EdgeName, GicScenario.EdgeSummary, [NoProfile], InTour: false), (_, _, memory) => new GicScenario(InterruptTrigger.Edge, memory)),
        new(new(GicScenario.InheritedName, GicScenario.InheritedSummary, [NoProfile], InTour: false), (_, _, memory) => new GicScenario(InterruptTrigger.Level, memory, isInherited: true)),
        new(new(ApicScenario.Name, ApicScenario.Summary, [NoProfile], InTour: false), (_, _, memory) => new ApicScenario(memory)),
        new(new(SerialScenario.Name, SerialScenario.Summary, [NoProfile], InTour: false), (_, _, memory) => new SerialScenario(memory)),
        new(new(TimerScenario.Name, TimerScenario.Summary, [NoProfile], InTour: false), (_, _, memory) => new TimerScenario(memory)),
        .. BootScenarios.All.Select(entry => new Entry(new(entry.Name, entry.Summary, entry.Profiles, entry.InTour) { Memories = entry.Of(entry.Profiles[0]).Setup.IsPc ? OfX86 : [] }, (profile, fresh, memory) =>
        {
            var (setup, devices) = entry.Of(profile);
            return BootScenarios.Create(setup, devices, memory, fresh);
        })),
        new(new(NaiveScenario.Name, NaiveScenario.Summary, NaiveScenario.Profiles, InTour: false),
            (profile, _, memory) => new NaiveScenario(Enum.Parse<DeviceProfile>(profile, ignoreCase: true), memory)),
    ];

    /// <summary>Several CPUs, as they are meant and wrong.</summary>
    static Entry Of(string name, string summary, IReadOnlyList<string> wrong, Func<string, ISmpProgram> program)
        => new(new(name, summary, [LockProgram.Shipped], InTour: false) { Wrong = wrong }, (variant, _, memory) => new SmpScenario(program(variant), memory));

    /// <summary>Device profiles for the shipped code; where it is wrong, the device is strict.</summary>
    static Entry BlkOfSeveralCpus(BlkSmpSetup setup)
    {
        string[] profiles = ["strict", "odd", "qemu"];
        return new(new(setup.Name, setup.Summary, profiles, InTour: false) { Wrong = setup.Wrong }, (name, _, memory) => new SmpScenario(
            setup.Wrong.Contains(name) ? new BlkSmpProgram(setup, DeviceProfile.Strict, name)
                : new BlkSmpProgram(setup, Enum.Parse<DeviceProfile>(name, ignoreCase: true), LockProgram.Shipped), memory));
    }

    public ScenarioCatalog()
        : this(freshDrivers: false)
    {
    }

    public IReadOnlyList<ScenarioInfo> Scenarios { get; } = [.. Entries.Select(entry => entry.Info)];

    /// <summary>The model of the CPU system is AArch64's; loads and stores of the kernel are in program order there, whatever the memory of the devices is.</summary>
    static IScenario OfAArch64(MachineMemory memory, Func<IScenario> create)
        => memory.Model != MemoryModel.Tso ? create() : throw new ArgumentException("the scenarios of the CPU system are AArch64's; there is no TSO of them");

    public IScenario Create(string name, string profile, string memory)
    {
        var entry = Array.Find(Entries, entry => entry.Info.Name == name)
            ?? throw new ArgumentException($"there is no scenario '{name}'; 'ringcheck list' shows what there is");
        if (!entry.Info.Has(profile))
            throw new ArgumentException($"scenario '{name}' has no profile '{profile}'; it has {string.Join(", ", entry.Info.Profiles)}");
        return entry.Create(profile, freshDrivers, MachineMemory.Of(memory));
    }
}
