using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>Sleeping until there is something to do, and telling a CPU that there is.</summary>
public static class Idle
{
    /// <summary>The interrupt that wakes a CPU. Taking it is all that it does.</summary>
    public const uint WakeInterrupt = 2;

    /// <summary>
    /// Sleeps until the word at <paramref name="work"/> is not <paramref name="seen"/>, and returns it. Whoever changes it calls
    /// <see cref="Post"/>. Returns with interrupts enabled.
    /// </summary>
    public static ulong WaitForWork<TCpu>(TCpu cpu, CpuAddress work, ulong seen)
        where TCpu : struct, ICpuSystem
    {
        while (true)
        {
            // From the last look until the CPU sleeps, an interrupt must stay pending and not be taken: a pending one ends WFI, also while masked.
            cpu.MaskInterrupts();
            ulong value = cpu.LoadAcquire64(work);
            if (value == seen)
                Sleep(cpu);
            cpu.UnmaskInterrupts();
            if (value != seen)
                return value;
        }
    }

    /// <summary>Changes a word that another CPU waits for, and wakes that CPU.</summary>
    public static void Post<TCpu>(TCpu cpu, uint target, CpuAddress work, ulong value)
        where TCpu : struct, ICpuSystem
    {
        cpu.StoreRelease64(work, value);
        // Or the interrupt is there before the word: the CPU looks, finds nothing and sleeps again.
        cpu.DataBarrier(DataBarrierKind.Stores);
        cpu.SendInterrupt(target, WakeInterrupt);
    }

    static void Sleep<TCpu>(TCpu cpu)
        where TCpu : struct, ICpuSystem
    {
        // What this CPU has stored may be what others need to wake it. WFI does not wait for stores, and a sleeping CPU may keep them.
        cpu.DataBarrier(DataBarrierKind.Everything);
        cpu.WaitForInterrupt(Deadline.Never);
    }
}
