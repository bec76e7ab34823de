using System.Runtime.CompilerServices;

namespace Ringcheck.Models.Ring;

/// <summary>Who has a descriptor, as <c>Ring.tla</c> names it.</summary>
internal enum RingOwner
{
    Driver,
    Available,
    Device,
    Used,
}

internal enum RingDriverAt
{
    Idle,
    WritingDescriptor,
    WritingSlot,
    Publishing,
    Reaping,
    AwaitingReset,
    Restarting,
}

internal enum RingDeviceAt
{
    Idle,
    ReadingSlot,
    ReadingDescriptor,
    WritingUsed,
    PublishingUsed,
    Down,
}

/// <summary>
/// The variables of <c>Ring.tla</c> in 16 bytes, for rings of up to 4: shared memory and ghosts in one word, what driver and device keep
/// to themselves in the other. Names are those of the module.
/// </summary>
internal struct RingState
{
    public ulong Shared;
    public ulong Private;

    // Shared memory: descriptor tags, available slots and index, used slots (id, tag) and index. Then reset, and the ghosts.
    public int AvailIndex { readonly get => Get(Shared, 0, 3); set => Set(ref Shared, 0, 3, value); }

    public int UsedIndex { readonly get => Get(Shared, 3, 3); set => Set(ref Shared, 3, 3, value); }

    public int DeviceAvail { readonly get => Get(Shared, 6, 3); set => Set(ref Shared, 6, 3, value); }

    public int Held { readonly get => Get(Shared, 9, 2); set => Set(ref Shared, 9, 2, value); }

    public int Reset { readonly get => Get(Shared, 11, 1); set => Set(ref Shared, 11, 1, value); }

    public int Live { readonly get => Get(Shared, 12, 1); set => Set(ref Shared, 12, 1, value); }

    public int Expect { readonly get => Get(Shared, 13, 4); set => Set(ref Shared, 13, 4, value); }

    // Driver: dpc, free, sub, ash, lu, d, id, tg. Device: vpc, la, ush, vd, vt.
    public RingDriverAt Driver { readonly get => (RingDriverAt)Get(Private, 0, 3); set => Set(ref Private, 0, 3, (int)value); }

    public int Free { readonly get => Get(Private, 3, 4); set => Set(ref Private, 3, 4, value); }

    public int Submitted { readonly get => Get(Private, 7, 4); set => Set(ref Private, 7, 4, value); }

    public int AvailShadow { readonly get => Get(Private, 11, 3); set => Set(ref Private, 11, 3, value); }

    public int LastUsed { readonly get => Get(Private, 14, 3); set => Set(ref Private, 14, 3, value); }

    public int Descriptor { readonly get => Get(Private, 17, 2); set => Set(ref Private, 17, 2, value); }

    public int Id { readonly get => Get(Private, 19, 2); set => Set(ref Private, 19, 2, value); }

    public int Tag { readonly get => Get(Private, 21, 1); set => Set(ref Private, 21, 1, value); }

    public RingDeviceAt Device { readonly get => (RingDeviceAt)Get(Private, 22, 3); set => Set(ref Private, 22, 3, (int)value); }

    public int LastAvail { readonly get => Get(Private, 25, 3); set => Set(ref Private, 25, 3, value); }

    public int UsedShadow { readonly get => Get(Private, 28, 3); set => Set(ref Private, 28, 3, value); }

    public int DeviceDescriptor { readonly get => Get(Private, 31, 2); set => Set(ref Private, 31, 2, value); }

    public int DeviceTag { readonly get => Get(Private, 33, 1); set => Set(ref Private, 33, 1, value); }

    public readonly int ExpectOf(int i) => Get(Shared, 13 + i, 1);

    public readonly int DescriptorTag(int i) => Get(Shared, 17 + i, 1);

    public void SetDescriptorTag(int i, int value) => Set(ref Shared, 17 + i, 1, value);

    public readonly int AvailSlot(int i) => Get(Shared, 21 + (2 * i), 2);

    public void SetAvailSlot(int i, int value) => Set(ref Shared, 21 + (2 * i), 2, value);

    public readonly int UsedSlot(int i) => Get(Shared, 29 + (2 * i), 2);

    public void SetUsedSlot(int i, int value) => Set(ref Shared, 29 + (2 * i), 2, value);

    public readonly int UsedTag(int i) => Get(Shared, 37 + i, 1);

    public void SetUsedTag(int i, int value) => Set(ref Shared, 37 + i, 1, value);

    public readonly RingOwner Owner(int i) => (RingOwner)Get(Shared, 41 + (2 * i), 2);

    public void SetOwner(int i, RingOwner value) => Set(ref Shared, 41 + (2 * i), 2, (int)value);

    /// <summary>What the driver does once it has seen the reset: all memory zero, all descriptors its own.</summary>
    public void ClearMemory()
    {
        const ulong Tags = 0xFUL << 17;
        const ulong Slots = 0xFFFFUL << 21;
        const ulong UsedTags = 0xFUL << 37;
        const ulong Owners = 0xFFUL << 41;
        const ulong Indices = 0x3F;
        Shared &= ~(Tags | Slots | UsedTags | Owners | Indices);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Get(ulong word, int at, int bits) => (int)(word >> at) & ((1 << bits) - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Set(ref ulong word, int at, int bits, int value) =>
        word = (word & ~(((1UL << bits) - 1) << at)) | ((ulong)(uint)value << at);
}
