using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// A virtio block device (Virtio 1.4, 5.2), on any transport, completing by interrupt or by polling, with many requests in flight.
/// Each request that was submitted ends exactly once: see <see cref="BlkCompletion"/>.
/// </summary>
/// <remarks>
/// Submit, kick, wait or reap. <see cref="OnInterrupt"/> is for the interrupt handler and shares two words of memory with the rest,
/// and no field. All else is main code, for one CPU at a time (with several, a lock goes around), called with interrupts
/// unmasked. Nothing is allocated after the constructor. When a method says NeedsReset, <see cref="Recover"/> is the way out; until
/// then what is in flight stays with the device.
/// </remarks>
public sealed partial class VirtioBlk<TMachine>
    where TMachine : struct, IMachine
{
    private readonly BlkOptions options;
    private readonly SplitQueue<TMachine> queue;
    private readonly BlkSlots slots;
    private readonly ushort[] slotOfHead;

    /// <summary>The chain being put together; no request is added while another is.</summary>
    private readonly DmaSegment[] chain;

    private TMachine machine;
    private Transport transport;
    private BlkMemory memory;
    private BlkDeviceInfo info;
    private BlkLimits limits;
    private BlkState state;
    private bool configurationIsStale;

    /// <summary>A driver for no device yet: see <see cref="Initialise"/>.</summary>
    public VirtioBlk(TMachine machine, BlkOptions options)
    {
        this.machine = machine;
        this.options = options;
        queue = new(machine, options.QueueSize);
        slots = new(options.SlotCount);
        slotOfHead = new ushort[options.QueueSize];
        chain = new DmaSegment[options.MaxDataSegments + 3];
        slots.Clear();
    }

    private enum BlkState : byte
    {
        /// <summary>Not initialised, not initialised successfully, or shut down.</summary>
        Down,
        Ready,

        /// <summary>Only a reset helps.</summary>
        Broken,
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

    /// <summary>The queue, for those who watch.</summary>
    public SplitQueue<TMachine> Queue => queue;

    /// <summary>What the device did wrong in the rings, if anything.</summary>
    public QueueFault Fault => queue.Fault;

    /// <summary>Requests that the device has: in flight, or timed out and not given back.</summary>
    public ushort WithDeviceCount => slots.WithDevice;

    /// <summary>
    /// Whether the device may still touch the request's memory: true until its end, and after a time-out until the device gives it
    /// back or is reset.
    /// </summary>
    public bool IsWithDevice(BlkRequestId id)
        => slots.IsCurrent(id) && slots[id.Slot].State is BlkSlotState.InFlight or BlkSlotState.Abandoned;
}
