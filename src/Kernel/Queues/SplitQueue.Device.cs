using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>From device to driver: 2.7.14 "Receiving Used Buffers From The Device", and 2.7.7 on asking to be told.</content>
public sealed partial class SplitQueue<TMachine>
{
    /// <summary>
    /// Whether the device has given something back that was not taken yet. Only reads, so that it can be the condition of a polling loop.
    /// </summary>
    public bool HasUsed() => machine.Load16(usedIndexAddress) != usedIndex.Value;

    /// <summary>
    /// Takes back one chain; its descriptors are free again. Pending: there is none. DeviceError: the device wrote what no device may
    /// write (<see cref="Fault"/>); the queue is broken then, and all it holds stays with the device until a reset.
    /// </summary>
    public DriverStatus TryTakeUsed(out UsedBuffer used)
    {
        if (usedIndex == usedIndexKnown)
        {
            DriverStatus status = LookAtUsedIndex();
            if (status != DriverStatus.Ok)
            {
                used = default;
                return status;
            }
        }

        CpuAddress element = usedElements + (ulong)usedIndex.Slot(size) * UsedRing.EntrySize;
        uint id = machine.Load32(element + UsedRing.ElementIdOffset);
        uint length = machine.Load32(element + UsedRing.ElementLengthOffset);
        QueueFault fault = Judge(id, length);
        if (fault != QueueFault.None)
        {
            used = default;
            return Break(fault);
        }

        ref ShadowDescriptor head = ref shadows[id];
        used = new(new((ushort)id), length, head.Sequence);
        shadows[head.Tail].Next = freeHead;
        freeHead = (ushort)id;
        freeCount += head.Count;
        head.Count = 0;
        usedIndex = usedIndex.Next;
        return DriverStatus.Ok;
    }

    /// <summary>
    /// For a caller who saw <see cref="HasUsed"/> and then was given nothing: an index that goes back is a lie, and believing in
    /// the next look would make a loop without end.
    /// </summary>
    public DriverStatus RefuseIndexThatWentBack() => Break(QueueFault.UsedIndexWentBack);

    /// <summary>Asks not to be interrupted. A hint: interrupts may come all the same (2.7.7.1).</summary>
    public void DisableInterrupts()
        => machine.Store16(memory.Cpu + layout.Available + AvailableRing.FlagsOffset, AvailableRing.NoInterrupt);

    /// <summary>
    /// Asks to be interrupted from here on. What the device gave back before it saw this came without an interrupt: the caller looks
    /// at <see cref="HasUsed"/> again before it sleeps.
    /// </summary>
    public void EnableInterrupts()
    {
        machine.Store16(memory.Cpu + layout.Available + AvailableRing.FlagsOffset, 0);
        machine.Barrier(BarrierPurpose.StoreThenLoad);
    }

    private DriverStatus LookAtUsedIndex()
    {
        if (Fault != QueueFault.None)
            return DriverStatus.DeviceError;
        RingIndex device = new(machine.LoadAcquire16(usedIndexAddress));
        ushort count = usedIndex.DistanceTo(device);
        if (count == 0)
            return DriverStatus.Pending;
        if (count > InFlight)
            return Break(QueueFault.UsedIndexJumped);
        usedIndexKnown = device;
        return DriverStatus.Ok;
    }

    /// <summary>A chain that is added but not published has no business in the used ring either.</summary>
    private QueueFault Judge(uint id, uint length)
    {
        if (id >= size)
            return QueueFault.UsedIdOutOfRange;
        ref readonly ShadowDescriptor head = ref shadows[id];
        if (head.Count == 0 || head.Sequence >= published)
            return QueueFault.UsedIdNotInFlight;
        return length > head.WritableLength ? QueueFault.UsedLengthTooLong : QueueFault.None;
    }
}
