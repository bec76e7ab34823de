using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>Which table translates this CPU's addresses.</summary>
public static class AddressSpaces
{
    /// <summary>
    /// Returns when all later accesses and fetches use <paramref name="space"/>. What lies at the caller's own code, stack and data must be mapped
    /// the same in both. Entries of other address spaces stay in the TLB: each has its identifier there.
    /// </summary>
    public static void SwitchTo<TCpu>(TCpu cpu, PageTable space)
        where TCpu : struct, ICpuSystem
    {
        cpu.WriteTranslationTable(space.Root);
        cpu.InstructionBarrier();
    }
}
