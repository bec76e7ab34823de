using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>
/// What stands between devices and CPUs: takes lines and messages in, and drives the interrupt inputs of the CPUs (<see cref="CpuAgent.SetLine"/>). Which of them, and when, is
/// the controller's own.
/// </summary>
public abstract class InterruptController
{
    readonly List<InterruptLine> lines = [];

    protected InterruptController(SimulatedMachine machine)
    {
        Machine = machine;
        Order = new(machine);
    }

    /// <summary>The CPU that takes what no register sends elsewhere.</summary>
    public virtual CpuAgent Target => Machine.Cpu;

    /// <summary>Whether all devices have one interrupt, so that its handler asks all of them.</summary>
    internal virtual bool IsOneForAll => false;

    /// <summary>The machine's, while an execution is recorded.</summary>
    internal TraceRecorder? Recorder { get; set; }

    protected SimulatedMachine Machine { get; }

    protected IReadOnlyList<InterruptLine> Lines => lines;

    /// <summary>What messages on their way to each CPU push before them.</summary>
    private protected InterruptOrder Order { get; }

    /// <summary>Sends everything to one CPU, before the first execution: for controllers that have no registers for that.</summary>
    public virtual void RouteTo(CpuAgent target) => throw new InvalidOperationException("the registers of this controller say which CPU takes an interrupt");

    /// <summary>An input of the controller.</summary>
    /// <param name="number">As QEMU and device trees count them.</param>
    public InterruptLine AddLine(int number)
    {
        var line = new InterruptLine(this, number);
        lines.Add(line);
        LineAdded(line);
        return line;
    }

    /// <summary>
    /// The messages that are pending where messages have no registers, a bit for each; they are not any more then. What comes later is another interrupt.
    /// </summary>
    public virtual ulong TakeMessages() => 0;

    /// <summary>A device writes a message (MSI, MSI-X): it pushes the device's earlier writes to memory before it, on every machine.</summary>
    /// <param name="address">Where to, as the device was told.</param>
    /// <param name="data">What is written there.</param>
    /// <param name="sender">The device's way to memory.</param>
    internal abstract void Message(ulong address, uint data, DmaPort sender);

    /// <summary>A line is raised, or once more while it is high.</summary>
    internal virtual void LineRaised(InterruptLine line)
    {
    }

    /// <summary>A line is raised by a master whose earlier writes it pushes where lines are messages.</summary>
    internal void MessageFrom(InterruptLine line, DmaPort sender)
    {
        if (Machine.Memory.MessageInterrupts) Order.PushBefore(TargetsOf(line), sender);
    }

    /// <summary>A CPU enters its handler: what the messages pushed is there.</summary>
    internal void Taken()
    {
        Order.Taken(Machine.Engine.Running);
        HandlerEntered(Machine.Engine.Running);
    }

    /// <summary>A CPU has entered its handler: where entering it acknowledges the interrupt.</summary>
    internal virtual void HandlerEntered(CpuAgent cpu)
    {
    }

    /// <summary>A CPU is about to return from its handler.</summary>
    internal virtual void HandlerLeft(CpuAgent cpu)
    {
    }

    /// <summary>An interrupt that is pending for a CPU that waits, why it is not given, and what would mend that; null: none is pending.</summary>
    internal virtual (string Message, string Mend)? WhyNotGiven(CpuAgent cpu) => null;

    /// <summary>After memory was folded. Levels of the CPUs' inputs, and who waits for them, are in the CPUs' state.</summary>
    internal virtual void Fold(ref StateHasher hasher) => Order.Fold(ref hasher);

    internal virtual void Reset()
    {
        Order.Reset();
        foreach (var line in lines) line.Reset();
    }

    /// <summary>Which CPUs a line is for now: a bit for each.</summary>
    private protected abstract uint TargetsOf(InterruptLine line);

    /// <summary>The line has another level.</summary>
    internal abstract void LineChanged(InterruptLine line);

    private protected virtual void LineAdded(InterruptLine line)
    {
    }
}
