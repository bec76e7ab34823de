namespace Ringcheck.Exploration;

/// <summary>Strategies by the names that the command line uses.</summary>
public static class StrategyCatalog
{
    public static IReadOnlyList<string> Names { get; } = ["random", "uniform", "pct", "deepening", "exhaustive"];

    /// <summary>Depth of the bugs that PCT aims at: two preemptions that matter, and one start order.</summary>
    public const int PctDepth = 3;

    const int CalibrationRuns = 64;

    /// <summary>Makes strategies for one search. Throws <see cref="ArgumentException"/> for a name that does not exist.</summary>
    public static Func<Strategy> Create(string name, ulong seed, Func<IScenario> scenarios)
    {
        switch (name)
        {
            case "random": return () => new RandomWalk(seed);
            case "uniform": return () => new UniformWalk(seed);
            case "deepening": return () => new Deepening();
            case "exhaustive": return () => new Exhaustive(Pruning.SeenStates);
            case "pct":
                uint choices = EstimateChoices(scenarios);
                return () => new Pct(seed, PctDepth, choices);
            default: throw new ArgumentException($"unknown strategy '{name}'; there are {string.Join(", ", Names)}");
        }
    }

    /// <summary>The longest of a fixed set of random executions, in choices: PCT's k.</summary>
    static uint EstimateChoices(Func<IScenario> scenarios)
    {
        using var scenario = scenarios();
        var strategy = new RandomWalk(0);
        uint longest = 1;
        for (int i = 0; i < CalibrationRuns; i++)
        {
            strategy.Begin(i);
            Execution.Run(scenario, strategy);
            longest = Math.Max(longest, scenario.Engine.Positions);
        }
        return longest;
    }
}
