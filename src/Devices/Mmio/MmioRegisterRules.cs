using Ringcheck.Models.Lifecycle;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 4.2.2 "MMIO Device Register Layout" and 4.2.4 "Legacy interface": width, alignment and direction of each access to a register block, and
/// what it means.
/// </summary>
static class MmioRegisterRules
{
    const string Direction = "mmio.driver.mmio-device-register-layout.1", Width = "mmio.driver.mmio-device-register-layout.2",
        ConfigWidth = "mmio.driver.mmio-device-register-layout.3";

    public static AccessFault? FaultOf(VirtioDevice device, uint offset, int width, bool writes)
    {
        if (offset >= MmioRegister.Config) return ConfigFault(device, offset - MmioRegister.Config, width);
        if (width != 4 || offset % 4 != 0)
            return new("width", Width, $"the driver accesses {width} bytes at offset 0x{offset:x} of {device.Name}", "Control registers take aligned 32-bit accesses only.");
        if (writes ? IsWritable(offset, device.IsLegacy) : IsReadable(offset, device.IsLegacy)) return null;
        string what = writes ? "write" : "read";
        return new("direction", Direction, $"the driver {what}s offset 0x{offset:x}, and a version {(device.IsLegacy ? 1 : 2)} device has no such register to {what}",
            "Use the registers of this version, in the direction that the standard gives them.");
    }

    static AccessFault? ConfigFault(VirtioDevice device, uint field, int width)
    {
        if (device.IsLegacy) return null;
        if (field >= device.ConfigurationLength)
            return new("config-range", Direction, $"the driver accesses offset 0x{field:x} of {device.Name}'s configuration, which has 0x{device.ConfigurationLength:x} bytes",
                "Read only fields that exist.");
        if (device.FieldWidthAt(field) == width && field % (uint)width == 0) return null;
        return new("config-width", ConfigWidth, $"the driver accesses {width} bytes at offset 0x{field:x} of {device.Name}'s configuration",
            "Read each field in its own width, and a 64-bit field as two 32-bit words.");
    }

    public static LifecycleEvent EventOf(uint offset, bool writes, uint value)
        => writes ? WriteEvent(offset, value) : new(ReadKind(offset), offset >= MmioRegister.Config ? offset - MmioRegister.Config : value);

    static bool IsReadable(uint offset, bool legacy) => offset switch
    {
        MmioRegister.MagicValue or MmioRegister.Version or MmioRegister.DeviceId or MmioRegister.VendorId or MmioRegister.DeviceFeatures
            or MmioRegister.QueueNumMax or MmioRegister.InterruptStatus or MmioRegister.Status => true,
        MmioRegister.QueuePfn => legacy,
        MmioRegister.QueueReady or MmioRegister.ConfigGeneration or MmioRegister.SharedMemoryLengthLow or MmioRegister.SharedMemoryLengthHigh
            or MmioRegister.SharedMemoryBaseLow or MmioRegister.SharedMemoryBaseHigh or MmioRegister.QueueReset => !legacy,
        _ => false,
    };

    static bool IsWritable(uint offset, bool legacy) => offset switch
    {
        MmioRegister.DeviceFeaturesSel or MmioRegister.DriverFeatures or MmioRegister.DriverFeaturesSel or MmioRegister.QueueSel or MmioRegister.QueueNum
            or MmioRegister.QueueNotify or MmioRegister.InterruptAck or MmioRegister.Status => true,
        MmioRegister.GuestPageSize or MmioRegister.QueueAlign or MmioRegister.QueuePfn => legacy,
        MmioRegister.QueueReady or MmioRegister.QueueDescLow or MmioRegister.QueueDescHigh or MmioRegister.QueueDriverLow or MmioRegister.QueueDriverHigh
            or MmioRegister.QueueDeviceLow or MmioRegister.QueueDeviceHigh or MmioRegister.SharedMemorySel or MmioRegister.QueueReset => !legacy,
        _ => false,
    };

    static LifecycleEventKind ReadKind(uint offset) => offset switch
    {
        MmioRegister.MagicValue => LifecycleEventKind.MagicRead,
        MmioRegister.Version => LifecycleEventKind.VersionRead,
        MmioRegister.DeviceId => LifecycleEventKind.DeviceIdRead,
        MmioRegister.Status => LifecycleEventKind.StatusRead,
        MmioRegister.DeviceFeatures => LifecycleEventKind.DeviceFeaturesRead,
        MmioRegister.QueueNumMax => LifecycleEventKind.QueueNumMaxRead,
        MmioRegister.QueueReady => LifecycleEventKind.QueueReadyRead,
        MmioRegister.InterruptStatus => LifecycleEventKind.InterruptStatusRead,
        >= MmioRegister.Config => LifecycleEventKind.ConfigRead,
        _ => LifecycleEventKind.OtherAccessed,
    };

    static LifecycleEvent WriteEvent(uint offset, uint value) => offset switch
    {
        MmioRegister.Status => new(LifecycleEventKind.StatusWritten, value),
        MmioRegister.DeviceFeaturesSel => new(LifecycleEventKind.DeviceFeaturesSelWritten, value),
        MmioRegister.DriverFeaturesSel => new(LifecycleEventKind.DriverFeaturesSelWritten, value),
        MmioRegister.DriverFeatures => new(LifecycleEventKind.DriverFeaturesWritten, value),
        MmioRegister.QueueSel => new(LifecycleEventKind.QueueSelWritten, value),
        MmioRegister.QueueNum => new(LifecycleEventKind.QueueNumWritten, value),
        MmioRegister.QueueDescLow => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DescriptorLow),
        MmioRegister.QueueDescHigh => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DescriptorHigh),
        MmioRegister.QueueDriverLow => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DriverLow),
        MmioRegister.QueueDriverHigh => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DriverHigh),
        MmioRegister.QueueDeviceLow => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DeviceLow),
        MmioRegister.QueueDeviceHigh => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DeviceHigh),
        MmioRegister.QueueReady => new(LifecycleEventKind.QueueReadyWritten, value),
        MmioRegister.GuestPageSize => new(LifecycleEventKind.GuestPageSizeWritten, value),
        MmioRegister.QueueAlign => new(LifecycleEventKind.QueueAlignWritten, value),
        MmioRegister.QueuePfn => new(LifecycleEventKind.QueuePfnWritten, value),
        MmioRegister.QueueNotify => new(LifecycleEventKind.NotifyWritten, value),
        MmioRegister.InterruptAck => new(LifecycleEventKind.InterruptAckWritten, value),
        >= MmioRegister.Config => new(LifecycleEventKind.ConfigWritten, offset - MmioRegister.Config),
        _ => new(LifecycleEventKind.OtherAccessed, offset),
    };
}
