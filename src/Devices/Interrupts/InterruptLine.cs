namespace Ringcheck.Devices;

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
