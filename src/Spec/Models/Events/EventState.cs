using System.Runtime.CompilerServices;

namespace Ringcheck.Models.Events;

internal enum EventDriverAt
{
    Awake,

    /// <summary>Has published, and not decided whether to notify.</summary>
    Published,
    Notifying,

    /// <summary>Has seen nothing to take back, and is to write used_event.</summary>
    Empty,

    /// <summary>Has written used_event, and is to look again.</summary>
    Asked,

    /// <summary>Has looked again and seen nothing.</summary>
    Drowsy,
    Asleep,

    /// <summary>Is to take its wish back.</summary>
    Woken,
}

internal enum EventDeviceAt
{
    Serving,

    /// <summary>Has seen nothing to take, and is to write avail_event.</summary>
    Empty,

    /// <summary>Has written avail_event, and is to look again.</summary>
    Asked,
    Resting,
}

/// <summary>
/// Indices in 4 bits each, counted from the one before the first: real ones are made of them by <see cref="EventModel"/>.
/// </summary>
internal struct EventState
{
    public ulong Word;

    // Shared memory, then what each side keeps to itself.
    public int AvailIndex { readonly get => Get(0, 4); set => Set(0, 4, value); }

    public int UsedIndex { readonly get => Get(4, 4); set => Set(4, 4, value); }

    public int AvailEvent { readonly get => Get(8, 4); set => Set(8, 4, value); }

    public int UsedEvent { readonly get => Get(12, 4); set => Set(12, 4, value); }

    /// <summary>avail.idx at the driver's last decision; used.idx at the device's.</summary>
    public int Decided { readonly get => Get(16, 4); set => Set(16, 4, value); }

    public int Signalled { readonly get => Get(20, 4); set => Set(20, 4, value); }

    /// <summary>Up to where the driver has taken back, and the device has taken.</summary>
    public int LastUsed { readonly get => Get(24, 4); set => Set(24, 4, value); }

    public int LastAvail { readonly get => Get(28, 4); set => Set(28, 4, value); }

    public EventDriverAt Driver { readonly get => (EventDriverAt)Get(32, 3); set => Set(32, 3, (int)value); }

    public EventDeviceAt Device { readonly get => (EventDeviceAt)Get(35, 2); set => Set(35, 2, (int)value); }

    /// <summary>The device has returned something and not decided whether to interrupt.</summary>
    public bool Returned { readonly get => Get(37, 1) != 0; set => Set(37, 1, value ? 1 : 0); }

    public bool Kick { readonly get => Get(38, 1) != 0; set => Set(38, 1, value ? 1 : 0); }

    public bool Interrupt { readonly get => Get(39, 1) != 0; set => Set(39, 1, value ? 1 : 0); }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Get(int at, int bits) => (int)(Word >> at) & ((1 << bits) - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Set(int at, int bits, int value) => Word = (Word & ~(((1UL << bits) - 1) << at)) | ((ulong)(uint)value << at);
}
