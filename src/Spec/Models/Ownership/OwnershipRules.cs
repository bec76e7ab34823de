using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Models.Ownership;

/// <summary>Who has a descriptor, and with it the buffer it names. One owner at a time.</summary>
public enum Owner : byte
{
    /// <summary>The driver: free, or being filled.</summary>
    Driver,

    /// <summary>Covered by the available index; the device may take it.</summary>
    Available,

    /// <summary>Taken by the device.</summary>
    Device,

    /// <summary>Covered by the used index; the driver has not seen it.</summary>
    Used,

    /// <summary>The driver has read the used element and not yet released the chain.</summary>
    Reaped,
}

/// <summary>What happens to a descriptor or its buffer.</summary>
public enum OwnershipEvent : byte
{
    /// <summary>The driver writes the descriptor or the buffer.</summary>
    DriverWrites,

    /// <summary>The driver reads the buffer as result.</summary>
    DriverReads,

    /// <summary>The driver stores an available index that covers it.</summary>
    Published,

    /// <summary>The device reads its head from the available ring to work on it.</summary>
    Taken,

    /// <summary>The device reads or writes the descriptor or the buffer.</summary>
    DeviceAccesses,

    /// <summary>The device stores a used index that covers it.</summary>
    Completed,

    /// <summary>The driver reads its used element.</summary>
    Reaped,

    /// <summary>The driver returns it to the free list or the buffer to its pool.</summary>
    Released,
}

/// <summary>How far a reset of the device has come, as the driver knows it.</summary>
public enum QueuePhase : byte
{
    /// <summary>No reset under way.</summary>
    Live,

    /// <summary>Status 0 was written and has not been read.</summary>
    ResetRequested,

    /// <summary>Status was read as 0: the memory is the driver's.</summary>
    Stopped,
}

/// <summary>
/// Virtio 1.4, 2.7 "Split Virtqueues", 2.4 "Device Reset" and 3.3 "Device Cleanup": who may do what with a descriptor and its buffer, and
/// how far the indices may move. Pure functions, used by the checker's models and by monitors of running systems alike.
/// </summary>
/// <remarks>
/// A chain moves as one: the caller applies an event to each descriptor of it. Not here: the order of memory accesses, the content of
/// descriptors, and notification.
/// </remarks>
public static class OwnershipRules
{
    /// <summary>Applies an event; the owner is unchanged where a rule is broken.</summary>
    public static RuleViolation Apply(ref Owner owner, OwnershipEvent what, QueuePhase phase) => what switch
    {
        OwnershipEvent.DriverWrites => IsDrivers(owner, phase) ? RuleViolation.None : Exposed(phase, RuleViolation.DriverTouchedExposed),
        OwnershipEvent.DriverReads => IsDrivers(owner, phase) ? RuleViolation.None : RuleViolation.DriverReadBeforeCompletion,
        OwnershipEvent.Published => Move(ref owner, Owner.Driver, Owner.Available, RuleViolation.PublishedTwice),
        OwnershipEvent.Released => Release(ref owner, phase),
        OwnershipEvent.Reaped => Move(ref owner, Owner.Used, Owner.Reaped, RuleViolation.ReapedNotUsed),
        _ when phase == QueuePhase.Stopped => RuleViolation.DeviceTouchedAfterReset,
        OwnershipEvent.Taken => Move(ref owner, Owner.Available, Owner.Device, RuleViolation.DeviceTookUnavailable),
        OwnershipEvent.DeviceAccesses => Access(owner),
        OwnershipEvent.Completed => Move(ref owner, Owner.Device, Owner.Used, RuleViolation.CompletedNotHeld),
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };

    /// <summary>The driver stores an available index.</summary>
    /// <param name="before">The index in memory.</param>
    /// <param name="after">The index stored.</param>
    /// <param name="inFlight">Chains published and not yet reaped.</param>
    /// <param name="queueSize">Queue Size.</param>
    public static RuleViolation AvailableIndexStored(RingIndex before, RingIndex after, int inFlight, int queueSize) =>
        before.DistanceTo(after) > queueSize - inFlight ? RuleViolation.AvailableIndexOverrun : RuleViolation.None;

    /// <summary>The device stores a used index.</summary>
    /// <param name="before">The index in memory.</param>
    /// <param name="after">The index stored.</param>
    /// <param name="held">Chains taken and not yet completed.</param>
    public static RuleViolation UsedIndexStored(RingIndex before, RingIndex after, int held) =>
        before.DistanceTo(after) > held ? RuleViolation.UsedIndexOverrun : RuleViolation.None;

    /// <summary>The device reads a descriptor: it has to be the one of the request now published, not what was there before.</summary>
    public static RuleViolation DescriptorRead(int generation, int expected) =>
        generation == expected ? RuleViolation.None : RuleViolation.DescriptorNotWritten;

    /// <summary>The driver looks at a result: it has to be the answer to the request that it reaps.</summary>
    public static RuleViolation ResultRead(int generation, int expected) =>
        generation == expected ? RuleViolation.None : RuleViolation.WrongRequest;

    /// <summary>Nothing is under way on either side: a descriptor that is not the driver's is lost.</summary>
    public static RuleViolation AtRest(Owner owner) =>
        owner is Owner.Driver or Owner.Reaped ? RuleViolation.None : RuleViolation.CompletionLost;

    private static bool IsDrivers(Owner owner, QueuePhase phase) =>
        owner is Owner.Driver or Owner.Reaped || phase == QueuePhase.Stopped;

    private static RuleViolation Exposed(QueuePhase phase, RuleViolation whenLive) =>
        phase == QueuePhase.Live ? whenLive : RuleViolation.MemoryReusedBeforeReset;

    private static RuleViolation Release(ref Owner owner, QueuePhase phase)
    {
        if (owner == Owner.Driver)
            return RuleViolation.ReleasedTwice;
        if (!IsDrivers(owner, phase))
            return Exposed(phase, RuleViolation.ReleasedInFlight);
        owner = Owner.Driver;
        return RuleViolation.None;
    }

    private static RuleViolation Access(Owner owner) => owner switch
    {
        Owner.Available or Owner.Device => RuleViolation.None,
        Owner.Used => RuleViolation.DeviceTouchedAfterCompletion,
        _ => RuleViolation.DeviceTouchedForeign,
    };

    private static RuleViolation Move(ref Owner owner, Owner from, Owner to, RuleViolation otherwise)
    {
        if (owner != from)
            return otherwise;
        owner = to;
        return RuleViolation.None;
    }
}
