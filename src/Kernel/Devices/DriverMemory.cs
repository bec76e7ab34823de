using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// The map of a driver's DMA memory: a ring for each queue, each from a page on, then the driver's own part (headers, buffers), and last the two words that no
/// device sees (<see cref="DriverEvents"/>), in a cache line of their own.
/// </summary>
internal static class DriverMemory
{
    private const uint CacheLine = 64;

    /// <summary>Bytes in all, with <paramref name="ownLength"/> of them for the driver's own part.</summary>
    public static uint LengthOf(ReadOnlySpan<QueueOptions> queues, uint ownLength) => EventsOffset(queues, ownLength) + DriverEvents.Length;

    /// <summary>The ring of queue number <paramref name="queue"/>, as long as the longest layout that it can get.</summary>
    public static DmaRegion Ring(DmaRegion memory, ReadOnlySpan<QueueOptions> queues, int queue)
        => memory.Slice(RingsLength(queues[..queue]), LegacyLength(queues[queue]));

    public static DmaRegion Own(DmaRegion memory, ReadOnlySpan<QueueOptions> queues, uint ownLength) => memory.Slice(RingsLength(queues), ownLength);

    public static DriverEvents Events(DmaRegion memory, ReadOnlySpan<QueueOptions> queues, uint ownLength) => new(memory.Cpu + EventsOffset(queues, ownLength));

    private static uint EventsOffset(ReadOnlySpan<QueueOptions> queues, uint ownLength) => SplitLayout.AlignUp(RingsLength(queues) + ownLength, CacheLine);

    private static uint RingsLength(ReadOnlySpan<QueueOptions> queues)
    {
        uint length = 0;
        foreach (ref readonly QueueOptions queue in queues)
            length += SplitLayout.AlignUp(LegacyLength(queue), TransportQueues.LegacyPageSize);
        return length;
    }

    /// <summary>The legacy layout is the larger one; which of them it will be is not known yet.</summary>
    private static uint LegacyLength(in QueueOptions queue) => SplitLayout.Legacy(queue.Size, TransportQueues.LegacyPageSize).Length;
}
