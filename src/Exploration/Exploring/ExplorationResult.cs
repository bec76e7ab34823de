namespace Ringcheck.Exploration;

/// <summary>What an exploration found and how far it went.</summary>
public sealed record ExplorationResult
{
    public required string Strategy { get; init; }

    /// <summary>Executions run; when something was found, up to and including the one that found it.</summary>
    public required long Executions { get; init; }

    public required long Points { get; init; }

    /// <summary>Time spent exploring.</summary>
    public required double Seconds { get; init; }

    /// <summary>True if nothing was left out of what this shard had to do. Anything else is bounded, however long it ran.</summary>
    public required bool Exhausted { get; init; }

    /// <summary>True if Ctrl-C or the time limit ended it early.</summary>
    public required bool Interrupted { get; init; }

    public required string Bounds { get; init; }

    public required IReadOnlyList<Premise> Premises { get; init; }

    /// <summary>What was right and more than is needed, in any execution, each once.</summary>
    public IReadOnlyList<Violation> Advice { get; init; } = [];

    public Violation? Violation { get; init; }

    /// <summary>Model states and premises of rules that the executions came to, the same for any number of workers.</summary>
    public CoverageResult Coverage { get; init; } = CoverageResult.Nothing;

    /// <summary>The same, in a form that can be joined with that of other shards.</summary>
    public CoverageRecord Covered { get; init; } = CoverageRecord.Nothing;

    public IReadOnlyList<Operation> Program { get; init; } = [];

    public IReadOnlyList<Deviation> Trace { get; init; } = [];

    /// <summary>The same counts part by part, ascending: what joins the results of shards exactly.</summary>
    public IReadOnlyList<PartCount> Parts { get; init; } = [];

    /// <summary>The part in which something was found; null if nothing was.</summary>
    public long? FailedPart { get; init; }
}
