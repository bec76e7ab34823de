namespace Ringcheck.Models.Rules;

/// <summary>
/// A rule of the ownership and lifecycle models that a step broke. The same values come from a model being checked and from a monitor
/// of a running system; <see cref="RuleTable"/> has the clauses and the words.
/// </summary>
public enum RuleViolation : byte
{
    None,

    // Ownership of descriptors and buffers: the driver's side.
    DriverTouchedExposed,
    DriverReadBeforeCompletion,
    MemoryReusedBeforeReset,
    PublishedTwice,
    AvailableIndexOverrun,
    DescriptorNotWritten,
    ReapedNotUsed,
    ReleasedInFlight,
    ReleasedTwice,

    // Ownership: the device's side.
    DeviceTookUnavailable,
    DeviceTouchedForeign,
    DeviceTouchedAfterCompletion,
    DeviceTouchedAfterReset,
    CompletedNotHeld,
    UsedIndexOverrun,
    WrongRequest,
    CompletionLost,

    // Lifecycle: finding the device.
    TouchedBeforeProbe,
    TouchedForeignDevice,
    TouchedEmptySlot,
    RegisterOfOtherVersion,

    // Lifecycle: status and features.
    InitWithoutReset,
    InitBeforeResetObserved,
    StatusBitCleared,
    StatusOutOfOrder,
    StatusAfterFailed,
    DeviceFeaturesSelNotWritten,
    DriverFeaturesSelNotWritten,
    FeatureNotOffered,
    FeaturesOutOfOrder,
    FeaturesAfterFeaturesOk,
    Version1NotAccepted,
    FeaturesOkOnLegacy,
    FeaturesOkNotReadBack,
    ContinuedAfterRefusal,
    ConfigWrittenDuringNegotiation,

    // Lifecycle: queues and notifications.
    QueueSetupOutOfOrder,
    QueueNumNotChecked,
    QueueNumAboveMax,
    QueueTouchedWhileReady,
    QueueReadyIncomplete,
    QueueStopNotReadBack,
    QueueEnableZero,
    VectorNotReadBack,
    LegacyPageSizeMissing,
    LegacyPageSizeChanged,
    LegacyQueueIncomplete,
    NotifiedBeforeDriverOk,
    NotifiedUnreadyQueue,
    NotifiedAfterNeedsReset,
    AcknowledgedUnseen,
    ReusedWhileLive,

    // Lifecycle: the device's obligations.
    DeviceRanBeforeDriverOk,
    DeviceRanAfterReset,
    DeviceTouchedUnreadyQueue,
    StatusAfterReset,
    QueueReadyAfterReset,
    InterruptAfterReset,
    NeedsResetNotNotified,
}
