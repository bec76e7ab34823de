using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>One piece of a buffer, as a device sees it: becomes one descriptor. Length in bytes, not 0.</summary>
public readonly record struct DmaSegment(BusAddress Address, uint Length)
{
    public static DmaSegment Of(DmaRegion region) => new(region.Bus, region.Length);
}

/// <summary>
/// A chain that the device has given back: the descriptor it began with, and how many bytes the device says it wrote to the writable
/// part, which are no more than that part holds.
/// </summary>
public readonly record struct UsedBuffer(DescriptorId Head, uint Length);

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
    /// <summary>Later than every chain that was ever published.</summary>
    public const ulong NotInFlight = ulong.MaxValue;

    /// <summary>
    /// Of a head: which addition to the queue this was; never repeats, so it tells one use from all others. Of any other
    /// descriptor: <see cref="NotInFlight"/>.
    /// </summary>
    public ulong Sequence;

    public ChainLink Link;
}

/// <summary>
/// The next descriptor of the chain and, of a head, bytes in the chain's writable part and how many descriptors it has: in one word,
/// because stores are much of what adding to a ring costs.
/// </summary>
internal readonly struct ChainLink(uint writableLength, ushort next, ushort count)
{
    private readonly ulong packed = writableLength | (ulong)next << 32 | (ulong)count << 48;

    public uint WritableLength => (uint)packed;

    public ushort Next => (ushort)(packed >> 32);

    public ushort Count => (ushort)(packed >> 48);
}
