namespace Ringcheck.Devices;

/// <summary>
/// Rules that only monitors of a running system judge (docs/monitors.md); those of the models are <see cref="Models.Rules.RuleViolation"/>. Numbers go on after
/// those, so that one number tells a rule.
/// </summary>
public enum SystemRule : byte
{
    RingAlignment = 64,
    RingOutsideMemory,
    RingOverlap,
    BufferOutsideMemory,
    WriteToUsedRing,
    BulkWriteToRing,
    DescriptorInFlight,
    SlotInUse,
    HeadRange,
    ChainBroken,
    ChainLength,
    ReadableAfterWritable,
    Indirect,
    LengthNotWritten,
    LengthTooLong,
    DeviceOutsideMemory,
    RegisterWidth,
    RegisterDirection,
    ConfigWidth,
    ConfigRange,
    UnassignedAddress,
    NotAcknowledged,
    AvailableBufferNotNotified,
    UsedBufferNotNotified,
    AvailableFlags,
    UsedFlags,
    BusMasterOff,
    CpuAddressAsBusAddress,
    UnmappedAccess,
    UnmappedInFlight,
    UnmappedUnknown,
    MappedTwice,
    MappingLeaked,
    WrongDirection,
    WritebackNotNegotiated,
    VectorRange,
    MappedTooWide,
}
