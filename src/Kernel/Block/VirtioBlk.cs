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
/// Submit, kick, wait or reap. <see cref="OnInterrupt"/>, <see cref="OnVector"/> and <see cref="Removed"/> are for interrupt handlers. All else is main code, for one CPU at a
/// time (with several, a lock goes around: <see cref="LockedBlk{TMachine}"/>), called with interrupts unmasked. Nothing is allocated after the constructor. When a method
/// says NeedsReset, <see cref="Recover"/> is the way out; until then what is in flight stays with the device. Queues share nothing but the device's configuration, its
/// interrupt and its end: whoever waits for one request takes over what has ended in any queue.
/// </remarks>
public sealed partial class VirtioBlk<TMachine> : IVirtioDriver
    where TMachine : struct, IMachine
{
    private readonly BlkOptions options;
    private readonly DriverCore<TMachine> core;

    /// <summary>Of each queue that was asked for; the first <see cref="queueCount"/> are in use.</summary>
    private readonly BlkMemory[] memories;

    /// <summary>What was asked for, of each slot of each queue.</summary>
    private readonly Asked[] asked;

    /// <summary>The chain being put together; no request is added while another is.</summary>
    private readonly DmaSegment[] chain;

    private TMachine machine;
    private BlkDeviceInfo info;
    private BlkLimits limits;
    private bool capacityIsStale;
    private ushort queueCount;

    /// <summary>A driver for no device yet: see <see cref="Initialise"/>.</summary>
    public VirtioBlk(TMachine machine, BlkOptions options)
    {
        this.machine = machine;
        this.options = options;
        QueueOptions[] queues = new QueueOptions[options.QueueCount];
        Array.Fill(queues, options.Queue);
        core = new(machine, options.Driver, queues);
        memories = new BlkMemory[options.QueueCount];
        asked = new Asked[options.QueueCount * options.SlotCount];
        chain = new DmaSegment[options.MaxDataSegments + 3];
    }

    private struct Asked
    {
        public BlkOperation Operation;
        public uint Length;
    }

    internal TMachine Machine => machine;

    public BlkOptions Options => options;

    public Transport Transport => core.Transport;

    /// <summary>What was negotiated.</summary>
    public FeatureSet Features => core.Features;

    /// <summary>What the device says about itself; capacity follows <c>block_resize</c>.</summary>
    public BlkDeviceInfo Info => info;

    public BlkLimits Limits => limits;

    /// <summary>In sectors of 512 bytes.</summary>
    public ulong CapacitySectors => info.CapacitySectors;

    public bool IsReadOnly => Features.Has(BlkFeature.ReadOnly);

    public bool IsReady => core.IsReady;

    /// <summary>Request queues in use: what the device has, as far as the driver was made for it. 0 before <see cref="Initialise"/>.</summary>
    public ushort QueueCount => queueCount;

    /// <summary>The first queue, for those who watch.</summary>
    public SplitQueue<TMachine> Queue => core[0].Ring;

    /// <summary>What the device did wrong in the rings, if anything: the first queue of which that can be said.</summary>
    public QueueFault Fault => core.Fault;

    /// <summary>Requests that the device has, in all queues: in flight, or timed out and not given back.</summary>
    public int WithDeviceCount => core.WithDeviceCount;

    /// <summary>
    /// Whether the device may still touch the request's memory: true until its end, and after a time-out until the device gives it
    /// back or is reset.
    /// </summary>
    public bool IsWithDevice(RequestId id) => core.IsWithDevice(id);

    private ref Asked AskedBy(RequestId id) => ref asked[id.Queue * options.SlotCount + id.Slot];
}
