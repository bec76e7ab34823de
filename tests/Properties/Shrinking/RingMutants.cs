namespace Ringcheck.Tests.Properties;

/// <summary>Seeded bugs of the kernel's queue: each is one that rings have had.</summary>
public static class RingMutants
{
    const string Driver = "SplitQueue.Driver.cs", Device = "SplitQueue.Device.cs", Life = "SplitQueue.cs";

    /// <summary>Found with devices that keep to the standard.</summary>
    public static readonly RingMutant[] Functional =
    [
        new("16-bit compare at the wrap", Device, "if (count == 0)", "if (device.Value <= usedIndex.Value)"),
        new("tail of the free list lost when the list is empty", Device, "shadows[head.Tail].Next = freeHead;", "shadows[freeCount == 0 ? id : head.Tail].Next = freeHead;"),
        new("recycled chain linked at the wrong descriptor", Device, "shadows[head.Tail].Next = freeHead;", "shadows[shadows[id].Next < size ? shadows[id].Next : id].Next = freeHead;"),
        new("completion taken by slot instead of id", Device, "uint id = machine.Load32(element + UsedRing.ElementIdOffset);", "uint id = usedIndex.Slot(size);"),
        new("one of two completions taken twice", Device, "usedIndex = usedIndex.Next;", "if (usedIndex.Next == usedIndexKnown) usedIndex = usedIndex.Next;"),
        new("a batch publishes one too few", Driver, "machine.StoreRelease16(availableIndexAddress, availableIndex.Value);",
            "machine.StoreRelease16(availableIndexAddress, Unpublished > 1 ? (ushort)(availableIndex.Value - 1) : availableIndex.Value);"),
        new("own index kept masked", Device, "usedIndex = usedIndex.Next;", "usedIndex = new(usedIndex.Next.Slot(size));"),
        new("initialised anew without the free list", Life, "freeHead = 0;\n", ""),
    ];
}
