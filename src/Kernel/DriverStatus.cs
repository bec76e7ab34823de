namespace Ringcheck.Kernel;

/// <summary>How an operation of a driver ended. Driver code has no exceptions: this is the one channel for failure.</summary>
public enum DriverStatus : byte
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>Nothing has happened yet: look again later. Not a failure.</summary>
    Pending,

    /// <summary>There is no such device, or it is not running: ENODEV.</summary>
    NoDevice,

    /// <summary>Neither side is at fault: the feature that this needs was not negotiated, or this driver does not do it.</summary>
    NotSupported,

    /// <summary>The device does not offer what the driver cannot do without, or refused what the driver accepted (3.1.1).</summary>
    FeaturesRefused,

    /// <summary>The queue does not exist, is in use already, is too small, or did not become ready.</summary>
    QueueUnavailable,

    /// <summary>The device could not map an interrupt vector (4.1.5.1.2): use fewer, or its line.</summary>
    VectorUnavailable,

    /// <summary>No descriptor or request slot is free: reap, then try again. Of an allocator or a mapping: no memory that will do, or no room to keep account of it.</summary>
    NoSpace,

    /// <summary>The caller's mistake; nothing has reached the device. Stale request ids get this too.</summary>
    InvalidArgument,

    /// <summary>The device is read-only.</summary>
    ReadOnly,

    /// <summary>Beyond the capacity of the device.</summary>
    OutOfRange,

    /// <summary>The deadline passed. A request that ends so leaves its memory with the device until it comes back or is reset.</summary>
    TimedOut,

    /// <summary>The device broke the standard: a wrong word in the used ring, in a status byte or in its configuration.</summary>
    DeviceError,

    /// <summary>The device asked for a reset, or the driver no longer believes it: only a reset ends what is in flight.</summary>
    NeedsReset,

    /// <summary>The device reported that the request failed (5.2.6, VIRTIO_BLK_S_IOERR).</summary>
    IoError,

    /// <summary>The device reported that it does not do this (5.2.6, VIRTIO_BLK_S_UNSUPP).</summary>
    Unsupported,

    /// <summary>A reset ended the request; whether the device had done it is not known.</summary>
    Aborted,
}
