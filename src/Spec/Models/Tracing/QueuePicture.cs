using Ringcheck.Models.Ownership;

namespace Ringcheck.Models.Tracing;

/// <summary>
/// A split virtqueue at one moment: what its memory holds (of weak memory, the newest values, which not everybody needs to see), and who owns what,
/// as the ownership monitor has it.
/// </summary>
public sealed record QueuePicture
{
    /// <summary>Which queue: the device's name and the queue's number.</summary>
    public required string Device { get; init; }

    public required int Number { get; init; }

    /// <summary>False before the queue is set up and after it has ended: then nothing in it belongs to the device.</summary>
    public required bool IsLive { get; init; }

    public required IReadOnlyList<DescriptorPicture> Descriptors { get; init; }

    /// <summary>Heads in the slots of the available ring.</summary>
    public required IReadOnlyList<int> Available { get; init; }

    public required IReadOnlyList<UsedElementPicture> Used { get; init; }

    public required int AvailableFlags { get; init; }

    public required int AvailableIndex { get; init; }

    public required int UsedFlags { get; init; }

    public required int UsedIndex { get; init; }

    /// <summary>With EVENT_IDX: the index at which the driver wants to be told; else -1.</summary>
    public int UsedEvent { get; init; } = -1;

    /// <summary>With EVENT_IDX: the index at which the device wants to be told; else -1.</summary>
    public int AvailEvent { get; init; } = -1;

    // Free-running 16-bit indices: how far each side has come.

    /// <summary>The driver has published chains up to here.</summary>
    public required int Published { get; init; }

    /// <summary>The device has taken chains up to here.</summary>
    public required int Taken { get; init; }

    /// <summary>The device has returned chains up to here.</summary>
    public required int Returned { get; init; }

    /// <summary>The driver has seen returned chains up to here.</summary>
    public required int Seen { get; init; }
}

/// <summary>A descriptor, and whose it is.</summary>
/// <param name="Address">Bus address of the buffer.</param>
/// <param name="Flags">1 NEXT, 2 WRITE (the device writes), 4 INDIRECT.</param>
/// <param name="Owner">Who has it: that of its chain.</param>
/// <param name="Head">The chain that it is in, or -1 while it is the driver's.</param>
public readonly record struct DescriptorPicture(ulong Address, uint Length, int Flags, int Next, Owner Owner, int Head);

/// <summary>An element of the used ring.</summary>
/// <param name="Id">Head of the chain.</param>
/// <param name="Length">Bytes that the device wrote.</param>
public readonly record struct UsedElementPicture(uint Id, uint Length);

/// <summary>A chain goes from one owner to another.</summary>
public readonly record struct OwnerChange(string Device, int Number, int Head, Owner From, Owner To);
