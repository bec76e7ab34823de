namespace Ringcheck.Kernel;

internal struct RequestSlot
{
    public uint Generation, UsedLength, Tag;

    /// <summary>Neighbours in the list that the slot's state puts it in: free (next only) or ended.</summary>
    public ushort Next, Previous;
    public SlotState State;
    public DriverStatus Status;
    public bool IsHeld;
}

/// <summary>
/// A fixed set of request slots, of queue number <paramref name="queue"/> of a driver. A slot is not the head of its chain: a head is free as soon as the device
/// has returned it, a slot only when its request's end was reported.
/// </summary>
internal sealed class RequestSlots(ushort queue, ushort count)
{
    private const ushort None = ushort.MaxValue;

    private readonly RequestSlot[] slots = new RequestSlot[count];
    private ushort free, firstEnded, lastEnded;

    /// <summary>Requests that the device has, those that have timed out included.</summary>
    public ushort WithDevice { get; private set; }

    /// <summary>Requests that have not ended.</summary>
    public ushort InFlight { get; private set; }

    public SlotState StateOf(ushort slot) => slots[slot].State;

    /// <summary>All free. Generations run on, so that an id of an earlier life stays refused.</summary>
    public void Clear()
    {
        for (ushort i = 0; i < slots.Length; i++)
            slots[i] = new() { Generation = slots[i].Generation, Next = i + 1 < slots.Length ? (ushort)(i + 1) : None };
        free = 0;
        firstEnded = lastEnded = None;
        WithDevice = InFlight = 0;
    }

    public RequestId IdOf(ushort slot) => new(queue, slot, slots[slot].Generation);

    /// <summary>Whether the id belongs to a request that has not been reported to the end yet, or whose memory is held.</summary>
    public bool IsCurrent(RequestId id)
        => id.Slot < slots.Length && slots[id.Slot].Generation == id.Generation && slots[id.Slot].State != SlotState.Free;

    /// <summary>A free slot, in flight from now on.</summary>
    /// <param name="tag">Whatever the driver will want to know of the request when it has ended.</param>
    /// <param name="isHeld">Whether the driver releases the slot itself, some time after the end was reported.</param>
    public bool TryTake(uint tag, bool isHeld, out ushort slot)
    {
        slot = free;
        if (slot == None)
            return false;
        ref RequestSlot taken = ref slots[slot];
        free = taken.Next;
        taken.Generation = taken.Generation == uint.MaxValue ? 1 : taken.Generation + 1;
        taken.State = SlotState.InFlight;
        taken.Tag = tag;
        taken.IsHeld = isHeld;
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

    public void End(ushort slot, DriverStatus status, uint usedLength)
    {
        ref RequestSlot ended = ref slots[slot];
        WithDevice--;
        InFlight--;
        ended.State = SlotState.Ended;
        ended.Status = status;
        ended.UsedLength = usedLength;
        ended.Next = None;
        ended.Previous = lastEnded;
        if (lastEnded == None)
            firstEnded = slot;
        else
            slots[lastEnded].Next = slot;
        lastEnded = slot;
    }

    /// <summary>The device has nothing any more: what is in flight ends with <paramref name="status"/>, and what was abandoned is free.</summary>
    public void EndAll(DriverStatus status)
    {
        for (ushort slot = 0; slot < slots.Length; slot++)
        {
            if (slots[slot].State == SlotState.InFlight)
                End(slot, status, 0);
            else if (slots[slot].State == SlotState.Abandoned)
                Reclaim(slot);
        }
    }

    public bool TryFirstEnded(out ushort slot)
    {
        slot = firstEnded;
        return slot != None;
    }

    /// <summary>The end of a request, taken out of the list of those to report.</summary>
    public RequestEnd Report(ushort slot)
    {
        ref RequestSlot ended = ref slots[slot];
        RequestEnd end = new(IdOf(slot), ended.Status, ended.UsedLength, ended.Tag);
        if (ended.Previous == None)
            firstEnded = ended.Next;
        else
            slots[ended.Previous].Next = ended.Next;
        if (ended.Next == None)
            lastEnded = ended.Previous;
        else
            slots[ended.Next].Previous = ended.Previous;

        if (ended.IsHeld)
            ended.State = SlotState.Held;
        else
            Release(slot);
        return end;
    }

    /// <summary>Reported as timed out; the device still has it.</summary>
    public RequestEnd Abandon(ushort slot)
    {
        ref RequestSlot late = ref slots[slot];
        late.State = SlotState.Abandoned;
        InFlight--;
        return new(IdOf(slot), DriverStatus.TimedOut, 0, late.Tag);
    }

    /// <summary>An abandoned slot that is not the device's any more.</summary>
    public void Reclaim(ushort slot)
    {
        WithDevice--;
        Release(slot);
    }

    public void Release(ushort slot)
    {
        slots[slot].State = SlotState.Free;
        slots[slot].Next = free;
        free = slot;
    }
}
