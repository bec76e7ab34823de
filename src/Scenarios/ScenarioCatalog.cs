using Ringcheck.Exploration;

namespace Ringcheck.Scenarios;

/// <summary>The shipped scenarios, by name.</summary>
public sealed class ScenarioCatalog : IScenarioCatalog
{
    sealed record Entry(ScenarioInfo Info, Func<string, IScenario> Create);

    const string SequentiallyConsistent = "sc";

    static readonly Entry[] Entries =
    [
        new(new("spsc-4x3", "single-producer ring of 4 slots: 3 values, 4 polls, 16 scheduling points", ["none"], InTour: true), _ => new Spsc4x3()),
        new(new("spsc-2x4", "single-producer ring of 2 slots: each side tries 4 times", ["none"], InTour: false), _ => new Spsc2x4()),
    ];

    public IReadOnlyList<ScenarioInfo> Scenarios { get; } = [.. Entries.Select(entry => entry.Info)];

    public IScenario Create(string name, string profile, string memory)
    {
        var entry = Array.Find(Entries, entry => entry.Info.Name == name)
            ?? throw new ArgumentException($"there is no scenario '{name}'; 'ringcheck list' shows what there is");
        if (!entry.Info.Profiles.Contains(profile))
            throw new ArgumentException($"scenario '{name}' has no profile '{profile}'; it has {string.Join(", ", entry.Info.Profiles)}");
        if (memory != SequentiallyConsistent) throw new ArgumentException($"there is no memory '{memory}' yet; there is {SequentiallyConsistent}");
        return entry.Create(profile);
    }
}
