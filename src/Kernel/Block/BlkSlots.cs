using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>Who a slot, and the memory that belongs to its request, is with.</summary>
internal enum BlkSlotState : byte
{
    Free,

    /// <summary>The device's, or about to be.</summary>
    InFlight,

    /// <summary>Ended, and not yet reported to the caller.</summary>
    Ended,

    /// <summary>Ended by a time-out and reported; its memory is still the device's.</summary>
    Abandoned,

    /// <summary>Ended and reported; the caller has yet to return the pooled buffer.</summary>
    Held,
}

internal struct BlkSlot
{
    public uint Generation, DataLength, Length;

    /// <summary>Neighbours in the list that the slot's state puts it in: free (next only) or ended.</summary>
    public ushort Next, Previous;
    public BlkSlotState State;
    public BlkOperation Operation;
    public DriverStatus Status;
    public bool IsPooled;
}

/// <summary>
/// A fixed set of request slots. A slot is not the head of its chain: a head is free as soon as the device has returned it, a slot
/// only when its request's end was reported.
/// </summary>
internal sealed class BlkSlots(QueueIndex queue, ushort count)
{
    private const ushort None = ushort.MaxValue;

    private readonly BlkSlot[] slots = new BlkSlot[count];
    private ushort free, firstEnded, lastEnded;

    public int Count => slots.Length;

    /// <summary>Requests that the device has, those that have timed out included.</summary>
    public ushort WithDevice { get; private set; }

    /// <summary>Requests that have not ended.</summary>
    public ushort InFlight { get; private set; }

    public ref BlkSlot this[ushort slot] => ref slots[slot];

    /// <summary>All free. Generations run on, so that an id of an earlier life stays refused.</summary>
    public void Clear()
    {
        for (ushort i = 0; i < slots.Length; i++)
            slots[i] = new() { Generation = slots[i].Generation, Next = i + 1 < slots.Length ? (ushort)(i + 1) : None };
        free = 0;
        firstEnded = lastEnded = None;
        WithDevice = InFlight = 0;
    }

    public BlkRequestId IdOf(ushort slot) => new(queue, slot, slots[slot].Generation);

    /// <summary>Whether the id belongs to a request that has not been reported to the end yet, or holds a buffer.</summary>
    public bool IsCurrent(BlkRequestId id)
        => id.Slot < slots.Length && slots[id.Slot].Generation == id.Generation && slots[id.Slot].State != BlkSlotState.Free;

    /// <summary>The device has nothing any more: what is in flight ends with <paramref name="status"/>, and what was abandoned is free.</summary>
    public void EndAll(DriverStatus status)
    {
        for (ushort slot = 0; slot < slots.Length; slot++)
        {
            if (slots[slot].State == BlkSlotState.InFlight)
                End(slot, status, 0);
            else if (slots[slot].State == BlkSlotState.Abandoned)
                Reclaim(slot);
        }
    }

    public bool TryTake(BlkOperation operation, out ushort slot)
    {
        slot = free;
        if (slot == None)
            return false;
        ref BlkSlot taken = ref slots[slot];
        free = taken.Next;
        taken.Generation = taken.Generation == uint.MaxValue ? 1 : taken.Generation + 1;
        taken.State = BlkSlotState.InFlight;
        taken.Operation = operation;
        taken.IsPooled = false;
        taken.DataLength = 0;
        WithDevice++;
        InFlight++;
        return true;
    }

    /// <summary>A request that never reached the queue.</summary>
    public void Cancel(ushort slot)
    {
        WithDevice--;
        InFlight--;
        Release(slot);
    }

    public void End(ushort slot, DriverStatus status, uint length)
    {
        ref BlkSlot ended = ref slots[slot];
        WithDevice--;
        InFlight--;
        ended.State = BlkSlotState.Ended;
        ended.Status = status;
        ended.Length = length;
        ended.Next = None;
        ended.Previous = lastEnded;
        if (lastEnded == None)
            firstEnded = slot;
        else
            slots[lastEnded].Next = slot;
        lastEnded = slot;
    }

    public bool TryFirstEnded(out ushort slot)
    {
        slot = firstEnded;
        return slot != None;
    }

    /// <summary>The end of a request, taken out of the list of those to report.</summary>
    public BlkCompletion Report(ushort slot)
    {
        ref BlkSlot ended = ref slots[slot];
        BlkCompletion completion = new(IdOf(slot), ended.Operation, ended.Status, ended.Length);
        if (ended.Previous == None)
            firstEnded = ended.Next;
        else
            slots[ended.Previous].Next = ended.Next;
        if (ended.Next == None)
            lastEnded = ended.Previous;
        else
            slots[ended.Next].Previous = ended.Previous;

        if (ended.IsPooled)
            ended.State = BlkSlotState.Held;
        else
            Release(slot);
        return completion;
    }

    /// <summary>Reported as timed out; the device still has it.</summary>
    public BlkCompletion Abandon(ushort slot)
    {
        ref BlkSlot late = ref slots[slot];
        late.State = BlkSlotState.Abandoned;
        InFlight--;
        return new(IdOf(slot), late.Operation, DriverStatus.TimedOut, 0);
    }

    /// <summary>An abandoned slot that is not the device's any more.</summary>
    public void Reclaim(ushort slot)
    {
        WithDevice--;
        Release(slot);
    }

    public void Release(ushort slot)
    {
        slots[slot].State = BlkSlotState.Free;
        slots[slot].Next = free;
        free = slot;
    }
}
