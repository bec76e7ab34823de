using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// The map of a block driver's DMA memory: the queue, then what the driver writes (headers, each followed by outgoing data), then
/// what the device writes (incoming data, each followed by the status byte), then two words that no device sees.
/// </summary>
internal readonly struct BlkMemory
{
    private const uint CacheLine = 64, SlotAlignment = 8;

    private readonly DmaRegion region;
    private readonly uint requests, requestStride, responses, responseStride, events;

    public BlkMemory(DmaRegion region, in BlkOptions options)
    {
        this.region = region;
        DataSize = DataSizeOf(options);
        requestStride = SplitLayout.AlignUp(BlkRequest.HeaderSize + DataSize, SlotAlignment);
        responseStride = SplitLayout.AlignUp(DataSize + BlkRequest.StatusSize, SlotAlignment);
        requests = SplitLayout.AlignUp(QueueLength(options), CacheLine);
        responses = SplitLayout.AlignUp(requests + requestStride * options.SlotCount, CacheLine);
        events = SplitLayout.AlignUp(responses + responseStride * options.SlotCount, CacheLine);
    }

    /// <summary>Bytes of data that each slot has room for, in each direction.</summary>
    public uint DataSize { get; }

    public DmaRegion Queue => region;

    /// <summary>Not 0 when the device has reported used buffers, or a change of its configuration. The handler sets, main code clears.</summary>
    public CpuAddress UsedEvent => region.Cpu + events;

    public CpuAddress ConfigurationEvent => region.Cpu + events + sizeof(uint);

    public static uint MapLength(in BlkOptions options) => new BlkMemory(default, options).events + 2 * sizeof(uint);

    /// <summary>The request header (5.2.6), with <see cref="OutgoingData"/> right behind it.</summary>
    public DmaRegion Header(ushort slot) => region.Slice(requests + requestStride * slot, BlkRequest.HeaderSize);

    public DmaRegion OutgoingData(ushort slot) => region.Slice(requests + requestStride * slot + BlkRequest.HeaderSize, DataSize);

    /// <summary>
    /// Ends at the slot's status byte whatever its length, so that one descriptor can cover both.
    /// </summary>
    public DmaRegion IncomingData(ushort slot, uint length)
        => region.Slice(responses + responseStride * slot + (DataSize - length), length);

    public DmaRegion Status(ushort slot) => region.Slice(responses + responseStride * slot + DataSize, BlkRequest.StatusSize);

    private static uint DataSizeOf(in BlkOptions options)
    {
        uint ranges = BlkRequest.RangeSize * options.MaxRanges;
        return SplitLayout.AlignUp(options.PooledBytes > ranges ? options.PooledBytes : ranges, SlotAlignment);
    }

    /// <summary>The legacy layout is the larger one; which of them it will be is not known yet.</summary>
    private static uint QueueLength(in BlkOptions options) => SplitLayout.Legacy(options.QueueSize, TransportQueues.LegacyPageSize).Length;
}
