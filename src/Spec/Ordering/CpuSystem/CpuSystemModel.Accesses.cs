namespace Ringcheck.Ordering.CpuSystem;

/// <summary>Accesses of a CPU's code, at virtual addresses.</summary>
public sealed partial class CpuSystemModel<THardware>
{
    /// <summary>Reads 4 or 8 bytes. False if that takes an exception and <paramref name="mayFault"/> allows it.</summary>
    public bool TryLoad(int cpu, ulong address, int bytes, bool mayFault, out ulong value, out ulong physical)
    {
        value = 0;
        bool isUnaligned = address % (uint)bytes != 0;
        if (!TryReach(cpu, address, isUnaligned, isExclusive: false, mayFault, out physical)) return false;
        int first = Math.Min(bytes, 8 - (int)(physical & 7));
        OfferArrival(cpu, physical & ~7UL);
        if (first < bytes) OfferArrival(cpu, (physical & ~7UL) + 8);
        value = Read(cpu, physical, first);
        if (first < bytes) value |= Read(cpu, physical + (ulong)first, bytes - first) << 8 * first;
        return true;
    }

    /// <summary>Stores 4 or 8 bytes.</summary>
    public bool TryStore(int cpu, ulong address, ulong value, int bytes, bool isRelease, bool mayFault, Site site)
    {
        bool isUnaligned = address % (uint)bytes != 0;
        if (!TryReach(cpu, address, isUnaligned, isExclusive: false, mayFault, out ulong physical)) return false;
        int first = Math.Min(bytes, 8 - (int)(physical & 7));
        Store(cpu, physical, value, first, isRelease, site);
        if (first < bytes) Store(cpu, physical + (ulong)first, value >> 8 * first, bytes - first, isRelease, site);
        return true;
    }

    /// <summary>
    /// The first half of a read-modify-write of 4 bytes, an exclusive access that acquires and releases: this CPU's stores have arrived. Nothing may come
    /// between it and <see cref="WriteExclusive"/>, if that follows.
    /// </summary>
    public uint ReadExclusive(int cpu, ulong address, out ulong physical)
    {
        TryReach(cpu, address, isUnaligned: address % 4 != 0, isExclusive: true, mayFault: false, out physical);
        ArriveAll(cpu);
        OfferArrival(cpu, physical & ~7UL);
        return (uint)Read(cpu, physical, 4);
    }

    /// <summary>The other half: it arrives at once.</summary>
    public void WriteExclusive(int cpu, ulong physical, uint value, Site site)
    {
        int shift = (int)(physical & 7) * 8;
        Arrive(cpu, new WaitingStore(physical & ~7UL, (ulong)value << shift, (ulong)uint.MaxValue << shift, IsRelease: true, site));
    }

    /// <summary>Stores a table entry, at its physical address.</summary>
    public void StoreEntry(int cpu, ulong physical, ulong entry, Site site) => Store(cpu, physical, entry, 8, isRelease: false, site);

    bool TryReach(int cpu, ulong address, bool isUnaligned, bool isExclusive, bool mayFault, out ulong physical)
    {
        isDeviceAccess = false;
        if (!TryTranslate(cpu, address, isUnaligned || isExclusive, mayFault, out physical)) return false;
        if (!isDeviceAccess) return true;
        string why = contexts[cpu].Mmu.New == 0 ? "the MMU is off, and all memory is Device memory" : "the page is Device memory";
        hardware.Broken(isExclusive
            ? new(Obligation.NormalForExclusive, $"cpu{cpu} makes an exclusive access to 0x{address:x}, and {why}: it faults", "turn the MMU on first, or do without a lock")
            : new(Obligation.AlignedOnDevice, $"cpu{cpu} makes an unaligned access to 0x{address:x}, and {why}: it faults", "make aligned accesses until the MMU is on"));
        return false;
    }
}
