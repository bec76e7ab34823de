using Ringcheck.Models.Lifecycle;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 4.1.3.1 and 4.1.4: width, place and direction of each access to the registers of a virtio-pci function, and what it means. Does not check accesses to
/// configuration space but for the bits that it depends on.
/// </summary>
static class VirtioPciRules
{
    const string Width = "pci.driver.pci-device-layout.1", ReadOnly = "pci.driver.common-configuration-structure-layout.1", LegacyLayout = "pci.driver.legacy-pci-device-layout.1",
        Kick = "pci.driver.available-buffer-notifications.1", Table = "pci.driver.msi-x-vector-configuration.4";

    public static string NameOf(PciStructure structure, uint offset) => structure switch
    {
        PciStructure.Common => CommonName(offset),
        PciStructure.Isr => "ISR status",
        PciStructure.Notify => "queue_notify",
        PciStructure.Device => $"config+0x{offset:x}",
        PciStructure.Legacy => LegacyName(offset),
        _ => $"0x{offset:x}",
    };

    static string CommonName(uint offset) => offset switch
    {
        PciCommonRegister.DeviceFeatureSelect => "device_feature_select",
        PciCommonRegister.DeviceFeature => "device_feature",
        PciCommonRegister.DriverFeatureSelect => "driver_feature_select",
        PciCommonRegister.DriverFeature => "driver_feature",
        PciCommonRegister.ConfigMsixVector => "config_msix_vector",
        PciCommonRegister.QueueCount => "num_queues",
        PciCommonRegister.DeviceStatus => "device_status",
        PciCommonRegister.ConfigGeneration => "config_generation",
        PciCommonRegister.QueueSelect => "queue_select",
        PciCommonRegister.QueueSize => "queue_size",
        PciCommonRegister.QueueMsixVector => "queue_msix_vector",
        PciCommonRegister.QueueEnable => "queue_enable",
        PciCommonRegister.QueueNotifyOff => "queue_notify_off",
        >= PciCommonRegister.QueueDesc and < PciCommonRegister.QueueDriver => "queue_desc" + Half(offset),
        >= PciCommonRegister.QueueDriver and < PciCommonRegister.QueueDevice => "queue_driver" + Half(offset),
        >= PciCommonRegister.QueueDevice and < PciCommonRegister.QueueNotifyConfigData => "queue_device" + Half(offset),
        _ => $"common configuration+0x{offset:x}",
    };

    static string Half(uint offset) => (offset & 7) switch
    {
        0 => " (low)",
        4 => " (high)",
        var within => $"+{within}",
    };

    static string LegacyName(uint offset) => offset switch
    {
        PciLegacyRegister.DeviceFeatures => "device features",
        PciLegacyRegister.DriverFeatures => "driver features",
        PciLegacyRegister.QueueAddress => "queue address",
        PciLegacyRegister.QueueSize => "queue size",
        PciLegacyRegister.QueueSelect => "queue select",
        PciLegacyRegister.QueueNotify => "queue notify",
        PciLegacyRegister.DeviceStatus => "device status",
        PciLegacyRegister.IsrStatus => "ISR status",
        _ => $"legacy+0x{offset:x}",
    };

    /// <summary>The width of the common field that begins at an offset, in bytes; halves of 64-bit fields begin too. 0: none begins.</summary>
    public static int CommonWidth(uint offset) => offset switch
    {
        PciCommonRegister.DeviceStatus or PciCommonRegister.ConfigGeneration => 1,
        PciCommonRegister.ConfigMsixVector or PciCommonRegister.QueueCount or PciCommonRegister.QueueSelect or PciCommonRegister.QueueSize
            or PciCommonRegister.QueueMsixVector or PciCommonRegister.QueueEnable or PciCommonRegister.QueueNotifyOff => 2,
        < PciCommonRegister.ConfigMsixVector or (>= PciCommonRegister.QueueDesc and < PciCommonRegister.Length) when offset % 4 == 0 => 4,
        _ => 0,
    };

    /// <summary>The same of the legacy registers, in front of the device's own configuration.</summary>
    public static int LegacyWidth(uint offset, bool hasVectors) => offset switch
    {
        PciLegacyRegister.DeviceFeatures or PciLegacyRegister.DriverFeatures or PciLegacyRegister.QueueAddress => 4,
        PciLegacyRegister.QueueSize or PciLegacyRegister.QueueSelect or PciLegacyRegister.QueueNotify => 2,
        PciLegacyRegister.DeviceStatus or PciLegacyRegister.IsrStatus => 1,
        PciLegacyRegister.ConfigMsixVector or PciLegacyRegister.QueueMsixVector when hasVectors => 2,
        _ => 0,
    };

    public static AccessFault? FaultOf(VirtioPciFunction function, VirtioDevice device, PciStructure structure, uint offset, int width, bool writes) => structure switch
    {
        PciStructure.Common => CommonFault(device, offset, width, writes),
        PciStructure.Notify => NotifyFault(function, device, width, writes),
        PciStructure.Isr => writes || width != 1 ? Misplaced(device, "ISR status", width, writes, "Read its one byte; the reading acknowledges.") : null,
        PciStructure.Device => DeviceFault(device, offset, width),
        PciStructure.Legacy => LegacyFault(function, device, offset, width, writes),
        _ => null,
    };

    static AccessFault? CommonFault(VirtioDevice device, uint offset, int width, bool writes)
    {
        if (CommonWidth(offset) != width)
        {
            bool isAddress = offset is >= PciCommonRegister.QueueDesc and < PciCommonRegister.QueueNotifyConfigData;
            return new("width", Width, $"the driver {Verb(writes)} {width} bytes at {CommonName(offset)} (offset 0x{offset:x}) of {device.Name}'s common configuration", isAddress
                ? "A 64-bit queue address is two aligned 32-bit words: write the low one, then the high one, each with one 32-bit register access. A packed struct over the registers leaves "
                    + "width and order to the compiler; use register accessors instead, and read the address back before queue_enable: all ones there mean that it was not taken."
                : "Access each field in its own width.");
        }
        bool isReadOnly = offset is PciCommonRegister.DeviceFeature or PciCommonRegister.QueueCount or PciCommonRegister.ConfigGeneration or PciCommonRegister.QueueNotifyOff;
        return writes && isReadOnly ? new("direction", ReadOnly, $"the driver writes {CommonName(offset)} of {device.Name}, which is the device's to say", "Only read it.") : null;
    }

    static AccessFault? NotifyFault(VirtioPciFunction function, VirtioDevice device, int width, bool writes)
    {
        if (!writes || width != 2) return Misplaced(device, "queue_notify", width, writes, "Write the 16-bit index of the queue there.", Kick);
        return MasterFault(function, device);
    }

    static AccessFault? MasterFault(VirtioPciFunction function, VirtioDevice device) => function.IsBusMaster ? null
        : new("bus-master-off", "", $"the driver notifies {device.Name}, which may not master the bus: it cannot read its queues, and nothing will ever come back",
            $"Set Bus Master Enable in the command register of the function{(function.IsBehindBridge ? ", and of each bridge above it," : "")} before the first queue is enabled.");

    public static bool IsVector(PciStructure structure, uint offset, bool hasVectors) => structure switch
    {
        PciStructure.Common => offset is PciCommonRegister.ConfigMsixVector or PciCommonRegister.QueueMsixVector,
        PciStructure.Legacy => hasVectors && offset is (PciLegacyRegister.ConfigMsixVector or PciLegacyRegister.QueueMsixVector),
        _ => false,
    };

    /// <summary>4.1.5.1.2.2: an event goes to a vector of the table, or to none.</summary>
    public static AccessFault? VectorFault(VirtioPciFunction function, VirtioDevice device, ushort vector)
        => vector < function.MsixVectors || vector == PciCommonRegister.NoVector ? null
            : new("vector-range", Table, $"the driver maps vector {vector}, and the MSI-X table of {device.Name} has {function.MsixVectors} entries",
                "Use vectors below the table's size, which the MSI-X capability tells; where there are fewer than queues, let queues share them.");

    static AccessFault? DeviceFault(VirtioDevice device, uint offset, int width)
    {
        if (device.IsLegacy) return null;
        if (offset >= device.ConfigurationLength)
            return new("config-range", Width, $"the driver accesses offset 0x{offset:x} of {device.Name}'s configuration, which has 0x{device.ConfigurationLength:x} bytes", "Read only fields that exist.");
        if (device.FieldWidthAt(offset) == width && offset % (uint)width == 0) return null;
        return new("config-width", Width, $"the driver accesses {width} bytes at offset 0x{offset:x} of {device.Name}'s configuration",
            "Read each field in its own width, and a 64-bit field as two 32-bit words.");
    }

    static AccessFault? LegacyFault(VirtioPciFunction function, VirtioDevice device, uint offset, int width, bool writes)
    {
        if (offset >= function.LegacyConfig) return null;
        if (LegacyWidth(offset, function.IsMsixEnabled) != width)
            return new("width", LegacyLayout, $"the driver {Verb(writes)} {width} bytes at {LegacyName(offset)} of {device.Name}", "Access each legacy register in its own width.");
        bool isReadOnly = offset is PciLegacyRegister.DeviceFeatures or PciLegacyRegister.QueueSize or PciLegacyRegister.IsrStatus;
        if (writes && isReadOnly) return Misplaced(device, LegacyName(offset), width, writes, "Only read it.", LegacyLayout);
        return writes && offset == PciLegacyRegister.QueueNotify ? MasterFault(function, device) : null;
    }

    static AccessFault Misplaced(VirtioDevice device, string name, int width, bool writes, string mend, string clause = Width)
        => new(writes ? "direction" : "width", clause, $"the driver {Verb(writes)} {width} bytes at {name} of {device.Name}", mend);

    static string Verb(bool writes) => writes ? "writes" : "reads";

    /// <summary>Of all but notifications, of which the place tells the queue.</summary>
    public static LifecycleEvent EventOf(PciStructure structure, uint offset, uint legacyConfig, bool writes, uint value) => structure switch
    {
        PciStructure.Common => writes ? CommonWritten(offset, value) : new(CommonRead(offset), value),
        PciStructure.Isr => new(LifecycleEventKind.InterruptStatusRead, value),
        PciStructure.Device => new(writes ? LifecycleEventKind.ConfigWritten : LifecycleEventKind.ConfigRead, offset),
        PciStructure.Legacy when offset >= legacyConfig => new(writes ? LifecycleEventKind.ConfigWritten : LifecycleEventKind.ConfigRead, offset - legacyConfig),
        PciStructure.Legacy => writes ? LegacyWritten(offset, value) : new(LegacyRead(offset), value),
        _ => new(LifecycleEventKind.OtherAccessed, offset),
    };

    static LifecycleEventKind CommonRead(uint offset) => offset switch
    {
        PciCommonRegister.DeviceStatus => LifecycleEventKind.StatusRead,
        PciCommonRegister.DeviceFeature => LifecycleEventKind.DeviceFeaturesRead,
        PciCommonRegister.QueueSize => LifecycleEventKind.QueueNumMaxRead,
        PciCommonRegister.QueueEnable => LifecycleEventKind.QueueReadyRead,
        PciCommonRegister.ConfigMsixVector or PciCommonRegister.QueueMsixVector => LifecycleEventKind.VectorRead,
        _ => LifecycleEventKind.OtherAccessed,
    };

    static LifecycleEvent CommonWritten(uint offset, uint value) => offset switch
    {
        PciCommonRegister.DeviceStatus => new(LifecycleEventKind.StatusWritten, (byte)value),
        PciCommonRegister.DeviceFeatureSelect => new(LifecycleEventKind.DeviceFeaturesSelWritten, value),
        PciCommonRegister.DriverFeatureSelect => new(LifecycleEventKind.DriverFeaturesSelWritten, value),
        PciCommonRegister.DriverFeature => new(LifecycleEventKind.DriverFeaturesWritten, value),
        PciCommonRegister.QueueSelect => new(LifecycleEventKind.QueueSelWritten, value),
        PciCommonRegister.QueueSize => new(LifecycleEventKind.QueueNumWritten, value),
        PciCommonRegister.ConfigMsixVector or PciCommonRegister.QueueMsixVector => new(LifecycleEventKind.VectorWritten, value),
        PciCommonRegister.QueueEnable => new(LifecycleEventKind.QueueReadyWritten, value),
        PciCommonRegister.QueueDesc => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DescriptorLow),
        PciCommonRegister.QueueDesc + 4 => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DescriptorHigh),
        PciCommonRegister.QueueDriver => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DriverLow),
        PciCommonRegister.QueueDriver + 4 => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DriverHigh),
        PciCommonRegister.QueueDevice => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DeviceLow),
        PciCommonRegister.QueueDevice + 4 => new(LifecycleEventKind.QueueAddressWritten, (uint)QueueAddressHalf.DeviceHigh),
        _ => new(LifecycleEventKind.OtherAccessed, offset),
    };

    static LifecycleEventKind LegacyRead(uint offset) => offset switch
    {
        PciLegacyRegister.DeviceStatus => LifecycleEventKind.StatusRead,
        PciLegacyRegister.DeviceFeatures => LifecycleEventKind.DeviceFeaturesRead,
        PciLegacyRegister.QueueSize => LifecycleEventKind.QueueNumMaxRead,
        PciLegacyRegister.IsrStatus => LifecycleEventKind.InterruptStatusRead,
        PciLegacyRegister.ConfigMsixVector or PciLegacyRegister.QueueMsixVector => LifecycleEventKind.VectorRead,
        _ => LifecycleEventKind.OtherAccessed,
    };

    static LifecycleEvent LegacyWritten(uint offset, uint value) => offset switch
    {
        PciLegacyRegister.DeviceStatus => new(LifecycleEventKind.StatusWritten, (byte)value),
        PciLegacyRegister.DriverFeatures => new(LifecycleEventKind.DriverFeaturesWritten, value),
        PciLegacyRegister.QueueSelect => new(LifecycleEventKind.QueueSelWritten, value),
        PciLegacyRegister.QueueAddress => new(LifecycleEventKind.QueuePfnWritten, value),
        PciLegacyRegister.QueueNotify => new(LifecycleEventKind.NotifyWritten, value & 0xFFFF),
        PciLegacyRegister.ConfigMsixVector or PciLegacyRegister.QueueMsixVector => new(LifecycleEventKind.VectorWritten, value),
        _ => new(LifecycleEventKind.OtherAccessed, offset),
    };
}
