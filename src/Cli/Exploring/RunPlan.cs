using Ringcheck.Exploration;

namespace Ringcheck.Cli.Exploring;

/// <summary>One exploration: a scenario under a device profile.</summary>
internal readonly record struct PlannedRun(string Scenario, string Profile);

/// <summary>Which explorations the user asked for.</summary>
internal static class RunPlan
{
    /// <summary>
    /// The named scenarios; without names those of the default tour, or with <paramref name="all"/> every one. A name that ends with * stands for all that begin so. Each under
    /// the given profile, or under all that it has. What was not named in full is left out where it has no such profile or cannot be on <paramref name="memory"/>. Throws <see cref="CommandException"/> for what does not exist,
    /// and for a name that cannot be on it.
    /// </summary>
    public static IReadOnlyList<PlannedRun> Of(IReadOnlyList<ScenarioInfo> known, IReadOnlyList<string> names, string? profile, bool all, string memory)
    {
        if (profile is not null && !known.Any(scenario => scenario.Has(profile)))
            throw Nearest.Unknown("profile", profile, [.. known.SelectMany(scenario => scenario.Profiles.Concat(scenario.Variants).Concat(scenario.Wrong)).Distinct()]);
        bool Fits(ScenarioInfo scenario) => scenario.RunsOn(memory) && (profile is null || scenario.Profiles.Contains(profile));
        var chosen = names.Count == 0
            ? known.Where(scenario => (all || scenario.InTour) && Fits(scenario)).ToList()
            : names.SelectMany(name => name.EndsWith('*') ? Beginning(known, name[..^1], Fits) : [Named(known, name, profile)]).Distinct().ToList();
        if (chosen.Count == 0)
            throw CommandException.BadUsage($"no scenario of the tour has profile '{profile}'; name a scenario, or ask for --all");
        string[] misplaced = [.. chosen.Where(scenario => !scenario.RunsOn(memory)).Select(scenario => $"'{scenario.Name}' (it has {string.Join(", ", scenario.Memories)})")];
        if (misplaced.Length > 0)
            throw CommandException.BadUsage($"not on memory '{memory}': {string.Join(", ", misplaced)}; leave {(misplaced.Length == 1 ? "it" : "them")} out, or choose another memory");
        return [.. chosen.SelectMany(scenario => profile is null ? scenario.Profiles : [profile], (scenario, each) => new PlannedRun(scenario.Name, each))];
    }

    static IEnumerable<ScenarioInfo> Beginning(IReadOnlyList<ScenarioInfo> known, string prefix, Func<ScenarioInfo, bool> fits)
    {
        var named = known.Where(scenario => scenario.Name.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (named.Count == 0) throw CommandException.BadUsage($"no scenario's name begins with '{prefix}'; 'ringcheck list' shows what there is");
        if (!named.Exists(fits.Invoke)) throw CommandException.BadUsage($"of the scenarios whose names begin with '{prefix}', none has that profile on that memory");
        return named.Where(fits);
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
