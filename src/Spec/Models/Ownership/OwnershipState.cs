using System.Runtime.CompilerServices;

namespace Ringcheck.Models.Ownership;

/// <summary>Where the driver of the model is.</summary>
internal enum DriverAt
{
    Idle,
    WritingDescriptor,
    WritingChained,
    WritingSlot,
    Releasing,
    AwaitingReset,
    Restarting,
}

/// <summary>Where the part of the model's device is that takes requests; completing them is independent of it.</summary>
internal enum DeviceAt
{
    Idle,
    ReadingSlot,
    ReadingDescriptor,
    ReadingChained,
}

/// <summary>
/// A split ring of up to 4 with its driver and device in 16 bytes. Indices are kept relative to the value the ring started from, and
/// <see cref="OwnershipModel"/> says what real 16-bit index each one stands for. Tags are generations, one bit a descriptor.
/// </summary>
internal struct OwnershipState
{
    private ulong _shared;
    private ulong _private;

    public int AvailIndex { readonly get => Get(_shared, 0, 4); set => Set(ref _shared, 0, 4, value); }

    public int UsedIndex { readonly get => Get(_shared, 4, 4); set => Set(ref _shared, 4, 4, value); }

    /// <summary>1 from the write of Status 0 to the next initialization.</summary>
    public int Reset { readonly get => Get(_shared, 8, 1); set => Set(ref _shared, 8, 1, value); }

    /// <summary>1 while the device works.</summary>
    public int Live { readonly get => Get(_shared, 9, 1); set => Set(ref _shared, 9, 1, value); }

    /// <summary>1 after the first reset, when indices start at 0 again.</summary>
    public int Restarted { readonly get => Get(_shared, 10, 1); set => Set(ref _shared, 10, 1, value); }

    /// <summary>The generation that each descriptor's request has, as a mask.</summary>
    public int Expected { readonly get => Get(_shared, 47, 4); set => Set(ref _shared, 47, 4, value); }

    public int DescriptorTags { readonly get => Get(_shared, 39, 4); set => Set(ref _shared, 39, 4, value); }

    public int ResultTags { readonly get => Get(_shared, 43, 4); set => Set(ref _shared, 43, 4, value); }

    public DriverAt Driver { readonly get => (DriverAt)Get(_private, 0, 3); set => Set(ref _private, 0, 3, (int)value); }

    /// <summary>The head being filled.</summary>
    public int Filling { readonly get => Get(_private, 3, 2); set => Set(ref _private, 3, 2, value); }

    /// <summary>The head being released.</summary>
    public int Reaping { readonly get => Get(_private, 5, 2); set => Set(ref _private, 5, 2, value); }

    public int Free { readonly get => Get(_private, 7, 4); set => Set(ref _private, 7, 4, value); }

    /// <summary>Heads that the driver put into the available ring and has not reaped, as a mask.</summary>
    public int Submitted { readonly get => Get(_private, 11, 4); set => Set(ref _private, 11, 4, value); }

    /// <summary>The driver's own available index: slots written, published or not.</summary>
    public int AvailWritten { readonly get => Get(_private, 15, 4); set => Set(ref _private, 15, 4, value); }

    public int LastUsed { readonly get => Get(_private, 19, 4); set => Set(ref _private, 19, 4, value); }

    public DeviceAt Device { readonly get => (DeviceAt)Get(_private, 23, 2); set => Set(ref _private, 23, 2, (int)value); }

    /// <summary>The head that the device is taking.</summary>
    public int Taking { readonly get => Get(_private, 25, 2); set => Set(ref _private, 25, 2, value); }

    public int LastAvail { readonly get => Get(_private, 27, 4); set => Set(ref _private, 27, 4, value); }

    /// <summary>The device's own used index: elements written, published or not.</summary>
    public int UsedWritten { readonly get => Get(_private, 31, 4); set => Set(ref _private, 31, 4, value); }

    /// <summary>Heads that the device works on, as a mask.</summary>
    public int Held { readonly get => Get(_private, 35, 4); set => Set(ref _private, 35, 4, value); }

    /// <summary>The generation that the device read with each head it holds.</summary>
    public int HeldTags { readonly get => Get(_private, 39, 4); set => Set(ref _private, 39, 4, value); }

    /// <summary>What the rules call the phase, as the driver knows it.</summary>
    public readonly QueuePhase Phase => Driver switch
    {
        DriverAt.AwaitingReset => QueuePhase.ResetRequested,
        DriverAt.Restarting => QueuePhase.Stopped,
        _ => QueuePhase.Live,
    };

    public readonly int AvailSlot(int slot) => Get(_shared, 11 + (2 * slot), 2);

    public void SetAvailSlot(int slot, int head) => Set(ref _shared, 11 + (2 * slot), 2, head);

    public readonly int UsedSlot(int slot) => Get(_shared, 19 + (2 * slot), 2);

    public void SetUsedSlot(int slot, int head) => Set(ref _shared, 19 + (2 * slot), 2, head);

    /// <summary>The second descriptor of a chain, or −1.</summary>
    public readonly int Chained(int head) => Get(_shared, 27 + (3 * head), 3) - 1;

    public void SetChained(int head, int second) => Set(ref _shared, 27 + (3 * head), 3, second + 1);

    public readonly Owner Owner(int descriptor) => (Owner)Get(_shared, 51 + (3 * descriptor), 3);

    public void SetOwner(int descriptor, Owner owner) => Set(ref _shared, 51 + (3 * descriptor), 3, (int)owner);

    /// <summary>Zeroes the rings and indices, as a driver does before it sets a queue up.</summary>
    public void ClearRings()
    {
        const ulong Slots = 0xFFFFUL << 11;
        const ulong Chains = 0xFFFUL << 27;
        const ulong Indices = 0xFF;
        _shared &= ~(Slots | Chains | Indices);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Get(ulong word, int at, int bits) => (int)(word >> at) & ((1 << bits) - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Set(ref ulong word, int at, int bits, int value) =>
        word = (word & ~(((1UL << bits) - 1) << at)) | ((ulong)(uint)value << at);
}
