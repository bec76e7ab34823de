using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>
/// A block of registers on the bus. Accesses change registers and wake agents; they never run a device engine, so nothing is
/// re-entered, and a reset always finds the engine suspended.
/// </summary>
public interface IBusDevice
{
    /// <summary>A read by a CPU.</summary>
    /// <param name="offset">In bytes from the start of the block; not necessarily aligned.</param>
    /// <param name="width">1, 2, 4 or 8 bytes.</param>
    ulong Read(uint offset, int width);

    void Write(uint offset, int width, ulong value);

    /// <summary>What an access looks at and changes, in <see cref="PeripheralBits"/>: all that is no interrupt line, unless the device says less.</summary>
    (ulong Reads, ulong Writes) PartsOf(uint offset, bool writes, ulong value) => (PeripheralBits.Everything, PeripheralBits.Everything);

    /// <summary>
    /// True: the device says itself when it takes in what it was told, and when its registers show something new (<see cref="RegisterMessages"/>). False: a write
    /// that arrives is taken in at once, and an answer brings all that the device did.
    /// </summary>
    bool KeepsMessages => false;

    /// <summary>The device's way to memory, if it has one: what a register write told it, its later accesses come after.</summary>
    DmaPort? Master => null;
}

/// <summary>A level-triggered interrupt line from a device to the CPU's interrupt input.</summary>
public sealed class InterruptLine(InterruptController controller, int number)
{
    public bool High { get; private set; }

    /// <summary>As QEMU and device trees count shared interrupts: GIC INTID minus 32.</summary>
    public int Number => number;

    /// <summary>Sets the level.</summary>
    /// <param name="high">The level.</param>
    /// <param name="sender">Where the interrupt is a message: the master whose earlier writes it pushes.</param>
    public void Set(bool high, DmaPort? sender = null)
    {
        controller.Recorder?.Line(this, high, sender);
        if (high && sender is not null) controller.MessageFrom(sender);
        if (High == high) return;
        High = high;
        controller.LineChanged(high);
    }

    internal void Reset() => High = false;
}

/// <summary>
/// All lines wired together into the interrupt input of one CPU, high while any line is. A real controller with acknowledge, priorities and
/// masks comes with the machines that have one.
/// </summary>
public sealed class InterruptController(Exploration.CpuAgent first)
{
    const int NoMessage = -1;

    readonly List<InterruptLine> lines = [];
    readonly List<int> sent = [];
    int high, message = NoMessage;
    Exploration.CpuAgent cpu = first;

    public Exploration.CpuAgent Target => cpu;

    /// <summary>The CPU that takes the interrupts: the first one, unless a scenario says otherwise, before its first execution.</summary>
    public void RouteTo(Exploration.CpuAgent target) => cpu = target;

    /// <summary>The machine, if its interrupts are messages that push their senders' writes to memory before them; null if they are wires.</summary>
    internal SimulatedMachine? CarryOrder { get; set; }

    /// <summary>The machine's, while an execution is recorded.</summary>
    internal TraceRecorder? Recorder { get; set; }

    public InterruptLine AddLine(int number)
    {
        var line = new InterruptLine(this, number);
        lines.Add(line);
        return line;
    }

    /// <summary>Messages that were not taken yet arrive as one: the handler runs once for them.</summary>
    internal void MessageFrom(DmaPort sender)
    {
        if (CarryOrder?.Weak is not { } memory) return;
        memory.Engine.Reducer?.NoteLine(cpu, high: true); // each message is an event of the line, though it is high already
        int newer = memory.Machine.SendAfterAll(sender.Thread);
        if (message != NoMessage)
        {
            memory.Machine.Join(newer, message);
            memory.Machine.Drop(message);
        }
        message = newer;
        if (memory.Audit.IsOn) sent.Add(memory.Audit.SendAfterAll(sender.Thread, "the interrupt message"));
    }

    /// <summary>The CPU enters its handler: what the messages pushed is there.</summary>
    internal void Taken()
    {
        if (message == NoMessage) return;
        var memory = CarryOrder!.Weak!;
        foreach (int each in sent) memory.Audit.Receive(cpu.Id, each);
        sent.Clear();
        memory.Machine.Receive(cpu.Id, message);
        memory.Machine.Drop(message);
        message = NoMessage;
    }

    /// <summary>After memory was folded: what a message on its way will push. Levels and who waits for them are in the CPU's state.</summary>
    internal void Fold(ref Exploration.StateHasher hasher)
    {
        if (message == NoMessage) return;
        var (a, b) = CarryOrder!.Weak!.Machine.FingerprintOf(message);
        hasher.Add(a);
        hasher.Add(b);
    }

    internal void LineChanged(bool isHigh)
    {
        high += isHigh ? 1 : -1;
        cpu.SetLine(high > 0);
    }

    internal void Reset()
    {
        high = 0;
        sent.Clear();
        message = NoMessage;
        foreach (var line in lines) line.Reset();
    }
}
