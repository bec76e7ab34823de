using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>One piece of a buffer, as a device sees it: becomes one descriptor. Length in bytes, not 0.</summary>
public readonly record struct DmaSegment(BusAddress Address, uint Length)
{
    public static DmaSegment Of(DmaRegion region) => new(region.Bus, region.Length);
}

/// <summary>
/// A chain that the device has given back: the descriptor it began with, how many bytes the device says it wrote to the writable
/// part (at most what that part holds), and the number that <see cref="SplitQueue{TMachine}"/> gave to this use of the descriptor.
/// </summary>
public readonly record struct UsedBuffer(DescriptorId Head, uint Length, ulong Sequence);

/// <summary>What a device did that no device may do. A queue that has seen one of these is broken until it is initialised again.</summary>
public enum QueueFault : byte
{
    None,

    /// <summary>used.idx moved by more than there are chains with the device (2.7.8).</summary>
    UsedIndexJumped,

    /// <summary>used.idx moved, and then moved back.</summary>
    UsedIndexWentBack,

    /// <summary>The id of a used element is no descriptor of this queue.</summary>
    UsedIdOutOfRange,

    /// <summary>The id of a used element is a descriptor with which no chain begins that the device has.</summary>
    UsedIdNotInFlight,

    /// <summary>A used element reports more bytes than the chain has room for.</summary>
    UsedLengthTooLong,
}

/// <summary>
/// The driver's own record of one descriptor. The descriptor table is memory that the device can write, so nothing is ever read
/// back from it.
/// </summary>
internal struct ShadowDescriptor
{
    /// <summary>Of a head: which addition to the queue this was; never repeats, so it tells one use from all others.</summary>
    public ulong Sequence;

    /// <summary>Of a head: bytes in the writable part of the chain.</summary>
    public uint WritableLength;

    /// <summary>The next one in the chain, or in the free list.</summary>
    public ushort Next;

    /// <summary>Of a head: the last one of the chain.</summary>
    public ushort Tail;

    /// <summary>Of a head: how many descriptors the chain has. 0: no chain begins here.</summary>
    public ushort Count;
}
