using System.Diagnostics;
using System.Text;
using Ringcheck.Hal;

namespace Ringcheck.Qemu;

/// <summary>What a <see cref="QemuMachine"/> has beside QEMU: a clock, a console, and one CPU's interrupt state.</summary>
public sealed class QemuMachineState(QemuProcess process)
{
    private readonly List<QemuInterrupt> interrupts = [];
    private bool hasWords;

    public QemuProcess Process { get; } = process;

    /// <summary>What the driver printed.</summary>
    public StringBuilder Console { get; } = new();

    /// <summary>Whether the CPU that is played here has I/O ports: x86's does.</summary>
    public bool HasPorts => Process.Machine == QemuMachineKind.Pc;

    public Stopwatch Clock { get; } = Stopwatch.StartNew();

    /// <summary>Hears of each 32-bit register write just before QEMU does: for tests that count what is under way at that moment.</summary>
    public Action<CpuAddress, uint>? BeforeRegisterWrite { get; set; }

    public bool IsMasked { get; private set; }

    /// <summary>How often a handler ran.</summary>
    public int HandlerRuns { get; private set; }

    /// <summary>
    /// Runs <paramref name="handler"/> when the line is high and interrupts are not masked: at unmasking, while waiting, and
    /// between two looks of a polling loop. Lines are counted as device trees count shared interrupts (<c>virt</c>: virtio-mmio has 16 + slot, PCI has 3 to 6), or as inputs of the
    /// I/O APIC (<c>pc</c>).
    /// </summary>
    public void Route(uint line, Action handler) => interrupts.Add(new QemuLine(Process.Qtest, line, handler));

    /// <summary>
    /// A message of a PCI function: runs <paramref name="handler"/> once for all messages of this number that came since it last began. Returns what the function has to write, and where. On <c>virt</c>,
    /// messages go to the GICv2m frame, which pulses a line for each; on <c>pc</c>, where they would end in a local APIC that nobody reads, to a word of RAM.
    /// </summary>
    public (BusAddress Address, uint Data) RouteMessage(uint number, Action handler)
    {
        if (Process.Machine == QemuMachineKind.Pc)
        {
            CpuAddress word = Process.Ram.Start + (QemuWord.First + number * sizeof(uint));
            interrupts.Add(new QemuWord(Process.Ram, word, handler));
            hasWords = true;
            return (new(word.Value), number + 1);
        }

        interrupts.Add(new QemuPulse(Process.Qtest, QemuPulse.FirstLine + number, handler));
        return (new(QemuPulse.Doorbell), QemuPulse.FirstInterruptId + number);
    }

    public bool IsPending
    {
        get
        {
            foreach (QemuInterrupt interrupt in interrupts)
            {
                if (interrupt.IsPending)
                {
                    return true;
                }
            }

            return false;
        }
    }

    public void Mask() => IsMasked = true;

    public void Unmask()
    {
        IsMasked = false;
        Deliver();
    }

    /// <summary>Runs handlers until nothing is pending. A handler runs masked, as on a real CPU.</summary>
    public void Deliver()
    {
        const int storm = 10_000;
        Process.Qtest.Pump(0);
        for (int run = 0; !IsMasked && IsPending; run++)
        {
            if (run == storm)
            {
                throw new MachinePanicException($"an interrupt stayed pending through {storm} runs of its handler");
            }

            foreach (QemuInterrupt interrupt in interrupts)
            {
                if (interrupt.IsPending)
                {
                    HandlerRuns++;
                    IsMasked = true;
                    interrupt.Take();
                    IsMasked = false;
                }
            }

            Process.Qtest.Pump(0);
        }
    }

    public void WaitForInterrupt(Deadline deadline)
    {
        Process.Qtest.Pump(0);
        while (!IsPending)
        {
            ulong nowMs = (ulong)Clock.ElapsedMilliseconds;
            if (nowMs >= deadline.AtMs)
            {
                return;
            }

            // In slices, so that "never" is still a wait that notices QEMU's death; of a message to RAM nobody tells us.
            Process.Qtest.Pump(hasWords ? 100 : (long)Math.Min(deadline.AtMs - nowMs, 100) * 1000);
        }

        if (!IsMasked)
        {
            Deliver();
        }
    }
}
