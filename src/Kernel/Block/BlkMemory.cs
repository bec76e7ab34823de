using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// The map of what the requests of one queue need beside its ring: what the driver writes (headers, each followed by outgoing data), then what the device writes (incoming
/// data, each followed by the status byte). The driver's own part of its memory is one such area for each queue.
/// </summary>
internal readonly struct BlkMemory
{
    private const uint CacheLine = 64, SlotAlignment = 8;

    private readonly DmaRegion region;
    private readonly uint requestStride, responses, responseStride, length;

    public BlkMemory(DmaRegion region, in BlkOptions options)
    {
        this.region = region;
        DataSize = DataSizeOf(options);
        requestStride = SplitLayout.AlignUp(BlkRequest.HeaderSize + DataSize, SlotAlignment);
        responseStride = SplitLayout.AlignUp(DataSize + BlkRequest.StatusSize, SlotAlignment);
        responses = SplitLayout.AlignUp(requestStride * options.SlotCount, CacheLine);
        length = SplitLayout.AlignUp(responses + responseStride * options.SlotCount, CacheLine);
    }

    /// <summary>Bytes of data that each slot has room for, in each direction.</summary>
    public uint DataSize { get; }

    /// <summary>Bytes of the driver's own part of its memory.</summary>
    public static uint LengthOf(in BlkOptions options) => AreaLength(options) * options.QueueCount;

    /// <summary>The area of queue number <paramref name="queue"/>.</summary>
    public static BlkMemory Of(DmaRegion own, in BlkOptions options, ushort queue)
    {
        uint area = AreaLength(options);
        return new(own.Slice(area * queue, area), options);
    }

    /// <summary>The request header (5.2.6), with <see cref="OutgoingData"/> right behind it.</summary>
    public DmaRegion Header(ushort slot) => region.Slice(requestStride * slot, BlkRequest.HeaderSize);

    public DmaRegion OutgoingData(ushort slot) => region.Slice(requestStride * slot + BlkRequest.HeaderSize, DataSize);

    /// <summary>
    /// Ends at the slot's status byte whatever its length, so that one descriptor can cover both.
    /// </summary>
    public DmaRegion IncomingData(ushort slot, uint length)
        => region.Slice(responses + responseStride * slot + (DataSize - length), length);

    public DmaRegion Status(ushort slot) => region.Slice(responses + responseStride * slot + DataSize, BlkRequest.StatusSize);

    private static uint AreaLength(in BlkOptions options) => new BlkMemory(default, options).length;

    private static uint DataSizeOf(in BlkOptions options)
    {
        uint ranges = BlkRequest.RangeSize * options.MaxRanges;
        return SplitLayout.AlignUp(options.PooledBytes > ranges ? options.PooledBytes : ranges, SlotAlignment);
    }
}
