namespace Ringcheck.Standard;

/// <summary>Virtio 1.4, 2.7.5 "The Virtqueue Descriptor Table": one descriptor, 16 bytes.</summary>
public static class SplitDescriptor
{
    public const uint Size = 16;
    public const uint AddressOffset = 0, LengthOffset = 8, FlagsOffset = 12, NextOffset = 14;

    /// <summary>Flags (2.7.5).</summary>
    public const ushort Next = 1, Write = 2, Indirect = 4;
}

/// <summary>Virtio 1.4, 2.7.6 "The Virtqueue Available Ring": written by the driver, read by the device.</summary>
public static class AvailableRing
{
    public const uint FlagsOffset = 0, IndexOffset = 2, RingOffset = 4, EntrySize = 2;

    /// <summary>The driver asks for no used buffer notifications (2.7.7).</summary>
    public const ushort NoInterrupt = 1;

    public static uint EntryOffset(ushort slot) => RingOffset + EntrySize * slot;

    /// <summary>Of the word that EVENT_IDX uses; allocated whether negotiated or not.</summary>
    public static uint UsedEventOffset(ushort queueSize) => RingOffset + EntrySize * queueSize;

    public static uint Length(ushort queueSize) => UsedEventOffset(queueSize) + 2;
}

/// <summary>Virtio 1.4, 2.7.8 "The Virtqueue Used Ring": written by the device, read by the driver.</summary>
public static class UsedRing
{
    public const uint FlagsOffset = 0, IndexOffset = 2, RingOffset = 4, EntrySize = 8;

    /// <summary>Of an element: head of the chain (le32), bytes written to its writable part (le32).</summary>
    public const uint ElementIdOffset = 0, ElementLengthOffset = 4;

    /// <summary>The device asks for no available buffer notifications (2.7.10).</summary>
    public const ushort NoNotify = 1;

    public static uint EntryOffset(ushort slot) => RingOffset + EntrySize * slot;

    /// <summary>Of the word that EVENT_IDX uses; allocated whether negotiated or not.</summary>
    public static uint AvailEventOffset(ushort queueSize) => RingOffset + EntrySize * queueSize;

    public static uint Length(ushort queueSize) => AvailEventOffset(queueSize) + 2;
}

/// <summary>
/// Where the three parts of a split virtqueue lie, as offsets in bytes from the start of its memory (Virtio 1.4, 2.7 and, for
/// version 1 devices, 2.7.2 "Legacy Interfaces: A Note on Virtqueue Layout").
/// </summary>
public readonly record struct SplitLayout(ushort QueueSize, uint DescriptorTable, uint Available, uint Used, uint Length)
{
    /// <summary>2.7: required alignment of each part, in bytes.</summary>
    public const uint DescriptorTableAlignment = 16, AvailableAlignment = 2, UsedAlignment = 4;

    /// <summary>2.7: the largest Queue Size; sizes are powers of two.</summary>
    public const ushort MaximumQueueSize = 32768;

    public static bool IsLegalQueueSize(uint size) => size is > 0 and <= MaximumQueueSize && (size & (size - 1)) == 0;

    /// <summary>
    /// All that the driver writes, then all that the device writes, on a cache line of its own, so that the two sides never
    /// write to one line.
    /// </summary>
    public static SplitLayout Modern(ushort queueSize)
    {
        const uint cacheLine = 64;
        uint available = AlignUp(SplitDescriptor.Size * queueSize, AvailableAlignment);
        uint used = AlignUp(available + AvailableRing.Length(queueSize), cacheLine);
        return new(queueSize, 0, available, used, used + UsedRing.Length(queueSize));
    }

    /// <summary>2.7.2: one contiguous block, the used ring at the next multiple of <paramref name="queueAlign"/>.</summary>
    public static SplitLayout Legacy(ushort queueSize, uint queueAlign)
    {
        uint available = SplitDescriptor.Size * queueSize;
        uint used = AlignUp(available + AvailableRing.Length(queueSize), queueAlign);
        return new(queueSize, 0, available, used, AlignUp(used + UsedRing.Length(queueSize), queueAlign));
    }

    /// <summary><paramref name="alignment"/> is a power of two.</summary>
    public static uint AlignUp(uint value, uint alignment) => (value + alignment - 1) & ~(alignment - 1);
}
