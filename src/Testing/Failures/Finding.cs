using Ringcheck.Exploration;
using Ringcheck.Testing.Pictures;

namespace Ringcheck.Testing;

/// <summary>What was done to make a failure small.</summary>
public enum Shrinking
{
    /// <summary>There is no execution to shrink: the finding is about the exploration as a whole.</summary>
    NotApplicable,

    /// <summary>As small as our steps make it.</summary>
    Done,

    /// <summary>As above, and all executions of this program with fewer choices were searched: none fails.</summary>
    DoneAndMinimal,

    /// <summary>Ended by its time limit or by the user: what it had by then.</summary>
    CutShort,

    /// <summary>The failure did not happen again under the choices that were recorded: something does not come through the one door.</summary>
    NotReproduced,

    /// <summary>Driver code that does not come back cannot be run many times.</summary>
    NotTried,
}

/// <summary>A violation as it is reported: in words, and with the line that replays it.</summary>
/// <param name="Replay">Null if the finding is about the exploration as a whole (vacuity).</param>
/// <param name="Operations">The program, in the standard's words.</param>
/// <param name="Choices">What was not plain, in words.</param>
public sealed record Finding(Violation Violation, ReplayString? Replay, IReadOnlyList<string> Operations, IReadOnlyList<string> Choices, Shrinking Shrinking)
{
    /// <summary>The same failure before it was shrunk.</summary>
    public ReplayString? Original { get; init; }

    /// <summary>The reduction found it on <c>sc</c>, where nothing else replays its executions: what is shown is another one that ends in the same way, if there was one.</summary>
    public bool IsOfReductionOnSc { get; init; }

    /// <summary>Executions that shrinking took.</summary>
    public long ShrinkExecutions { get; init; }

    /// <summary>Where the trace file is, or null if there is none.</summary>
    public string? TraceFile { get; init; }

    /// <summary>Where the page is that draws it, or null if there is none.</summary>
    public string? Page { get; init; }

    /// <summary>The same, with its choices in the words of a picture of it: that knows what each of them was about.</summary>
    public Finding In(FailurePicture? picture) => picture is null ? this : this with { Choices = [.. picture.Choices.Select(choice => choice.Words)] };

    public static Finding OfExploration(Violation violation) => new(violation, null, [], [], Shrinking.NotApplicable);
}
