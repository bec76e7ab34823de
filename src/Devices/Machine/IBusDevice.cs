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

    /// <summary>The device's way to memory, if it has one: what a register write told it, its later accesses come after.</summary>
    DmaPort? Master => null;
}

/// <summary>A level-triggered interrupt line from a device to the CPU's interrupt input.</summary>
public sealed class InterruptLine(InterruptController controller, int number)
{
    public bool High { get; private set; }

    /// <summary>As QEMU and device trees count shared interrupts: GIC INTID minus 32.</summary>
    public int Number => number;

    public void Set(bool high)
    {
        if (High == high) return;
        High = high;
        controller.LineChanged(high);
    }

    internal void Reset() => High = false;
}

/// <summary>
/// All lines wired together into one CPU input, high while any line is. A real controller with acknowledge, priorities and
/// masks comes with the machines that have one.
/// </summary>
public sealed class InterruptController(Exploration.CpuAgent cpu)
{
    readonly List<InterruptLine> lines = [];
    int high;

    public InterruptLine AddLine(int number)
    {
        var line = new InterruptLine(this, number);
        lines.Add(line);
        return line;
    }

    internal void LineChanged(bool isHigh)
    {
        high += isHigh ? 1 : -1;
        cpu.SetLine(high > 0);
    }

    internal void Reset()
    {
        high = 0;
        foreach (var line in lines) line.Reset();
    }
}
