namespace Ringcheck.Exploration;

/// <summary>What an event of an execution graph is.</summary>
enum EventKind : byte
{
    /// <summary>A load, or the first half of a read-modify-write.</summary>
    Read,

    /// <summary>A store, or the second half of a read-modify-write.</summary>
    Write,

    /// <summary>A device or a fault decides: the value is the option.</summary>
    Choice,

    /// <summary>A CPU posts a register write: it has not arrived.</summary>
    Issue,

    /// <summary>An access to a peripheral arrives, or the peripheral changes its own registers.</summary>
    Arrival,

    /// <summary>A device engine begins to serve: it takes in that it was woken.</summary>
    Start,

    /// <summary>A device engine is alive to take one more step; only where a reset may cut it short.</summary>
    Alive,

    /// <summary>Before an access that an interrupt handler conflicts with: is the interrupt taken here? 0: the line is low, 1: taken, 2: not yet.</summary>
    Delivery,

    /// <summary>A CPU sees the level of its interrupt line: where it unmasks (0 or 1), or wakes from a wait (1).</summary>
    Line,

    /// <summary>Time passes, because nothing else can happen.</summary>
    TimeOut,
}

/// <summary>One event. Its place in <see cref="ExecutionGraph"/> is the order in which events were added: "&lt;G" in the paper.</summary>
struct GraphEvent
{
    public const int None = -1;

    /// <summary>Events of its thread, and reads of its thread's other events, that it comes after, itself included.</summary>
    public Clock Clock;

    public EventKind Kind;

    /// <summary>The first event of a step of the engine. Events of one step are never parted.</summary>
    public bool BeginsStep;

    /// <summary>Half of a read-modify-write.</summary>
    public bool IsUpdate;

    public short Thread;

    /// <summary>In program order, from 0.</summary>
    public ushort Index;

    /// <summary>The event before it in its thread.</summary>
    public int Previous;

    /// <summary>The last event of its step, as far as is known.</summary>
    public int StepEnd;

    /// <summary>Of a read or a write: which location.</summary>
    public int Location;

    /// <summary>The write that a read returns, the issue that an arrival comes from; <see cref="None"/>: the initial value, nothing.</summary>
    public int Source;

    /// <summary>Coherence order of writes to one location; <see cref="None"/>: the initial one, and none.</summary>
    public int Before, After;

    /// <summary>All reads of one write: the newest of them, and from each the next.</summary>
    public int FirstReader, NextReader;

    /// <summary>The read, or write, of the same location that was added before this one.</summary>
    public int EarlierHere;

    /// <summary>What a choice picked, the value that is written, the level that a line was seen to have.</summary>
    public ulong Value;

    /// <summary>What must be the same each time that this event is made again: else the program is not deterministic.</summary>
    public ulong Detail;

    /// <summary>Of an access to a peripheral: what it looks at and what it changes, see <see cref="PeripheralBits"/>.</summary>
    public ulong Reads, Writes;

    /// <summary>Of an access to a peripheral: threads that it wakes, and that it stops.</summary>
    public uint Wakes, Stops;

    /// <summary>Of an access that changes interrupt lines: their levels after it, one bit for each CPU.</summary>
    public uint Lines;

    /// <summary>A read that waits for a value. Whether a write's value ends it is not known here: plans that turn out not to are cut short.</summary>
    public bool IsWait;

    public readonly bool IsPeripheral => Kind >= EventKind.Arrival && Kind != EventKind.TimeOut;

    public readonly bool ConflictsWith(in GraphEvent other) => (Writes & (other.Reads | other.Writes) | Reads & other.Writes) != 0;
}
