namespace Ringcheck.Exploration;

/// <summary>Strategies by the names that the command line uses.</summary>
public static class StrategyCatalog
{
    /// <summary>What <c>explore</c> uses if nothing else is asked for.</summary>
    public const string Default = "portfolio";

    /// <summary>The depth-first search with seen states, for whoever needs all executions.</summary>
    public const string States = "states";

    public static IReadOnlyList<string> Names { get; } =
        [Default, "random", "uniform", "pct", "pos", "delay", "swarm", "coverage", "preemption", "deepening", States, "exhaustive"];

    /// <summary>Depth of the bugs that PCT aims at: two preemptions that matter, and one start order.</summary>
    public const int PctDepth = 3;

    /// <summary>Delays in one execution, at most.</summary>
    public const int MaxDelays = 3;

    const int CalibrationRuns = 64;

    /// <summary>Makes strategies for one search. Throws <see cref="ArgumentException"/> for a name that does not exist.</summary>
    public static Func<Strategy> Create(string name, ulong seed, Func<IScenario> scenarios)
    {
        switch (name)
        {
            case "random": return () => new RandomWalk(seed);
            case "uniform": return () => new UniformWalk(seed);
            case "pos": return () => new PartialOrderSampling(seed);
            case "swarm": return () => new Swarm(seed);
            case "coverage": return () => new CoverageGuided(seed);
            case "preemption": return () => new PreemptionBounding();
            case "deepening": return () => new Deepening();
            case States or "exhaustive": return () => new Exhaustive(Pruning.SeenStates);
        }
        if (name is not ("pct" or "delay" or Default)) throw new ArgumentException($"unknown strategy '{name}'; there are {string.Join(", ", Names)}");
        uint choices = EstimateChoices(scenarios);
        return name switch
        {
            "pct" => () => new Pct(seed, PctDepth, choices),
            "delay" => () => new DelayBounding(seed, MaxDelays, choices),
            _ => () => PortfolioOf(seed, choices),
        };
    }

    /// <summary>An odd number of members: of each, some executions are among those that are audited, one in <see cref="Execution.AuditEvery"/>.</summary>
    static Portfolio PortfolioOf(ulong seed, uint choices)
        => new([new RandomWalk(seed), new Pct(seed, PctDepth, choices), new PartialOrderSampling(seed), new Swarm(seed), new DelayBounding(seed, MaxDelays, choices)]);

    /// <summary>The longest of a fixed set of random executions, in choices: k of PCT and of delay bounding.</summary>
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
