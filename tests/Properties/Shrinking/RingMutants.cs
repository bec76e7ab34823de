namespace Ringcheck.Tests.Properties;

/// <summary>Seeded bugs of the kernel's queue: each is one that rings have had.</summary>
public static class RingMutants
{
    const string Life = "SplitQueue.cs", Driver = "SplitQueue.Driver.cs", Device = "SplitQueue.Device.cs";

    /// <summary>Found with devices that keep to the standard.</summary>
    public static readonly RingMutant[] Functional =
    [
        new("16-bit compare at the wrap", Device, "if (device == next)", "if (device.Value <= next.Value)"),
        new("tail lost when the free list is empty", Device, "freeCount = (ushort)(second + 2);", "freeCount = (ushort)(second == 0 ? 1 : second + 2);"),
        new("the wrong neighbour recycled", Device, "link = shadows[id].Link;", "link = shadows[head].Link;"),
        new("completion taken by slot instead of id", Device, "uint id = machine.Load32(element + UsedRing.ElementIdOffset);", "uint id = index.Slot(size);"),
        new("one of two completions taken twice", Device, "usedIndex = index.Next;", "if (index.Next == usedIndexKnown) usedIndex = index.Next;"),
        new("a batch publishes one too few", Driver, "machine.StoreRelease16(availableIndexAddress, RingIndexOf(last).Value);",
            "machine.StoreRelease16(availableIndexAddress, RingIndexOf(last - published > 1 ? last - 1 : last).Value);"),
        new("own index kept masked", Device, "usedIndex = index.Next;", "usedIndex = new(index.Next.Slot(size));"),
        new("initialised anew without the free list", Life, "free[i] = (ushort)(size - 1 - i);", "if (added == 0) free[i] = (ushort)(size - 1 - i);"),
    ];

    /// <summary>Found with devices that lie: what is not checked is believed.</summary>
    public static readonly RingMutant[] Credulous =
    [
        new("an id beyond the queue is believed", Device, "if (id >= size)", "if (id >= size && id < 0x1_0000)"),
        new("a free descriptor is believed", Device, "if (head.Sequence >= published)", "if (head.Sequence >= published && head.Sequence != ShadowDescriptor.NotInFlight)"),
        new("a chain that was not published is believed", Device, "if (head.Sequence >= published)", "if (head.Sequence == ShadowDescriptor.NotInFlight)"),
        new("any length is believed", Device, "if (length > link.WritableLength)", "if (length > link.WritableLength && length != uint.MaxValue)"),
        new("any index is believed", Device, "if (next.DistanceTo(device) > next.DistanceTo(RingIndexOf(published)))", "if (next.DistanceTo(device) > size)"),
        new("a fault is forgotten", Device, "if (Fault != QueueFault.None)\n            return DriverStatus.DeviceError;\n", ""),
    ];

    /// <summary>Found with EVENT_IDX.</summary>
    public static readonly RingMutant[] Events =
    [
        new("avail_event is compared by order", Driver, ".HasPassed(new RingIndex(machine.Load16(availableEventAddress)), count);", ".Value > machine.Load16(availableEventAddress);"),
        new("only the last publication counts", Driver, "        published = last;", "        decided = published;\n        published = last;"),
        new("the window never moves on", Driver, "        decided = last;\n", ""),
        new("used_event is never written", Device, "machine.Store16(usedEventAddress, usedIndex.Value);", "{ }"),
        new("used_event is kept masked", Device, "machine.Store16(usedEventAddress, usedIndex.Value);", "machine.Store16(usedEventAddress, usedIndex.Slot(size));"),
        new("used_event names the chain before", Device, "machine.Store16(usedEventAddress, usedIndex.Value);", "machine.Store16(usedEventAddress, usedIndex.Previous.Value);"),
        new("used_event names the chain after", Device, "machine.Store16(usedEventAddress, usedIndex.Value);", "machine.Store16(usedEventAddress, usedIndex.Next.Value);"),
        new("flags are used all the same", Device, "machine.Store16(usedEventAddress, usedIndex.Previous.Value);", "machine.Store16(availableFlagsAddress, AvailableRing.NoInterrupt);"),
        new("avail_event of a ring that starts elsewhere is left at 0", Life, "machine.Store16(availableEventAddress, startAt.Value);", ""),
    ];

    /// <summary>One for each check of <see cref="RingTrial"/> that none of the others is found by.</summary>
    public static readonly RingMutant[] Others =
    [
        new("the doorbell is not suppressed", Driver, "& UsedRing.NoNotify) == 0;", "& UsedRing.NoNotify) != 2;"),
        new("interrupts are not suppressed", Device, "AvailableRing.NoInterrupt);", "0);"),
        new("writable pieces are marked readable", Driver, "isWritable ? SplitDescriptor.Write : 0", "isWritable && !isLast ? SplitDescriptor.Write : 0"),
        new("the wrong slot of the available ring", Driver, "RingIndexOf(sequence).Slot(size)", "RingIndexOf(sequence - (ulong)(size > 4 ? 1 : 0)).Slot(size)"),
        new("an empty piece is accepted", Driver, "if (segment.Length == 0)", "if (segment.Length == 0 && segments.Length == 1)"),
        new("the used ring is left as it was", Life, "machine.FillMemory(memory.Cpu + layout.Used, 0, UsedRing.Length(size));", ""),
        new("what was used is used again", Device, "head.Sequence = ShadowDescriptor.NotInFlight;", ""),
    ];
}
