using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// A virtio block device (Virtio 1.4, 5.2), on any transport, completing by interrupt or by polling, with many requests in flight, in one queue or
/// several. Each request that was submitted ends exactly once: see <see cref="BlkCompletion"/>. A device that is taken away is noticed: see
/// <see cref="VirtioDriver{TMachine}.Removed"/>.
/// </summary>
/// <remarks>
/// Submit, kick, wait or reap; for several CPUs, see <see cref="LockedBlk{TMachine}"/>. Queues share nothing but the device's configuration, its
/// interrupt and its end: whoever waits for one request takes over what has ended in any queue.
/// </remarks>
public sealed partial class VirtioBlk<TMachine> : VirtioDriver<TMachine>
    where TMachine : struct, IMachine
{
    private readonly BlkOptions options;

    /// <summary>Of each queue that was asked for; the first <see cref="queueCount"/> are in use.</summary>
    private readonly BlkMemory[] memories;

    /// <summary>What was asked for, of each slot of each queue.</summary>
    private readonly Asked[] asked;

    /// <summary>The chain being put together; no request is added while another is.</summary>
    private readonly DmaSegment[] chain;

    private BlkDeviceInfo info;
    private BlkLimits limits;
    private bool capacityIsStale;
    private ushort queueCount;

    /// <summary>A driver for no device yet: see <see cref="Initialise"/>.</summary>
    public VirtioBlk(TMachine machine, BlkOptions options)
        : base(machine, options.Driver, options.Queues)
    {
        this.options = options;
        memories = new BlkMemory[options.QueueCount];
        asked = new Asked[options.QueueCount * options.SlotCount];
        chain = new DmaSegment[options.MaxDataSegments + 3];
    }

    private struct Asked
    {
        public BlkOperation Operation;
        public uint Length;
    }

    public BlkOptions Options => options;

    /// <summary>What the device says about itself; capacity follows <c>block_resize</c>.</summary>
    public BlkDeviceInfo Info => info;

    public BlkLimits Limits => limits;

    /// <summary>In sectors of 512 bytes.</summary>
    public ulong CapacitySectors => info.CapacitySectors;

    public bool IsReadOnly => Features.Has(BlkFeature.ReadOnly);

    /// <summary>Request queues in use: what the device has, as far as the driver was made for it. 0 before <see cref="Initialise"/>.</summary>
    public ushort QueueCount => queueCount;

    /// <summary>The first queue, for those who watch.</summary>
    public SplitQueue<TMachine> Queue => core[0].Ring;

    private ref Asked AskedBy(RequestId id) => ref asked[id.Queue * options.SlotCount + id.Slot];
}
