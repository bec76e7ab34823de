namespace Ringcheck.Models.Tracing;

/// <summary>One execution as it is told to people: who did what, in which order, and what the rings looked like meanwhile.</summary>
public sealed record ExecutionTrace
{
    /// <summary>Where things happen. An event names its lanes by their place in this list.</summary>
    public required IReadOnlyList<TraceLane> Lanes { get; init; }

    /// <summary>In the order in which they happened; an event's number is its place here. Of a very long execution, the last ones.</summary>
    public required IReadOnlyList<TraceEvent> Events { get; init; }

    /// <summary>How many events there were before the first of <see cref="Events"/>.</summary>
    public int LeftOut { get; init; }

    /// <summary>Queues as they were, each state once. An event names those after it by their places here.</summary>
    public required IReadOnlyList<QueuePicture> Queues { get; init; }

    /// <summary>Where it went wrong; null if it did not.</summary>
    public TraceFailure? Failure { get; init; }

    /// <summary>What the driver printed.</summary>
    public string Console { get; init; } = "";
}

/// <summary>What a lane stands for.</summary>
public enum LaneKind
{
    /// <summary>A CPU and its interrupt handler.</summary>
    Cpu,

    /// <summary>Memory that CPUs and devices share.</summary>
    Memory,

    /// <summary>Writes that have left their CPU and not arrived.</summary>
    Path,

    /// <summary>A device: its registers and its engine.</summary>
    Device,

    /// <summary>The line, or the message, by which devices interrupt.</summary>
    Interrupt,
}

public sealed record TraceLane(string Name, LaneKind Kind);

/// <summary>The two events that cannot both be right.</summary>
/// <param name="At">Number of the event at which a monitor saw it.</param>
/// <param name="Other">Number of the event that it conflicts with, or -1 if there is none.</param>
public sealed record TraceFailure(int At, int Other)
{
    /// <summary>What each event that matters has to do with it, in the order in which they happened. The two above are among them.</summary>
    public required IReadOnlyList<TraceReason> Reasons { get; init; }

    /// <summary>For a failure of memory ordering, the circle in which each access comes before the next; else empty.</summary>
    public IReadOnlyList<TraceCircleStep> Circle { get; init; } = [];

    /// <summary>For a failure of memory ordering, the orders that are missing; else empty.</summary>
    public IReadOnlyList<TraceMissingOrder> Missing { get; init; } = [];
}

/// <summary>Two accesses of one side whose order nothing keeps.</summary>
/// <param name="First">Number of the event that comes first in the program.</param>
/// <param name="Then">Number of the later one.</param>
/// <param name="Barrier">What between them would keep the order.</param>
public sealed record TraceMissingOrder(int First, int Then, string Barrier);

/// <summary>What an event has to do with the failure.</summary>
/// <param name="Event">Number of an event.</param>
/// <param name="Words">A sentence without its full stop.</param>
public sealed record TraceReason(int Event, string Words);

/// <summary>An access of a circle, and how it comes before the next one.</summary>
/// <param name="Event">Number of an event.</param>
/// <param name="Relation">How it comes before the next: <c>rf</c>, <c>fr</c>, <c>co</c>, <c>po</c> and so on.</param>
/// <param name="IsKept">False for program order that nothing keeps.</param>
/// <param name="Words">The same in words.</param>
public sealed record TraceCircleStep(int Event, string Relation, bool IsKept, string Words);

/// <summary>A system whose executions can be recorded.</summary>
public interface ITraced
{
    /// <summary>More than anybody looks at, and what a browser draws at once.</summary>
    const int DefaultMost = 5_000;

    /// <summary>Begins or ends recording, from the next execution on. Recording changes nothing in an execution, and costs time.</summary>
    /// <param name="most">Events that are kept, at most: the last ones.</param>
    void Record(bool on, int most = DefaultMost);

    /// <summary>The execution that has just ended. Only after <see cref="Record"/>.</summary>
    ExecutionTrace Recorded();
}
