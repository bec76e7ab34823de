using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// The map of the DMA memory of one request queue: the queue, then what the driver writes (headers, each followed by outgoing data), then
/// what the device writes (incoming data, each followed by the status byte). A driver's memory is one such area for each queue, each from
/// a page on, and then two words that no device sees (<see cref="BlkEvents"/>).
/// </summary>
internal readonly struct BlkMemory
{
    private const uint CacheLine = 64, SlotAlignment = 8;

    private readonly DmaRegion region;
    private readonly uint requests, requestStride, responses, responseStride, length;

    public BlkMemory(DmaRegion region, in BlkOptions options)
    {
        this.region = region;
        DataSize = DataSizeOf(options);
        requestStride = SplitLayout.AlignUp(BlkRequest.HeaderSize + DataSize, SlotAlignment);
        responseStride = SplitLayout.AlignUp(DataSize + BlkRequest.StatusSize, SlotAlignment);
        requests = SplitLayout.AlignUp(QueueLength(options), CacheLine);
        responses = SplitLayout.AlignUp(requests + requestStride * options.SlotCount, CacheLine);
        length = SplitLayout.AlignUp(responses + responseStride * options.SlotCount, CacheLine);
    }

    /// <summary>Bytes of data that each slot has room for, in each direction.</summary>
    public uint DataSize { get; }

    public DmaRegion Queue => region;

    /// <summary>Bytes of a driver's memory.</summary>
    public static uint MapLength(in BlkOptions options) => EventsOffset(options) + BlkEvents.Length;

    /// <summary>The area of queue number <paramref name="queue"/> in a driver's memory.</summary>
    public static BlkMemory Of(DmaRegion memory, in BlkOptions options, ushort queue)
    {
        uint area = AreaLength(options);
        return new(memory.Slice(Stride(area) * queue, area), options);
    }

    /// <summary>Where the two words are that no device sees.</summary>
    public static uint EventsOffset(in BlkOptions options)
    {
        uint area = AreaLength(options);
        return Stride(area) * (options.QueueCount - 1u) + area;
    }

    /// <summary>The request header (5.2.6), with <see cref="OutgoingData"/> right behind it.</summary>
    public DmaRegion Header(ushort slot) => region.Slice(requests + requestStride * slot, BlkRequest.HeaderSize);

    public DmaRegion OutgoingData(ushort slot) => region.Slice(requests + requestStride * slot + BlkRequest.HeaderSize, DataSize);

    /// <summary>
    /// Ends at the slot's status byte whatever its length, so that one descriptor can cover both.
    /// </summary>
    public DmaRegion IncomingData(ushort slot, uint length)
        => region.Slice(responses + responseStride * slot + (DataSize - length), length);

    public DmaRegion Status(ushort slot) => region.Slice(responses + responseStride * slot + DataSize, BlkRequest.StatusSize);

    private static uint AreaLength(in BlkOptions options) => new BlkMemory(default, options).length;

    private static uint Stride(uint area) => SplitLayout.AlignUp(area, TransportQueues.LegacyPageSize);

    private static uint DataSizeOf(in BlkOptions options)
    {
        uint ranges = BlkRequest.RangeSize * options.MaxRanges;
        return SplitLayout.AlignUp(options.PooledBytes > ranges ? options.PooledBytes : ranges, SlotAlignment);
    }

    /// <summary>The legacy layout is the larger one; which of them it will be is not known yet.</summary>
    private static uint QueueLength(in BlkOptions options) => SplitLayout.Legacy(options.QueueSize, TransportQueues.LegacyPageSize).Length;
}
