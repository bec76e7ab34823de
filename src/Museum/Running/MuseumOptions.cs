using Ringcheck.Exploration;

namespace Ringcheck.Museum;

/// <summary>How to search for exhibits. The defaults are what the table in docs/museum.md is made with.</summary>
public sealed record MuseumOptions
{
    public const string DefaultStrategy = "random", SequentiallyConsistent = "sc";

    /// <summary>A strategy for all exhibits; null for the one that each exhibit names, or <see cref="DefaultStrategy"/>.</summary>
    public string? Strategy { get; init; }

    /// <summary>A device profile for all exhibits; null for the ones that each exhibit names.</summary>
    public string? Profile { get; init; }

    public string Memory { get; init; } = SequentiallyConsistent;

    /// <summary>Executions for each scenario and profile.</summary>
    public long Executions { get; init; } = ExplorationBudget.Default;

    /// <summary>Seconds for each scenario and profile.</summary>
    public double Seconds { get; init; } = double.PositiveInfinity;

    public ulong Seed { get; init; }

    /// <summary>Exhibits that are worked on at once. Changes no result.</summary>
    public int Jobs { get; init; } = 1;
}
