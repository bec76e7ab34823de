using System.Runtime.CompilerServices;
using Ringcheck.Hal;

namespace Ringcheck.Qemu;

/// <summary>Something that interrupts the CPU that is played here.</summary>
internal abstract class QemuInterrupt(Action handler)
{
    public abstract bool IsPending { get; }

    /// <summary>Runs the handler.</summary>
    public virtual void Take() => handler();
}

/// <summary>A level: pending while it is high.</summary>
internal sealed class QemuLine(QtestConnection qtest, uint line, Action handler) : QemuInterrupt(handler)
{
    public override bool IsPending => qtest.IsHigh(line);
}

/// <summary>A message through <c>virt</c>'s GICv2m frame (Arm Base System Architecture, "GICv2m architecture"): an edge, which is kept until it is taken.</summary>
internal sealed class QemuPulse(QtestConnection qtest, uint line, Action handler) : QemuInterrupt(handler)
{
    /// <summary>MSI_SETSPI_NS of QEMU's frame, and its 64 interrupts: by their GIC ids, and as inputs of the GIC (hw/arm/virt.c).</summary>
    public const ulong Doorbell = 0x0802_0040;
    public const uint FirstInterruptId = 80, FirstLine = 48;

    private int taken = qtest.RaiseCount(line);

    public override bool IsPending => qtest.RaiseCount(line) != taken;

    public override void Take()
    {
        taken = qtest.RaiseCount(line);
        base.Take();
    }
}

/// <summary>A message that is written to a word of RAM: pending while that is not 0.</summary>
internal sealed unsafe class QemuWord : QemuInterrupt
{
    /// <summary>Where in RAM the first of these words is: in the part that no driver has.</summary>
    public const uint First = 1 << 20;

    private readonly SharedRam ram;
    private readonly CpuAddress word;

    public QemuWord(SharedRam ram, CpuAddress word, Action handler)
        : base(handler)
    {
        this.ram = ram;
        this.word = word;
        Cell = 0;
    }

    public override bool IsPending => Volatile.Read(ref Cell) != 0;

    private ref uint Cell => ref Unsafe.AsRef<uint>(ram.Cell(word, sizeof(uint)));

    public override void Take()
    {
        // The device's writes before the message are seen by a handler that runs because of it.
        Interlocked.Exchange(ref Cell, 0);
        base.Take();
    }
}
