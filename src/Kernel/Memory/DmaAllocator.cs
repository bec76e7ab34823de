using System;
using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// Memory for devices, out of ranges given at boot. A region is contiguous on both sides, aligned on both sides, zeroed, and within the width of the device's addresses.
/// Nothing is assumed of how the two sides relate but what each range says. For one CPU at a time.
/// </summary>
/// <remarks>
/// The account is an array of extents, free and used ones, that covers each range without a gap. Free neighbours are merged at once, so that there are never more free
/// extents than used ones and one for each range: what fits into a range once all is free fits again. The best fitting extent is taken, of equals the first:
/// ranges that few can use (below 4 GiB, say) come last. Lengths are rounded up to <see cref="Granule"/>, so that no two regions share a cache line.
/// </remarks>
public sealed class DmaAllocator<TMachine>
    where TMachine : struct, IMachine
{
    /// <summary>In bytes: no cache line of an AArch64 or x86 machine that virtio runs on is longer.</summary>
    public const uint Granule = 64;

    private readonly Extent[] extents;
    private readonly ushort maxRegions;
    private TMachine machine;
    private int count;

    /// <summary>An allocator of all of <paramref name="ranges"/>, cut down to whole granules, for at most <paramref name="maxRegions"/> regions at a time.</summary>
    public DmaAllocator(TMachine machine, ReadOnlySpan<DmaRange> ranges, ushort maxRegions)
    {
        this.machine = machine;
        this.maxRegions = maxRegions;
        extents = new Extent[ranges.Length + 2 * maxRegions]; // each region is cut out of an extent, and leaves two at most
        foreach (ref readonly DmaRange range in ranges)
        {
            ulong skipped = (0 - range.Cpu.Value) & (Granule - 1);
            if (range.Length < skipped + Granule)
                continue;
            ulong length = (range.Length - skipped) & ~(ulong)(Granule - 1);
            extents[count++] = new Extent { Cpu = range.Cpu.Value + skipped, Bus = range.Bus.Value + skipped, Length = length, BeginsRange = true };
            FreeBytes += length;
        }
    }

    /// <summary>One piece of a range, free or used.</summary>
    private struct Extent
    {
        public ulong Cpu, Bus, Length;

        /// <summary>Bytes that were asked for, of which <see cref="Length"/> is the next multiple of the granule; 0: free.</summary>
        public uint Region;

        /// <summary>Not to be merged with the one before it, though that may end where this begins.</summary>
        public bool BeginsRange;

        public readonly bool IsUsed => Region != 0;
    }

    /// <summary>In all free extents together; a region needs one of them.</summary>
    public ulong FreeBytes { get; private set; }

    /// <summary>Regions that were allocated and not freed.</summary>
    public ushort RegionCount { get; private set; }

    /// <summary>Entries of the account that are in use, of <see cref="AccountCapacity"/>.</summary>
    public int AccountCount => count;

    public int AccountCapacity => extents.Length;

    /// <summary>
    /// A region of <paramref name="length"/> bytes, all 0. InvalidArgument: no length, or an alignment that is no power of two. NoSpace: nothing free satisfies the
    /// limits, or there are as many regions as the account has room for.
    /// </summary>
    public DriverStatus Allocate(uint length, in DmaLimits limits, out DmaRegion region)
    {
        region = default;
        if (length == 0 || limits.Alignment == 0 || (limits.Alignment & (limits.Alignment - 1)) != 0)
            return DriverStatus.InvalidArgument;
        if (RegionCount == maxRegions)
            return DriverStatus.NoSpace;
        ulong size = RoundUp(length);
        int best = -1;
        ulong bestOffset = 0;
        for (int i = 0; i < count; i++)
        {
            if (TryFit(extents[i], size, limits, out ulong offset) && (best < 0 || extents[i].Length < extents[best].Length))
                (best, bestOffset) = (i, offset);
        }

        if (best < 0)
            return DriverStatus.NoSpace;
        best = Cut(best, bestOffset, size);
        extents[best].Region = length;
        FreeBytes -= size;
        RegionCount++;
        region = new(new(extents[best].Cpu), new(extents[best].Bus), length);
        machine.FillMemory(region.Cpu, 0, length);
        return DriverStatus.Ok;
    }

    /// <summary>
    /// Takes a region back that no device has any more. InvalidArgument: it is no region of this allocator, or was taken back before; nothing has changed.
    /// </summary>
    public DriverStatus Free(DmaRegion region)
    {
        int at = 0;
        while (at < count && !(extents[at].IsUsed && extents[at].Cpu == region.Cpu.Value))
            at++;
        if (at == count || extents[at].Bus != region.Bus.Value || extents[at].Region != region.Length)
            return DriverStatus.InvalidArgument;
        FreeBytes += extents[at].Length;
        RegionCount--;
        extents[at].Region = 0;
        if (at + 1 < count && !extents[at + 1].IsUsed && !extents[at + 1].BeginsRange)
            MergeWithNext(at);
        if (at > 0 && !extents[at - 1].IsUsed && !extents[at].BeginsRange)
            MergeWithNext(at - 1);
        return DriverStatus.Ok;
    }

    /// <summary>
    /// <paramref name="length"/> bytes in frames of one page each, wherever there are any: the last is as long as the rest. Answers as <see cref="Allocate"/>, and
    /// InvalidArgument when <paramref name="frames"/> has no room for as many; on an error nothing is allocated.
    /// </summary>
    public DriverStatus AllocateFrames(uint length, in DmaLimits limits, Span<DmaRegion> frames, out int frameCount)
    {
        frameCount = 0;
        DriverStatus status = length == 0 || (length - 1) / DmaLimits.PageSize >= (uint)frames.Length ? DriverStatus.InvalidArgument : DriverStatus.Ok;
        for (uint done = 0; status == DriverStatus.Ok && done < length; done += DmaLimits.PageSize)
        {
            uint rest = length - done;
            status = Allocate(rest < DmaLimits.PageSize ? rest : DmaLimits.PageSize, limits, out frames[frameCount]);
            if (status == DriverStatus.Ok)
                frameCount++;
            if (rest <= DmaLimits.PageSize)
                break; // done + PageSize may not fit 32 bits
        }

        if (status == DriverStatus.Ok)
            return status;
        while (frameCount > 0)
            Free(frames[--frameCount]);
        return status;
    }

    private static ulong RoundUp(uint length) => ((ulong)length + Granule - 1) & ~(ulong)(Granule - 1);

    /// <summary>Where in a free extent the region would begin. Both sides move together, so a step that aligns one may never align the other.</summary>
    private static bool TryFit(in Extent extent, ulong size, in DmaLimits limits, out ulong offset)
    {
        ulong mask = (limits.Alignment > Granule ? limits.Alignment : Granule) - 1, busMask = limits.Alignment - 1UL;
        offset = (0 - extent.Cpu) & mask;
        return !extent.IsUsed && offset <= extent.Length && size <= extent.Length - offset
            && ((extent.Bus + offset) & busMask) == 0 && size - 1 <= limits.LastBusAddress && extent.Bus + offset <= limits.LastBusAddress - (size - 1);
    }

    /// <summary>Makes a piece of a free extent one of its own; returns where that is.</summary>
    private int Cut(int at, ulong offset, ulong size)
    {
        if (offset != 0)
            SplitAt(at++, offset);
        if (extents[at].Length != size)
            SplitAt(at, size);
        return at;
    }

    private void SplitAt(int at, ulong offset)
    {
        extents.AsSpan(at, count - at).CopyTo(extents.AsSpan(at + 1));
        count++;
        extents[at].Length = offset;
        ref Extent rest = ref extents[at + 1];
        rest.Cpu += offset;
        rest.Bus += offset;
        rest.Length -= offset;
        rest.BeginsRange = false;
    }

    private void MergeWithNext(int at)
    {
        extents[at].Length += extents[at + 1].Length;
        count--;
        extents.AsSpan(at + 2, count - at - 1).CopyTo(extents.AsSpan(at + 1));
    }
}
