namespace Ringcheck.Standard;

/// <summary>Virtio 1.4, 4.1.2 "PCI Device Discovery": which functions are virtio devices.</summary>
public static class PciVirtioIdentity
{
    public const ushort Vendor = 0x1AF4;

    /// <summary>Device IDs of all virtio devices. Up to <see cref="LastTransitional"/>: transitional ones, whose type is their subsystem ID.</summary>
    public const ushort First = 0x1000, LastTransitional = 0x103F, Last = 0x107F;

    /// <summary>The Device ID of a device without a legacy interface is this and its type.</summary>
    public const ushort ModernBase = 0x1040;

    /// <summary>Transitional devices have revision 0, others 1 or more (4.1.2.1).</summary>
    public const byte TransitionalRevision = 0, ModernRevision = 1;

    /// <summary>The Device ID of the transitional block device (4.1.2).</summary>
    public const ushort TransitionalBlock = 0x1001;
}

/// <summary>
/// Virtio 1.4, 4.1.4 "Virtio Structure PCI Capabilities": a vendor-specific capability that says where a structure is. Offsets from its start.
/// </summary>
public static class PciVirtioCapability
{
    /// <summary>cap_vndr, cap_next, cap_len: u8 each.</summary>
    public const uint LengthOffset = 2;

    /// <summary>u8 each: which structure, in which BAR; id tells several of a kind apart.</summary>
    public const uint TypeOffset = 3, BarOffset = 4, IdOffset = 5;

    /// <summary>le32 each: where in the BAR, and how many bytes.</summary>
    public const uint OffsetOffset = 8, StructureLengthOffset = 12;

    /// <summary>Bytes of a capability; the notification one has notify_off_multiplier behind it, the access one its data.</summary>
    public const uint Size = 16, NotifySize = 20, NotifyMultiplierOffset = 16, AccessSize = 20, AccessDataOffset = 16;

    /// <summary>cfg_type.</summary>
    public const byte Common = 1, Notify = 2, Isr = 3, Device = 4, Access = 5, SharedMemory = 8, Vendor = 9;

    /// <summary>The largest BAR number; higher values are reserved and ignored (4.1.4.1).</summary>
    public const byte LastBar = 5;
}

/// <summary>
/// Virtio 1.4, 4.1.4.3 "Common configuration structure layout": offsets. 8-, 16- and 32-bit fields are accessed in their own width, 64-bit ones as two
/// 32-bit words (4.1.3.1).
/// </summary>
public static class PciCommonRegister
{
    /// <summary>le32 each.</summary>
    public const uint DeviceFeatureSelect = 0x00, DeviceFeature = 0x04, DriverFeatureSelect = 0x08, DriverFeature = 0x0C;

    /// <summary>le16, le16, u8, u8.</summary>
    public const uint ConfigMsixVector = 0x10, QueueCount = 0x12, DeviceStatus = 0x14, ConfigGeneration = 0x15;

    /// <summary>le16 each, about the selected queue.</summary>
    public const uint QueueSelect = 0x16, QueueSize = 0x18, QueueMsixVector = 0x1A, QueueEnable = 0x1C, QueueNotifyOff = 0x1E;

    /// <summary>le64 each, about the selected queue.</summary>
    public const uint QueueDesc = 0x20, QueueDriver = 0x28, QueueDevice = 0x30;

    /// <summary>le16 each; with NOTIF_CONFIG_DATA and RING_RESET.</summary>
    public const uint QueueNotifyConfigData = 0x38, QueueReset = 0x3A;

    /// <summary>Bytes that every device has; those behind queue_device came with later features.</summary>
    public const uint Length = 0x38, FullLength = 0x40;

    /// <summary>A vector field that names none, and the answer of a device that could not map one (4.1.5.1.2).</summary>
    public const ushort NoVector = 0xFFFF;
}

/// <summary>Virtio 1.4, 4.1.4.10 "Legacy Interfaces: A Note on PCI Device Layout": offsets in BAR 0, an I/O BAR.</summary>
public static class PciLegacyRegister
{
    /// <summary>le32 each.</summary>
    public const uint DeviceFeatures = 0x00, DriverFeatures = 0x04, QueueAddress = 0x08;

    /// <summary>le16 each.</summary>
    public const uint QueueSize = 0x0C, QueueSelect = 0x0E, QueueNotify = 0x10;

    /// <summary>u8 each; reading the second acknowledges.</summary>
    public const uint DeviceStatus = 0x12, IsrStatus = 0x13;

    /// <summary>le16 each, there only while MSI-X is enabled.</summary>
    public const uint ConfigMsixVector = 0x14, QueueMsixVector = 0x16;

    /// <summary>Where the device's own configuration begins: without MSI-X, and with it.</summary>
    public const uint Config = 0x14, ConfigWithMsix = 0x18;

    /// <summary>Addresses of queues are counted in pages of this many bytes, and used rings are aligned to it.</summary>
    public const uint PageSize = 4096;
}
