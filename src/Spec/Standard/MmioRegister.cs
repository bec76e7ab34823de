namespace Ringcheck.Standard;

/// <summary>
/// Virtio 1.4, 4.2.2 "MMIO Device Register Layout" and 4.2.4 "Legacy interface": offsets from the device's base address.
/// Control registers are 32 bits wide and accessed as aligned 32-bit words only (4.2.2.2).
/// </summary>
public static class MmioRegister
{
    public const uint MagicValue = 0x000, Version = 0x004, DeviceId = 0x008, VendorId = 0x00C;
    public const uint DeviceFeatures = 0x010, DeviceFeaturesSel = 0x014, DriverFeatures = 0x020, DriverFeaturesSel = 0x024;
    public const uint QueueSel = 0x030, QueueNumMax = 0x034, QueueNum = 0x038, QueueReady = 0x044, QueueNotify = 0x050;
    public const uint InterruptStatus = 0x060, InterruptAck = 0x064, Status = 0x070;
    public const uint QueueDescLow = 0x080, QueueDescHigh = 0x084, QueueDriverLow = 0x090, QueueDriverHigh = 0x094;
    public const uint QueueDeviceLow = 0x0A0, QueueDeviceHigh = 0x0A4;
    public const uint SharedMemorySel = 0x0AC, SharedMemoryLengthLow = 0x0B0, SharedMemoryLengthHigh = 0x0B4;
    public const uint SharedMemoryBaseLow = 0x0B8, SharedMemoryBaseHigh = 0x0BC;
    public const uint QueueReset = 0x0C0, ConfigGeneration = 0x0FC, Config = 0x100;

    /// <summary>Version 1 only (4.2.4).</summary>
    public const uint GuestPageSize = 0x028, QueueAlign = 0x03C, QueuePfn = 0x040;
}

/// <summary>Values that identify a device on virtio-mmio (4.2.2, 4.2.4).</summary>
public static class MmioIdentity
{
    /// <summary>"virt", little-endian.</summary>
    public const uint Magic = 0x74726976;

    public const uint LegacyVersion = 1, ModernVersion = 2;

    /// <summary>The size in bytes of one device's block on QEMU's and Arm's <c>virt</c> machines.</summary>
    public const uint BlockSize = 0x200;
}

/// <summary>Causes in InterruptStatus and InterruptACK (4.2.2).</summary>
public static class InterruptCause
{
    public const uint UsedBuffer = 1, ConfigurationChange = 2, All = UsedBuffer | ConfigurationChange;
}

/// <summary>Device identifiers (Virtio 1.4, 5 "Device Types").</summary>
public static class DeviceType
{
    public const uint None = 0, Network = 1, Block = 2, Console = 3, Entropy = 4, NineP = 9, Gpu = 16, Input = 18;
}
