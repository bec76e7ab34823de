using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>Changing a translation table that is in use.</summary>
public static class Mappings
{
    /// <summary>Maps a page where there is none. No TLB holds anything for it, so there is nothing to invalidate.</summary>
    public static void Map<TCpu>(TCpu cpu, PageTable table, CpuAddress page, PhysicalAddress frame, MemoryKind kind)
        where TCpu : struct, ICpuSystem
    {
        cpu.StoreEntry(table.EntryOf(page), PageTable.EntryFor(frame, kind));
        cpu.DataBarrier(DataBarrierKind.Stores);
        cpu.InstructionBarrier();
    }

    /// <summary>
    /// Takes a page away. When this returns, no CPU reaches the frame through it any more, so the frame may be used for something else. Interrupts are
    /// enabled: two CPUs that do this at once must be able to answer each other.
    /// </summary>
    public static void Unmap<TCpu>(TCpu cpu, PageTable table, CpuAddress page, TlbShootdown shootdown)
        where TCpu : struct, ICpuSystem
    {
        cpu.StoreEntry(table.EntryOf(page), PageTable.InvalidEntry);
        // A walker that does not see the new entry yet would put the old one into a TLB again.
        cpu.DataBarrier(DataBarrierKind.Stores);
        shootdown.Invalidate(cpu, page);
    }

    /// <summary>
    /// Lets a page that is mapped point to another frame: break before make. A TLB that held the old entry while the new one is there might
    /// find both, and what it does then is not defined.
    /// </summary>
    public static void Change<TCpu>(TCpu cpu, PageTable table, CpuAddress page, PhysicalAddress frame, MemoryKind kind)
        where TCpu : struct, ICpuSystem
    {
        cpu.StoreEntry(table.EntryOf(page), PageTable.InvalidEntry);
        cpu.DataBarrier(DataBarrierKind.Stores);
        cpu.InvalidateTlb(page, TlbReach.AllCpus);
        cpu.DataBarrier(DataBarrierKind.Everything);
        cpu.StoreEntry(table.EntryOf(page), PageTable.EntryFor(frame, kind));
        cpu.DataBarrier(DataBarrierKind.Stores);
        cpu.InstructionBarrier();
    }
}
