namespace Ringcheck.Models.Tracing;

/// <summary>What happens.</summary>
public enum TraceKind
{
    Load,
    Store,

    /// <summary>A load and a store in one step.</summary>
    Update,

    /// <summary>A register is read.</summary>
    RegisterRead,

    /// <summary>A register is written, and the write arrives at once.</summary>
    RegisterWrite,

    /// <summary>A register is written, and the write is on its way for a while.</summary>
    PostedWrite,

    /// <summary>A register write that was on its way arrives.</summary>
    Arrival,

    /// <summary>Something that orders or completes accesses.</summary>
    Barrier,

    /// <summary>Cache, TLB and translation.</summary>
    Maintenance,
    InterruptRaised,

    /// <summary>The line falls.</summary>
    InterruptLowered,

    /// <summary>A CPU enters its handler.</summary>
    InterruptTaken,

    /// <summary>It leaves it.</summary>
    InterruptReturned,
    /// <summary>A lock is waited for, taken or given back.</summary>
    Lock,
    Masked,
    Unmasked,

    /// <summary>A CPU does nothing until something happens.</summary>
    Wait,

    /// <summary>A poll saw nothing new, and goes on once a value that it read has changed.</summary>
    Poll,
    Woken,

    /// <summary>Virtual time jumps to a deadline.</summary>
    TimePasses,

    /// <summary>Something that was not the plain way: whose turn it is, or what a device makes of its freedom.</summary>
    Choice,
    ResetCompleted,

    /// <summary>The program goes on to its next operation, or the scenario to its next part.</summary>
    Begins,
    Prints,

    /// <summary>A monitor says that this is wrong.</summary>
    Failure,
}

/// <summary>One step of somebody. Numbers that name nothing are -1.</summary>
public sealed record TraceEvent
{
    /// <summary>Place in the trace, from 0.</summary>
    public required int Number { get; init; }

    public required TraceKind Kind { get; init; }

    /// <summary>Who does it, by the engine's name: a CPU (<c>cpu0</c>), its handler (<c>cpu0.irq</c>), a device (<c>blk</c>).</summary>
    public required string Agent { get; init; }

    /// <summary>That agent's own count of steps: with the agent, what a choice is keyed by.</summary>
    public uint Step { get; init; }

    /// <summary>The lane of who does it.</summary>
    public int Lane { get; init; } = -1;

    /// <summary>The lane that it reaches or comes from: memory, a device, the interrupt line. -1 if it stays with whoever does it.</summary>
    public int Target { get; init; } = -1;

    /// <summary>True in an interrupt handler.</summary>
    public bool InHandler { get; init; }

    /// <summary>Bus or CPU address of an access, else 0.</summary>
    public ulong Address { get; init; }

    /// <summary>What is accessed, in the standard's words: <c>avail.idx</c>, <c>desc[0].flags</c>, <c>Status</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Bytes of an access, else 0.</summary>
    public int Width { get; init; }

    /// <summary>What is written or read, in words; of a bulk copy, its first bytes.</summary>
    public string Value { get; init; } = "";

    /// <summary>
    /// Of a store: what was there before it. Of a load that got an older value: the newest one. Else empty. Empty too if it is as <see cref="Value"/>.
    /// </summary>
    public string Before { get; init; } = "";

    /// <summary><c>acquire</c>, <c>release</c> or empty; of a barrier, its instruction.</summary>
    public string Order { get; init; } = "";

    /// <summary>What there is to say that the other members do not.</summary>
    public string Text { get; init; } = "";

    /// <summary>The event whose value a load got, if it was recorded. Known on weak memory only.</summary>
    public int Source { get; init; } = -1;

    /// <summary>True for a load that did not get the newest value.</summary>
    public bool IsStale { get; init; }

    /// <summary>Of a store that took an earlier place in coherence order: the store that it went before.</summary>
    public int PlacedBefore { get; init; } = -1;

    /// <summary>Of an arrival: where the write was posted.</summary>
    public int Issue { get; init; } = -1;

    /// <summary>The choice that made it so, in words; empty if it is the plain way.</summary>
    public string Choice { get; init; } = "";

    /// <summary>Of a choice of whose turn it is: who would have gone on in the plain run.</summary>
    public string Held { get; init; } = "";

    /// <summary>The choice as replay strings have it, such as <c>S0@37=2</c>.</summary>
    public string ChoiceKey { get; init; } = "";

    /// <summary>Which operation of the program its CPU carries out; -1 before the first and where there are none.</summary>
    public int Operation { get; init; } = -1;

    /// <summary>Type and method in whose code it happens, if known.</summary>
    public string Place { get; init; } = "";

    /// <summary>Chains that changed hands by it.</summary>
    public IReadOnlyList<OwnerChange> Changes { get; init; } = [];

    /// <summary>The state of each queue after it, as places in <see cref="ExecutionTrace.Queues"/>.</summary>
    public IReadOnlyList<int> Queues { get; init; } = [];
}
