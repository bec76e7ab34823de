using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>The handler of interrupts that CPUs send each other.</summary>
public static class CpuInterrupts
{
    /// <summary>Takes all that is pending on this CPU.</summary>
    public static void Handle<TCpu>(TCpu cpu, TlbShootdown shootdown)
        where TCpu : struct, ICpuSystem
    {
        for (uint id = cpu.AcknowledgeInterrupt(); id != ICpuInterrupts.None; id = cpu.AcknowledgeInterrupt())
        {
            if (id == TlbShootdown.Interrupt)
                shootdown.Serve(cpu);
        }
    }
}
