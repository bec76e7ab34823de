using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// The driver's side of one split virtqueue (Virtio 1.4, 2.7), with notification suppression by flags or, with EVENT_IDX, by event
/// indices. Chains are added, then published together; the device is notified once for all of them. Whatever the device can write,
/// the two rings and the table included, is compared with what is kept here and never believed.
/// </summary>
/// <remarks>
/// For one CPU at a time: with several, a lock goes around the public methods. Nothing is allocated after the constructor.
/// </remarks>
public sealed partial class SplitQueue<TMachine>
    where TMachine : struct, IMachine
{
    private readonly ShadowDescriptor[] shadows;

    /// <summary>
    /// The first <see cref="freeCount"/> are the free descriptors, the last of them the next to be used. Not linked through the shadows:
    /// each link would be a load that waits for the one before (measured: 17 cycles for each request of two descriptors).
    /// </summary>
    private readonly ushort[] free;
    private TMachine machine;
    private SplitLayout layout;
    private Doorbell doorbell;

    private CpuAddress table, availableFlagsAddress, availableIndexAddress, availableSlots;
    private CpuAddress usedFlagsAddress, usedIndexAddress, usedElements;

    /// <summary>used_event and avail_event: each in the ring of the side that writes it (2.7.6, 2.7.8).</summary>
    private CpuAddress usedEventAddress, availableEventAddress;
    private ushort size, freeCount;
    private bool useEventIndex;

    /// <summary>
    /// Chains added and chains published, counted from where the queue started and without end: the lower 16 bits are where the
    /// next head goes, and what avail.idx says.
    /// </summary>
    private ulong added, published;

    /// <summary>What was published when it was last decided whether to notify: with EVENT_IDX, the next decision is about all since then.</summary>
    private ulong decided;

    /// <summary>Where the next element is taken from, and up to where the device is known to have written.</summary>
    private RingIndex usedIndex, usedIndexKnown;

    /// <summary>A queue that has no memory yet: <see cref="Initialise"/> gives it some.</summary>
    /// <param name="machine">The machine that the queue's memory belongs to.</param>
    /// <param name="maximumSize">The largest size that <see cref="Initialise"/> can be asked for.</param>
    public SplitQueue(TMachine machine, ushort maximumSize)
    {
        this.machine = machine;
        shadows = new ShadowDescriptor[maximumSize];
        free = new ushort[maximumSize];
    }

    /// <summary>Descriptors of the queue; 0 before <see cref="Initialise"/>.</summary>
    public ushort Size => size;

    public SplitLayout Layout => layout;

    /// <summary>Descriptors that a chain can still be made of.</summary>
    public ushort FreeCount => freeCount;

    /// <summary>Chains that are published and have not been taken back.</summary>
    public ushort InFlight => usedIndex.DistanceTo(RingIndexOf(published));

    /// <summary>Chains that are added and not yet published.</summary>
    public ushort Unpublished => (ushort)(added - published);

    /// <summary>What the device did wrong, if anything.</summary>
    public QueueFault Fault { get; private set; }

    /// <summary>
    /// Begins anew: the device does not have the queue (never had, or a reset was observed). Ring memory is zeroed, all descriptors
    /// are free. <paramref name="startAt"/> is where both indices begin: 0 for a device fresh from reset, anything for one that was
    /// told so. <paramref name="useEventIndex"/>: whether EVENT_IDX was negotiated. InvalidArgument: illegal or too large a size, or
    /// memory too short or not aligned (2.7).
    /// </summary>
    public DriverStatus Initialise(DmaRegion memory, in SplitLayout layout, RingIndex startAt, bool useEventIndex)
    {
        if (!SplitLayout.IsLegalQueueSize(layout.QueueSize) || layout.QueueSize > shadows.Length || !Fits(memory, layout))
            return DriverStatus.InvalidArgument;

        this.layout = layout;
        this.useEventIndex = useEventIndex;
        doorbell = default;
        size = layout.QueueSize;
        table = memory.Cpu + layout.DescriptorTable;
        availableFlagsAddress = memory.Cpu + layout.Available + AvailableRing.FlagsOffset;
        availableIndexAddress = memory.Cpu + layout.Available + AvailableRing.IndexOffset;
        availableSlots = memory.Cpu + layout.Available + AvailableRing.RingOffset;
        usedFlagsAddress = memory.Cpu + layout.Used + UsedRing.FlagsOffset;
        usedIndexAddress = memory.Cpu + layout.Used + UsedRing.IndexOffset;
        usedElements = memory.Cpu + layout.Used + UsedRing.RingOffset;
        usedEventAddress = memory.Cpu + layout.Available + AvailableRing.UsedEventOffset(size);
        availableEventAddress = memory.Cpu + layout.Used + UsedRing.AvailEventOffset(size);

        for (int i = 0; i < size; i++)
        {
            shadows[i].Sequence = ShadowDescriptor.NotInFlight;
            free[i] = (ushort)(size - 1 - i);
        }

        freeCount = size;
        added = published = decided = startAt.Value;
        usedIndex = usedIndexKnown = startAt;
        Fault = QueueFault.None;

        machine.FillMemory(table, 0, SplitDescriptor.Size * (uint)size);
        machine.FillMemory(memory.Cpu + layout.Available, 0, AvailableRing.Length(size));
        machine.FillMemory(memory.Cpu + layout.Used, 0, UsedRing.Length(size));
        if (startAt.Value != 0)
        {
            machine.Store16(availableIndexAddress, startAt.Value);
            machine.Store16(usedIndexAddress, startAt.Value);
            machine.Store16(availableEventAddress, startAt.Value); // as 0 is in a ring from 0: the first chain is to be notified
        }

        return DriverStatus.Ok;
    }

    /// <summary>How <see cref="Notify"/> reaches the device: known once the device has the queue.</summary>
    public void AttachDoorbell(Doorbell doorbell) => this.doorbell = doorbell;

    private static RingIndex RingIndexOf(ulong chains) => new((ushort)chains);

    private static bool Fits(DmaRegion memory, in SplitLayout layout)
        => layout.Length <= memory.Length
            && layout.Available >= layout.DescriptorTable + SplitDescriptor.Size * layout.QueueSize
            && layout.Used >= layout.Available + AvailableRing.Length(layout.QueueSize)
            && layout.Length >= layout.Used + UsedRing.Length(layout.QueueSize)
            && IsAligned(memory, layout.DescriptorTable, SplitLayout.DescriptorTableAlignment)
            && IsAligned(memory, layout.Available, SplitLayout.AvailableAlignment)
            && IsAligned(memory, layout.Used, SplitLayout.UsedAlignment);

    private static bool IsAligned(DmaRegion memory, uint offset, uint alignment)
        => ((memory.Bus.Value + offset) | (memory.Cpu.Value + offset)) % alignment == 0;

    /// <summary>The device cannot be believed any more: from here on nothing is added and nothing is taken.</summary>
    private DriverStatus Break(QueueFault fault)
    {
        Fault = fault;
        freeCount = 0;
        usedIndexKnown = usedIndex;
        return DriverStatus.DeviceError;
    }
}
