using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>What the boot loader and the first code agree on: where things lie. All addresses are the same with the MMU off and on.</summary>
/// <param name="Table">An empty page for the first table.</param>
/// <param name="Arguments">A packed record of the boot loader; see <see cref="EarlyBoot.ImageSizeOffset"/>.</param>
/// <param name="Online">The lock for, and behind it the number of, CPUs that are up: 16 bytes.</param>
public readonly record struct BootPlan(PageTable Table, CpuAddress Arguments, CpuAddress Online);

/// <summary>
/// From reset until the MMU is on. Until then all memory is Device memory: an unaligned access faults, and so does an exclusive one, so no lock
/// can be taken.
/// </summary>
public static class EarlyBoot
{
    /// <summary>Where in the boot loader's record the size of the kernel image stands, in bytes: 64 bits that are aligned to 4 only.</summary>
    public const uint ImageSizeOffset = 4;

    /// <summary>The first CPU: maps the kernel image, which begins at 0, to itself, and turns the MMU on. Returns the size of the image in bytes.</summary>
    public static ulong Start<TCpu>(TCpu cpu, in BootPlan plan)
        where TCpu : struct, ICpuSystem
    {
        ulong imageSize = ReadPacked64(cpu, plan.Arguments + ImageSizeOffset);
        for (ulong page = 0; page < imageSize; page += PageTable.PageSize)
            cpu.StoreEntry(plan.Table.EntryOf(new CpuAddress(page)), PageTable.EntryFor(new PhysicalAddress(page), MemoryKind.Normal));
        TurnMmuOn(cpu, plan.Table);
        return imageSize;
    }

    /// <summary>Another CPU: the table is there already.</summary>
    public static void StartOther<TCpu>(TCpu cpu, in BootPlan plan)
        where TCpu : struct, ICpuSystem => TurnMmuOn(cpu, plan.Table);

    static void TurnMmuOn<TCpu>(TCpu cpu, PageTable table)
        where TCpu : struct, ICpuSystem
    {
        // The TLB holds anything after reset. The barrier waits for that, and for the entries to be there for the walkers.
        cpu.InvalidateWholeTlb();
        cpu.DataBarrier(DataBarrierKind.Everything);
        AddressSpaces.SwitchTo(cpu, table);
        cpu.EnableMmu();
        cpu.InstructionBarrier();
    }

    /// <summary>This CPU is up, and counts itself. It takes a lock, so the MMU is on.</summary>
    public static void ComeOnline<TCpu>(TCpu cpu, in BootPlan plan)
        where TCpu : struct, ICpuSystem
    {
        var gate = new SpinLock(plan.Online);
        gate.Acquire(cpu);
        cpu.Store64(plan.Online + 8, cpu.Load64(plan.Online + 8) + 1);
        gate.Release(cpu);
    }

    /// <summary>In halves, because 64 bits at once would be unaligned.</summary>
    static ulong ReadPacked64<TCpu>(TCpu cpu, CpuAddress address)
        where TCpu : struct, ICpuSystem => cpu.Load32(address) | (ulong)cpu.Load32(address + 4) << 32;
}
