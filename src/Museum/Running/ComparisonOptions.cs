using Ringcheck.Exploration;

namespace Ringcheck.Museum;

/// <summary>How to compare strategies. The defaults are what the table in docs/strategies.md is made with.</summary>
public sealed record ComparisonOptions
{
    public const int DefaultSeeds = 20;

    public const long DefaultLimit = 2_000;

    /// <summary>Strategies to compare, by name.</summary>
    public IReadOnlyList<string> Strategies { get; init; } = All;

    /// <summary>Searches of each exhibit by each strategy, with seeds 0, 1, 2...; one if the strategy has no use for a seed.</summary>
    public int Seeds { get; init; } = DefaultSeeds;

    /// <summary>Executions of a search, on each of the exhibit's scenarios, after which it has not found the exhibit.</summary>
    public long Limit { get; init; } = DefaultLimit;

    /// <summary>Exhibits that are worked on at once. Changes no result.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>All there are.</summary>
    public static IReadOnlyList<string> All => StrategyCatalog.Names;
}
