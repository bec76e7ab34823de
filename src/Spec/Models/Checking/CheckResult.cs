namespace Ringcheck.Models.Checking;

/// <summary>How a check ended.</summary>
public enum CheckOutcome
{
    /// <summary>The whole state space was searched and each property holds. With <see cref="CheckResult.Exact"/> false this is up to the
    /// collision probability that the result states.</summary>
    Verified,

    /// <summary>At least one property does not hold.</summary>
    Violated,

    /// <summary>Nothing found, but a bound ended the search or a property could not be judged: not a verification.</summary>
    Bounded,

    /// <summary>Nothing found until the caller stopped the search: not a verification.</summary>
    Stopped,
}

/// <summary>One violated property, with the shortest way to it.</summary>
/// <param name="Property">Name of the property, rule or witness.</param>
/// <param name="Clauses">Ids of <c>data/clauses.json</c>.</param>
/// <param name="Message">One sentence: what is wrong.</param>
/// <param name="Mend">One sentence: what would mend it; empty where the model is at fault.</param>
/// <param name="Trace">Steps from the initial state; empty for a witness that is never reached.</param>
/// <param name="CycleStart">For a broken progress property the index in <paramref name="Trace"/> from which the steps repeat for ever
/// (equal to its length where the execution simply stops); −1 otherwise.</param>
public sealed record CheckViolation(
    string Property, IReadOnlyList<string> Clauses, string Message, string Mend, IReadOnlyList<string> Trace, int CycleStart = -1);

/// <summary>What a check found and how much it saw.</summary>
public sealed record CheckResult
{
    public required string Model { get; init; }

    public required int Size { get; init; }

    /// <summary>Distinct states.</summary>
    public required long States { get; init; }

    /// <summary>States generated, initial states and duplicates included.</summary>
    public required long Generated { get; init; }

    /// <summary>The deepest level of the breadth-first search that has a state; an initial state is level 1.</summary>
    public required int Depth { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Whether whole states were compared. Otherwise two states with one 64-bit fingerprint were taken for one.</summary>
    public required bool Exact { get; init; }

    /// <summary>Upper bound of the probability that a state was missed; 0 where <see cref="Exact"/>.</summary>
    public required double CollisionProbability { get; init; }

    public required CheckOutcome Outcome { get; init; }

    public required IReadOnlyList<CheckViolation> Violations { get; init; }

    /// <summary>Properties that were not judged (search incomplete, or progress without exact states).</summary>
    public required IReadOnlyList<string> Unchecked { get; init; }
}

/// <summary>A running check, as told to <see cref="CheckOptions.Progress"/>.</summary>
/// <param name="States">Distinct states so far.</param>
/// <param name="Queue">States found and not yet expanded.</param>
/// <param name="Depth">Level being expanded; initial states are level 1.</param>
/// <param name="Seconds">Since the start.</param>
/// <param name="Phase">"states", or "progress" during the analysis of the whole graph.</param>
public readonly record struct CheckProgress(long States, long Queue, int Depth, double Seconds, string Phase)
{
    public double StatesPerSecond => Seconds > 0 ? States / Seconds : 0;
}

/// <summary>How to check. No option changes the counts of a check that ends.</summary>
public sealed record CheckOptions
{
    /// <summary>Worker threads, the caller's included; 0 for one a core.</summary>
    public int Workers { get; init; }

    /// <summary>Keep 64-bit fingerprints instead of states: 8 bytes a state in place of its size, and the result says it is not exact.</summary>
    public bool Compacted { get; init; }

    /// <summary>The search ends, as <see cref="CheckOutcome.Bounded"/>, after the round in which this many states are reached.</summary>
    public long MaxStates { get; init; } = long.MaxValue;

    /// <summary>Called on the caller's thread, at most once each <see cref="ProgressIntervalMs"/>.</summary>
    public Action<CheckProgress>? Progress { get; init; }

    public int ProgressIntervalMs { get; init; } = 500;

    public CancellationToken Cancellation { get; init; }
}
