using Ringcheck.Exploration;

namespace Ringcheck.Museum;

/// <summary>An exhibit looked for on one memory.</summary>
public sealed record ExhibitSearch
{
    public required Exhibit Exhibit { get; init; }

    public required string Memory { get; init; }

    /// <summary>Where it was found, or where it was looked for last.</summary>
    public required ExhibitTarget Target { get; init; }

    /// <summary>Executions until it was found, over all its scenarios up to there; when it was missed, all that were run.</summary>
    public required long Executions { get; init; }

    /// <summary>Time spent exploring and shrinking.</summary>
    public required double Seconds { get; init; }

    /// <summary>The failure, shrunk if the exhibit is shown by this search; null when nothing was found.</summary>
    public ShrunkFailure? Failure { get; init; }

    /// <summary>What repeats the failure; empty when nothing was found.</summary>
    public string Replay { get; init; } = "";

    /// <summary>The failing program in the standard's words.</summary>
    public IReadOnlyList<string> Program { get; init; } = [];

    /// <summary>True if cancelled or out of seconds before the budget was used.</summary>
    public bool Interrupted { get; init; }

    /// <summary>True if a monitor found it that the exhibit expects; being noticed by accident is being missed.</summary>
    public bool Found => Failure is not null && Exhibit.IsExpected(Failure.Violation.Key);

    /// <summary>True where the exhibit says that nothing may be found. On a memory of which it says nothing, it is looked for like anywhere else.</summary>
    public bool MustBeAbsent => Exhibit.NotOn.Contains(Memory);

    /// <summary>Where nothing may be found, any finding is a surprise, whoever made it.</summary>
    public bool IsAsExpected => MustBeAbsent ? Failure is null && !Interrupted : Found;

    /// <summary>Which monitor and rule, or empty.</summary>
    public string Monitor => Failure?.Violation.Key ?? "";

    public int Operations => Failure?.Program.Count ?? 0;

    public int Choices => Failure?.Trace.Count ?? 0;

    /// <summary>How it went, in words.</summary>
    public string Words
    {
        get
        {
            string where = $"on memory {Memory}, in {Target.Scenario} ({Target.Profile})";
            if (Failure is null) return Interrupted ? $"stopped {where}" : MustBeAbsent ? $"not found {where}, as expected" : $"MISSED {where}";
            if (MustBeAbsent) return $"FOUND {where}, where the exhibit says that it is not: {Monitor}";
            return Found ? $"found {where}: {Monitor}" : $"MISSED {where}: only {Monitor} noticed, which the exhibit does not expect";
        }
    }
}
