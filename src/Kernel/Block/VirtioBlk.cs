using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// A virtio block device (Virtio 1.4, 5.2), on any transport, completing by interrupt or by polling, with many requests in flight, in one queue or
/// several. Each request that was submitted ends exactly once: see <see cref="BlkCompletion"/>. A device that is taken away is noticed: see
/// <see cref="Removed"/>.
/// </summary>
/// <remarks>
/// Submit, kick, wait or reap. <see cref="OnInterrupt"/> is for the interrupt handler and shares two words of memory with the rest,
/// and no field. All else is main code, for one CPU at a time (with several, a lock goes around), called with interrupts
/// unmasked. Nothing is allocated after the constructor. When a method says NeedsReset, <see cref="Recover"/> is the way out; until
/// then what is in flight stays with the device. Queues share nothing but the device's configuration, its interrupt and its end: whoever waits for one request
/// takes over what has ended in any queue.
/// </remarks>
public sealed partial class VirtioBlk<TMachine>
    where TMachine : struct, IMachine
{
    private readonly BlkOptions options;

    /// <summary>As many as were asked for; the first <see cref="queueCount"/> are in use.</summary>
    private readonly BlkQueue<TMachine>[] queues;

    /// <summary>The chain being put together; no request is added while another is.</summary>
    private readonly DmaSegment[] chain;

    private TMachine machine;
    private Transport transport;
    private BlkEvents events;
    private BlkDeviceInfo info;
    private BlkLimits limits;
    private BlkState state;
    private bool configurationIsStale;
    private ushort queueCount, firstToReap;

    /// <summary>A driver for no device yet: see <see cref="Initialise"/>.</summary>
    public VirtioBlk(TMachine machine, BlkOptions options)
    {
        this.machine = machine;
        this.options = options;
        queues = new BlkQueue<TMachine>[options.QueueCount];
        for (ushort i = 0; i < queues.Length; i++)
        {
            queues[i] = new(machine, options, new QueueIndex(i));
            queues[i].Slots.Clear();
        }

        chain = new DmaSegment[options.MaxDataSegments + 3];
    }

    private enum BlkState : byte
    {
        /// <summary>Not initialised, not initialised successfully, or shut down.</summary>
        Down,
        Ready,

        /// <summary>Only a reset helps.</summary>
        Broken,

        /// <summary>Found to be gone, or told so, since the driver took it over. Nothing helps.</summary>
        Gone,
    }

    internal TMachine Machine => machine;

    public BlkOptions Options => options;

    public Transport Transport => transport;

    /// <summary>What was negotiated.</summary>
    public FeatureSet Features { get; private set; }

    /// <summary>What the device says about itself; capacity follows <c>block_resize</c>.</summary>
    public BlkDeviceInfo Info => info;

    public BlkLimits Limits => limits;

    /// <summary>In sectors of 512 bytes.</summary>
    public ulong CapacitySectors => info.CapacitySectors;

    public bool IsReadOnly => Features.Has(BlkFeature.ReadOnly);

    public bool IsReady => state == BlkState.Ready;

    /// <summary>Request queues in use: what the device has, as far as the driver was made for it. 0 before <see cref="Initialise"/>.</summary>
    public ushort QueueCount => queueCount;

    /// <summary>The first queue, for those who watch.</summary>
    public SplitQueue<TMachine> Queue => queues[0].Ring;

    /// <summary>What the device did wrong in the rings, if anything: the first queue of which that can be said.</summary>
    public QueueFault Fault
    {
        get
        {
            foreach (BlkQueue<TMachine> queue in queues)
            {
                if (queue.Ring.Fault != QueueFault.None)
                    return queue.Ring.Fault;
            }

            return QueueFault.None;
        }
    }

    /// <summary>Requests that the device has, in all queues: in flight, or timed out and not given back.</summary>
    public int WithDeviceCount
    {
        get
        {
            int count = 0;
            foreach (BlkQueue<TMachine> queue in queues)
                count += queue.Slots.WithDevice;
            return count;
        }
    }

    /// <summary>
    /// Whether the device may still touch the request's memory: true until its end, and after a time-out until the device gives it
    /// back or is reset.
    /// </summary>
    public bool IsWithDevice(BlkRequestId id)
        => QueueOf(id) is { } queue && queue.Slots[id.Slot].State is BlkSlotState.InFlight or BlkSlotState.Abandoned;

    private bool AnyInFlight
    {
        get
        {
            foreach (BlkQueue<TMachine> queue in queues)
            {
                if (queue.Slots.InFlight != 0)
                    return true;
            }

            return false;
        }
    }

    private ReadOnlySpan<BlkQueue<TMachine>> QueuesInUse => queues.AsSpan(0, queueCount);

    /// <summary>The queue of a request that is of interest still; null for any other id.</summary>
    private BlkQueue<TMachine>? QueueOf(BlkRequestId id)
        => id.Queue.Value < queues.Length && queues[id.Queue.Value].Slots.IsCurrent(id) ? queues[id.Queue.Value] : null;
}
