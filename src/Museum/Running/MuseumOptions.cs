using Ringcheck.Exploration;

namespace Ringcheck.Museum;

/// <summary>How to search for exhibits. The defaults are what the table in docs/museum.md is made with.</summary>
public sealed record MuseumOptions
{
    public const string DefaultStrategy = "random";

    /// <summary>A strategy for all exhibits; null for the one that each exhibit names, or <see cref="DefaultStrategy"/>.</summary>
    public string? Strategy { get; init; }

    /// <summary>A device profile for all exhibits; null for the ones that each exhibit names.</summary>
    public string? Profile { get; init; }

    /// <summary>One memory for all exhibits; null for all that each exhibit says something of.</summary>
    public string? Memory { get; init; }

    /// <summary>Executions for each scenario, profile and memory.</summary>
    public long Executions { get; init; } = ExplorationBudget.Default;

    /// <summary>Seconds for each scenario, profile and memory.</summary>
    public double Seconds { get; init; } = double.PositiveInfinity;

    public ulong Seed { get; init; }

    /// <summary>Exhibits that are worked on at once. Changes no result.</summary>
    public int Jobs { get; init; } = 1;
}
