using System;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>What a block driver is made for; fixed for its life, because its arrays and the map of its memory follow from it.</summary>
/// <param name="QueueSize">Descriptors wanted, a power of two; a device that allows fewer gets fewer.</param>
/// <param name="MaxDataSegments">Pieces of data in one request, at most.</param>
/// <param name="MaxRanges">Ranges in one discard or write zeroes, at most.</param>
/// <param name="PooledBytes">Size of the buffer that each slot has for <see cref="VirtioBlk{TMachine}.SubmitPooled"/>; 0 for none.</param>
/// <param name="UseInterrupts">Whether somebody calls <see cref="VirtioDriver{TMachine}.OnInterrupt"/>; if not, the driver polls.</param>
/// <param name="UseEventIndex">Whether to accept EVENT_IDX where it is offered; if not, notifications are suppressed by flags.</param>
/// <param name="ResetTimeoutMs">How long a reset may take; 0 for ever.</param>
/// <param name="StartAt">Where the ring indices begin: 0 unless the device was told otherwise.</param>
/// <param name="QueueCount">Request queues wanted, 1 to <see cref="QueueCountMax"/>; a device that has fewer, or offers no MQ, gets fewer.</param>
public readonly record struct BlkOptions(
    ushort QueueSize, ushort MaxDataSegments, ushort MaxRanges, uint PooledBytes, bool UseInterrupts, bool UseEventIndex, uint ResetTimeoutMs,
    RingIndex StartAt, ushort QueueCount)
{
    /// <summary>More queues than one for each CPU are of no use to anybody, and memory is set aside for all that are asked for.</summary>
    public const ushort QueueCountMax = 64;

    public static BlkOptions Default { get; } = new(
        QueueSize: 64, MaxDataSegments: 16, MaxRanges: 1, PooledBytes: 0, UseInterrupts: true, UseEventIndex: true,
        ResetTimeoutMs: 1000, StartAt: default, QueueCount: 1);

    /// <summary>Whether a driver can be made like this.</summary>
    public bool AreValid
        => SplitLayout.IsLegalQueueSize(QueueSize) && MaxRanges <= 256 && PooledBytes <= 1 << 20
            && QueueCount is > 0 and <= QueueCountMax
            && (ulong)QueueCount * SlotCount * (PooledBytes + BlkRequest.RangeSize * MaxRanges) < 1 << 30;

    /// <summary>
    /// Requests that there can be at once in each queue: in flight, or ended and not yet reported. Each takes two descriptors or more.
    /// </summary>
    public ushort SlotCount => (ushort)(QueueSize > 1 ? QueueSize / 2 : 1);

    /// <summary>Bytes of DMA memory, aligned to <see cref="TransportQueues.LegacyPageSize"/>, that the driver needs.</summary>
    public uint MemoryLength => DriverMemory.LengthOf(Queues, BlkMemory.LengthOf(this));

    /// <summary>What concerns any driver.</summary>
    internal DriverOptions Driver => new(UseInterrupts, UseEventIndex, ResetTimeoutMs, StartAt);

    /// <summary>The shortest request is a header and a status byte.</summary>
    internal QueueOptions[] Queues
    {
        get
        {
            QueueOptions[] queues = new QueueOptions[QueueCount];
            Array.Fill(queues, new(QueueSize, LeastSize: 2, SlotCount));
            return queues;
        }
    }
}
