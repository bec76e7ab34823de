namespace Ringcheck.Models.Lifecycle;

/// <summary>What happens between a driver and its virtio-mmio device; each names the meaning of <see cref="LifecycleEvent.Value"/>.</summary>
public enum LifecycleEventKind : byte
{
    /// <summary>MagicValue was read: the value.</summary>
    MagicRead,

    /// <summary>Version was read: the value.</summary>
    VersionRead,

    /// <summary>DeviceID was read: the value.</summary>
    DeviceIdRead,

    /// <summary>Status was written: the value.</summary>
    StatusWritten,

    /// <summary>Status was read: the value.</summary>
    StatusRead,

    /// <summary>DeviceFeaturesSel was written: the value.</summary>
    DeviceFeaturesSelWritten,

    /// <summary>DeviceFeatures was read: the value.</summary>
    DeviceFeaturesRead,

    /// <summary>DriverFeaturesSel was written: the value.</summary>
    DriverFeaturesSelWritten,

    /// <summary>DriverFeatures was written: the value.</summary>
    DriverFeaturesWritten,

    /// <summary>QueueSel was written: the value.</summary>
    QueueSelWritten,

    /// <summary>QueueNumMax was read: the value.</summary>
    QueueNumMaxRead,

    /// <summary>QueueNum was written: the value.</summary>
    QueueNumWritten,

    /// <summary>One half of a queue address was written: a <see cref="QueueAddressHalf"/>.</summary>
    QueueAddressWritten,

    /// <summary>QueueReady was written: the value.</summary>
    QueueReadyWritten,

    /// <summary>QueueReady was read: the value.</summary>
    QueueReadyRead,

    /// <summary>config_msix_vector or queue_msix_vector was written (PCI): the value.</summary>
    VectorWritten,

    /// <summary>One of them was read: the value.</summary>
    VectorRead,

    /// <summary>GuestPageSize was written (version 1): the value.</summary>
    GuestPageSizeWritten,

    /// <summary>QueueAlign was written (version 1): the value.</summary>
    QueueAlignWritten,

    /// <summary>QueuePFN was written (version 1): the value.</summary>
    QueuePfnWritten,

    /// <summary>QueueNotify was written: the queue (with NOTIFICATION_DATA its low 16 bits).</summary>
    NotifyWritten,

    /// <summary>InterruptStatus was read: the value.</summary>
    InterruptStatusRead,

    /// <summary>InterruptACK was written: the value.</summary>
    InterruptAckWritten,

    /// <summary>Device configuration was read: its offset.</summary>
    ConfigRead,

    /// <summary>Device configuration was written: its offset.</summary>
    ConfigWritten,

    /// <summary>Any other register was accessed: its offset.</summary>
    OtherAccessed,

    /// <summary>The driver reuses, for anything else, memory that it gave to a queue or its requests in flight: the queue.</summary>
    MemoryReused,

    /// <summary>The device has completed a reset: Status reads 0 from here on.</summary>
    ResetCompleted,

    /// <summary>The device sets DEVICE_NEEDS_RESET.</summary>
    NeedsResetRaised,

    /// <summary>The device reads or writes a queue or a buffer of it: the queue.</summary>
    DeviceTouchedQueue,

    /// <summary>The device sets bits of InterruptStatus: the bits.</summary>
    DeviceRaisedInterrupt,
}

/// <summary>Virtio 1.4, 4.2.2: the words of a queue's addresses.</summary>
public enum QueueAddressHalf : byte
{
    DescriptorLow,
    DescriptorHigh,
    DriverLow,
    DriverHigh,
    DeviceLow,
    DeviceHigh,
}

/// <summary>One event.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Value">The value read or written, or what the kind says.</param>
public readonly record struct LifecycleEvent(LifecycleEventKind Kind, uint Value = 0);
