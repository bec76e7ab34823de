using System.Globalization;

namespace Ringcheck.Exploration;

/// <summary>Strategies by the names that the command line uses.</summary>
public static class StrategyCatalog
{
    /// <summary>What <c>explore</c> uses if nothing else is asked for.</summary>
    public const string Default = "portfolio";

    /// <summary>The depth-first search with seen states, for whoever needs all executions.</summary>
    public const string States = "states";

    /// <summary>The reduction: each class of executions once.</summary>
    public const string Reduced = "exhaustive";

    public static IReadOnlyList<string> Names { get; } =
        [Default, "random", "uniform", "pct", "pos", "delay", "swarm", "coverage", "preemption", "deepening", States, Reduced];

    /// <summary>Depth of the bugs that PCT aims at: two preemptions that matter, and one start order.</summary>
    public const int PctDepth = 3;

    /// <summary>Delays in one execution, at most.</summary>
    public const int MaxDelays = 3;

    const int CalibrationRuns = 64;

    /// <summary>
    /// Of all sets of independent strategies, the best one over 20 hard exhibits (docs/strategies.md). An odd number of members: some executions of each are among those that
    /// are audited, one in <see cref="Execution.AuditEvery"/>.
    /// </summary>
    static readonly string[] PortfolioMembers = ["uniform", "pct", "pos", "swarm", "delay"];

    /// <summary>Whether there is a strategy of this name; <c>exhaustive:N</c> is the reduction with at most N choices in an execution that are not the first ones.</summary>
    public static bool Has(string name) => Names.Contains(name) || DepthOf(name) is not null;

    /// <summary>The bound of <c>exhaustive:N</c>, or null.</summary>
    static int? DepthOf(string name)
        => name.StartsWith(Reduced + ":", StringComparison.Ordinal) && int.TryParse(name.AsSpan(Reduced.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int depth) ? depth : null;

    /// <summary>Makes strategies for one search. Throws <see cref="ArgumentException"/> for a name that does not exist.</summary>
    public static Func<Strategy> Create(string name, ulong seed, Func<IScenario> scenarios)
    {
        if (!Has(name)) throw new ArgumentException($"unknown strategy '{name}'; there are {string.Join(", ", Names)}, and {Reduced}:N");
        uint choices = 0;
        bool isFollowed = true;
        if (NeedsChoices(name) || IsReduced(name))
        {
            using var scenario = scenarios();
            isFollowed = IsFollowed(scenario);
            if (NeedsChoices(name)) choices = EstimateChoices(scenario);
        }
        return () => Make(name, seed, choices, isFollowed);
    }

    /// <summary>One strategy.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="seed">Of the whole search; without meaning for those that search in an order of their own.</param>
    /// <param name="choices">What <see cref="EstimateChoices"/> says of the scenario, if <see cref="NeedsChoices"/>.</param>
    /// <param name="isFollowed"><see cref="IsFollowed"/>: without it, all executions are searched with seen states.</param>
    public static Strategy Make(string name, ulong seed, uint choices, bool isFollowed = true) => name switch
    {
        Default => new Portfolio([.. PortfolioMembers.Select(member => Make(member, seed, choices))]),
        "random" => new RandomWalk(seed),
        "uniform" => new UniformWalk(seed),
        "pct" => new Pct(seed, PctDepth, choices),
        "pos" => new PartialOrderSampling(seed),
        "delay" => new DelayBounding(seed, MaxDelays, choices),
        "swarm" => new Swarm(seed),
        "coverage" => new CoverageGuided(seed),
        "preemption" => new PreemptionBounding(),
        "deepening" => new Deepening(),
        _ when isFollowed && IsReduced(name) => new Reducer(new() { MaximumDepth = DepthOf(name) ?? int.MaxValue }) { IsDivided = true },
        _ => new Exhaustive(Pruning.SeenStates),
    };

    /// <summary>Whether a scenario's machine tells the reduction what it does.</summary>
    public static bool IsFollowed(IScenario scenario) => scenario.Engine.System?.IsFollowed == true;

    static bool IsReduced(string name) => name == Reduced || DepthOf(name) is not null;

    /// <summary>Whether a strategy must know how long an execution is.</summary>
    public static bool NeedsChoices(string name) => name is Default or "pct" or "delay";

    /// <summary>Whether a search makes use of its seed.</summary>
    public static bool UsesSeed(string name) => name is not ("preemption" or "deepening" or States) && !IsReduced(name);

    /// <summary>The longest of a fixed set of random executions, in choices: k of PCT and of delay bounding.</summary>
    public static uint EstimateChoices(IScenario scenario)
    {
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
