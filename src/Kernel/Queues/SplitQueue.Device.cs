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

    /// <summary>Up to where chains were taken back.</summary>
    public RingIndex Taken => usedIndex;

    /// <summary>As <see cref="HasUsed"/>, from what the caller knows: also while another CPU takes chains back.</summary>
    public bool HasUsedSince(RingIndex taken) => machine.Load16(usedIndexAddress) != taken.Value;

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

        RingIndex index = usedIndex;
        CpuAddress element = usedElements + (ulong)index.Slot(size) * UsedRing.EntrySize;
        uint id = machine.Load32(element + UsedRing.ElementIdOffset);
        uint length = machine.Load32(element + UsedRing.ElementLengthOffset);
        if (id >= size)
            return Break(QueueFault.UsedIdOutOfRange, out used);
        ref ShadowDescriptor head = ref shadows[id];
        if (head.Sequence >= published) // free, or added and not published: neither has any business in the used ring
            return Break(QueueFault.UsedIdNotInFlight, out used);
        ChainLink link = head.Link;
        if (length > link.WritableLength)
            return Break(QueueFault.UsedLengthTooLong, out used);

        head.Sequence = ShadowDescriptor.NotInFlight;
        used = new(new((ushort)id), length);
        usedIndex = index.Next;
        Free((ushort)id, link);
        return DriverStatus.Ok;
    }

    /// <summary>
    /// For a caller who saw <see cref="HasUsed"/> and then was given nothing: an index that goes back is a lie, and believing in
    /// the next look would make a loop without end.
    /// </summary>
    public DriverStatus RefuseIndexThatWentBack() => Break(QueueFault.UsedIndexWentBack);

    /// <summary>
    /// Asks not to be interrupted. A hint: interrupts may come all the same (2.7.7.1), and with EVENT_IDX one does in 65,536 chains, because
    /// an index that lies behind lies ahead again. No barrier: a device that sees it late only interrupts once more.
    /// </summary>
    public void DisableInterrupts()
    {
        if (useEventIndex)
            machine.Store16(usedEventAddress, usedIndex.Previous.Value); // avail.flags stay 0 (2.7.7.1)
        else
            machine.Store16(availableFlagsAddress, AvailableRing.NoInterrupt);
    }

    /// <summary>
    /// Asks to be interrupted from here on; with EVENT_IDX, for the next chain to be taken. What the device gave back before it saw
    /// this came without an interrupt: the caller looks at <see cref="HasUsed"/> again before it sleeps.
    /// </summary>
    public void EnableInterrupts()
    {
        if (useEventIndex)
            machine.Store16(usedEventAddress, usedIndex.Value);
        else
            machine.Store16(availableFlagsAddress, 0);

        // The wish must be seen before the caller looks at used.idx again: otherwise the device could give a chain back and read the old
        // wish, and the caller would still see the old index.
        machine.Barrier(BarrierPurpose.StoreThenLoad);
    }

    /// <summary>The chain's descriptors are free again, its head the next to be used: what was used last is in the cache.</summary>
    private void Free(ushort head, ChainLink link)
    {
        if (link.Count == 2)
        {
            // In a branch of its own, which the CPU guesses: so the next addition need not wait until this record has been read.
            int second = freeCount;
            free[second] = link.Next;
            free[second + 1] = head;
            freeCount = (ushort)(second + 2);
            return;
        }

        int at = freeCount + link.Count;
        freeCount = (ushort)at;
        free[--at] = head;
        for (int left = link.Count - 1; left > 0; left--)
        {
            ushort id = link.Next;
            free[--at] = id;
            if (left > 1)
                link = shadows[id].Link;
        }
    }

    private DriverStatus LookAtUsedIndex()
    {
        if (Fault != QueueFault.None)
            return DriverStatus.DeviceError;
        RingIndex next = usedIndex;
        RingIndex device = new(machine.LoadAcquire16(usedIndexAddress));
        if (device == next)
            return DriverStatus.Pending;
        if (next.DistanceTo(device) > next.DistanceTo(RingIndexOf(published)))
            return Break(QueueFault.UsedIndexJumped);
        usedIndexKnown = device;
        return DriverStatus.Ok;
    }

    private DriverStatus Break(QueueFault fault, out UsedBuffer used)
    {
        used = default;
        return Break(fault);
    }
}
