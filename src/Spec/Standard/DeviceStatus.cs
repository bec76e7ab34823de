namespace Ringcheck.Standard;

/// <summary>Virtio 1.4, 2.1 "Device Status Field": bits of the status byte. 0 is written to reset the device.</summary>
public static class DeviceStatus
{
    public const uint Acknowledge = 1, Driver = 2, DriverOk = 4, FeaturesOk = 8, Suspend = 16, NeedsReset = 64, Failed = 128;

    /// <summary>All bits that the standard names.</summary>
    public const uint All = Acknowledge | Driver | DriverOk | FeaturesOk | Suspend | NeedsReset | Failed;

    /// <summary>Not a value of the standard: what the status byte reads as where no device answers. Bits that no device sets are among it.</summary>
    public const uint Gone = 0xFF;
}
