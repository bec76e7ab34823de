using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>What every driver is told, whatever its device is; fixed for the driver's life.</summary>
/// <param name="UseInterrupts">Whether somebody calls the driver's OnInterrupt or OnVector; if not, the driver polls.</param>
/// <param name="UseEventIndex">Whether to accept EVENT_IDX where it is offered; if not, notifications are suppressed by flags.</param>
/// <param name="ResetTimeoutMs">How long a reset may take; 0 for ever.</param>
/// <param name="StartAt">Where the ring indices begin: 0 unless the device was told otherwise.</param>
public readonly record struct DriverOptions(bool UseInterrupts, bool UseEventIndex, uint ResetTimeoutMs, RingIndex StartAt)
{
    public static DriverOptions Default { get; } = new(UseInterrupts: true, UseEventIndex: true, ResetTimeoutMs: 1000, StartAt: default);
}

/// <summary>One queue as its driver wants it; fixed for the driver's life, because arrays and the map of memory follow from it.</summary>
/// <param name="Size">Descriptors wanted, a power of two; a device that allows fewer gives fewer.</param>
/// <param name="LeastSize">Descriptors of the longest request that cannot be shorter: a queue of fewer is of no use.</param>
/// <param name="SlotCount">Requests that there can be at once: in flight, or ended and not yet reported.</param>
/// <param name="IsAnswered">
/// Whether the device returns each request by itself, so that an orderly shutdown waits for it. False for buffers that wait for something to happen,
/// such as those that receive.
/// </param>
public readonly record struct QueueOptions(ushort Size, ushort LeastSize, ushort SlotCount, bool IsAnswered = true)
{
    /// <summary>Whether a queue can be made like this.</summary>
    public bool AreValid => SplitLayout.IsLegalQueueSize(Size) && LeastSize > 0 && LeastSize <= Size && SlotCount is > 0 and < ushort.MaxValue;
}
