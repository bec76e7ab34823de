using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>
/// All lines wired together into the interrupt input of one CPU, high while any line is. A real controller with acknowledge, priorities and
/// masks comes with the machines that have one.
/// </summary>
public sealed class InterruptController(CpuAgent first)
{
    const int NoMessage = -1;

    /// <summary>Different messages that can be told apart: the low bits of what is written.</summary>
    const int MessageKinds = 64;

    readonly List<InterruptLine> lines = [];
    readonly List<int> sent = [];
    int high, message = NoMessage;
    ulong pending;
    CpuAgent cpu = first;

    public CpuAgent Target => cpu;

    /// <summary>The CPU that takes the interrupts: the first one, unless a scenario says otherwise, before its first execution.</summary>
    public void RouteTo(CpuAgent target) => cpu = target;

    internal SimulatedMachine Machine { get; set; } = null!;

    /// <summary>Whether lines, too, are messages on their way that push their senders' writes to memory before them, instead of wires.</summary>
    internal bool LinesCarryOrder { get; set; }

    /// <summary>The machine's, while an execution is recorded.</summary>
    internal TraceRecorder? Recorder { get; set; }

    public InterruptLine AddLine(int number)
    {
        var line = new InterruptLine(this, number);
        lines.Add(line);
        return line;
    }

    /// <summary>
    /// A device writes a message (MSI, MSI-X): it pushes the device's earlier writes to memory before it, on every machine. It stays pending until it is taken;
    /// a second one of its kind until then is the same one.
    /// </summary>
    /// <param name="address">Where to: on this controller, anywhere.</param>
    internal void Message(ulong address, uint data, DmaPort sender)
    {
        PushBefore(sender);
        bool was = pending != 0;
        pending |= 1UL << (int)(data % MessageKinds);
        if (!was) LineChanged(true);
    }

    /// <summary>The lowest message that is pending, which is not any more then. False: none is.</summary>
    public bool TryTakeMessage(out uint data)
    {
        data = (uint)System.Numerics.BitOperations.TrailingZeroCount(pending);
        if (pending == 0) return false;
        pending &= pending - 1;
        if (pending == 0) LineChanged(false);
        return true;
    }

    internal void MessageFrom(DmaPort sender)
    {
        if (LinesCarryOrder) PushBefore(sender);
    }

    /// <summary>Messages that were not taken yet arrive as one: the handler runs once for them.</summary>
    void PushBefore(DmaPort sender)
    {
        if (Machine.Weak is not { } memory) return;
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
        var memory = Machine.Weak!;
        foreach (int each in sent) memory.Audit.Receive(cpu.Id, each);
        sent.Clear();
        memory.Machine.Receive(cpu.Id, message);
        memory.Machine.Drop(message);
        message = NoMessage;
    }

    /// <summary>After memory was folded: what a message on its way will push. Levels and who waits for them are in the CPU's state.</summary>
    internal void Fold(ref StateHasher hasher)
    {
        hasher.Add(pending);
        if (message == NoMessage) return;
        var (a, b) = Machine.Weak!.Machine.FingerprintOf(message);
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
        pending = 0;
        sent.Clear();
        message = NoMessage;
        foreach (var line in lines) line.Reset();
    }
}
