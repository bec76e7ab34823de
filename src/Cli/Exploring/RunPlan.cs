using Ringcheck.Exploration;

namespace Ringcheck.Cli.Exploring;

/// <summary>One exploration: a scenario under a device profile.</summary>
internal readonly record struct PlannedRun(string Scenario, string Profile);

/// <summary>Which explorations the user asked for.</summary>
internal static class RunPlan
{
    /// <summary>
    /// The named scenarios; without names those of the default tour, or with <paramref name="all"/> every one. Each under the given profile,
    /// or under all that it has. Without names, what cannot be on <paramref name="memory"/> is left out. Throws <see cref="CommandException"/> for what does not exist,
    /// and for a name that cannot be on it.
    /// </summary>
    public static IReadOnlyList<PlannedRun> Of(IReadOnlyList<ScenarioInfo> known, IReadOnlyList<string> names, string? profile, bool all, string memory)
    {
        if (profile is not null && !known.Any(scenario => scenario.Has(profile)))
            throw Nearest.Unknown("profile", profile, [.. known.SelectMany(scenario => scenario.Profiles.Concat(scenario.Variants).Concat(scenario.Wrong)).Distinct()]);
        var chosen = names.Count == 0
            ? known.Where(scenario => (all || scenario.InTour) && scenario.RunsOn(memory) && (profile is null || scenario.Profiles.Contains(profile))).ToList()
            : names.Distinct().Select(name => Named(known, name, profile)).ToList();
        if (chosen.Count == 0)
            throw CommandException.BadUsage($"no scenario of the tour has profile '{profile}'; name a scenario, or ask for --all");
        string[] misplaced = [.. chosen.Where(scenario => !scenario.RunsOn(memory)).Select(scenario => $"'{scenario.Name}' (it has {string.Join(", ", scenario.Memories)})")];
        if (misplaced.Length > 0)
            throw CommandException.BadUsage($"not on memory '{memory}': {string.Join(", ", misplaced)}; leave {(misplaced.Length == 1 ? "it" : "them")} out, or choose another memory");
        return [.. chosen.SelectMany(scenario => profile is null ? scenario.Profiles : [profile], (scenario, each) => new PlannedRun(scenario.Name, each))];
    }

    static ScenarioInfo Named(IReadOnlyList<ScenarioInfo> known, string name, string? profile)
    {
        var scenario = known.FirstOrDefault(candidate => candidate.Name == name)
            ?? throw Nearest.Unknown("scenario", name, [.. known.Select(candidate => candidate.Name)]);
        if (profile is not null && !scenario.Has(profile))
            throw CommandException.BadUsage($"scenario '{name}' has no profile '{profile}'; it has {string.Join(", ", scenario.Profiles)}");
        return scenario;
    }
}
