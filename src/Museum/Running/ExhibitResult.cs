using Ringcheck.Exploration;

namespace Ringcheck.Museum;

/// <summary>What became of one exhibit.</summary>
public sealed record ExhibitResult
{
    public required Exhibit Exhibit { get; init; }

    /// <summary>Where it was found, or where it was looked for last.</summary>
    public required ExhibitTarget Target { get; init; }

    /// <summary>Executions until it was found, over all its scenarios up to there; when it was missed, all that were run.</summary>
    public required long Executions { get; init; }

    /// <summary>Time spent exploring and shrinking.</summary>
    public required double Seconds { get; init; }

    /// <summary>The shrunk failure; null when nothing was found.</summary>
    public ShrunkFailure? Failure { get; init; }

    /// <summary>What repeats the failure; empty when nothing was found.</summary>
    public string Replay { get; init; } = "";

    /// <summary>The failing program in the standard's words.</summary>
    public IReadOnlyList<string> Program { get; init; } = [];

    /// <summary>True if cancelled or out of seconds before the budget was used.</summary>
    public bool Interrupted { get; init; }

    /// <summary>True if a monitor found it that the exhibit expects; being noticed by accident is being missed.</summary>
    public bool Found => Failure is not null && Exhibit.IsExpected(Failure.Violation.Key);

    /// <summary>Which monitor and rule, or empty.</summary>
    public string Monitor => Failure?.Violation.Key ?? "";

    public int Operations => Failure?.Program.Count ?? 0;

    public int Choices => Failure?.Trace.Count ?? 0;
}
