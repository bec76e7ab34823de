namespace Ringcheck.Devices;

/// <summary>A wire from a device to an input of the interrupt controller: a level, or edges, as the controller takes it.</summary>
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
        if (high && sender is not null) controller.MessageFrom(this, sender);
        if (high) controller.LineRaised(this);
        if (High == high) return;
        High = high;
        controller.LineChanged(this);
    }

    internal void Reset() => High = false;
}
