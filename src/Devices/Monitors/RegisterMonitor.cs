using Ringcheck.Models.Lifecycle;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 4.2.2 "MMIO Device Register Layout" and 4.2.4 "Legacy interface": width, alignment and direction of each access to a register block,
/// here; their order, by the lifecycle model. Does not check what is in feature words beyond what was offered, nor configuration
/// fields whose feature was not offered (2.5.1).
/// </summary>
public sealed class RegisterMonitor(SimulatedMachine machine, Monitors monitors)
{
    const string Name = "register-access";

    const string Direction = "mmio.driver.mmio-device-register-layout.1", Width = "mmio.driver.mmio-device-register-layout.2",
        ConfigWidth = "mmio.driver.mmio-device-register-layout.3", Empty = "mmio.driver.device-initialization.2", Writeback = "blk.driver.device-operation.12";

    internal void Read(IBusDevice? target, ulong address, uint offset, int width, ulong value)
    {
        if (target is not MmioDevice device)
        {
            Elsewhere(target, address, offset, "reads");
            return;
        }
        if (device.IsRemoved) return;
        if (offset < MmioRegister.Config)
        {
            CheckWidth(device, offset, width);
            if (!IsReadable(offset, device.IsLegacy)) Misused(device, offset, "reads", "has no such register to read");
        }
        else
        {
            CheckConfig(device, offset, width);
        }
        Judge(device, new(ReadKind(offset), offset >= MmioRegister.Config ? offset - MmioRegister.Config : (uint)value));
        if (offset == MmioRegister.Status && (value == 0)) monitors.Ownership.DisabledAll(device);
        // A hostile device that does not say who it is any more has said that it is gone.
        if (offset == MmioRegister.MagicValue && value != MmioIdentity.Magic) monitors.Ownership.DisabledAll(device);
    }

    internal void Write(IBusDevice? target, ulong address, uint offset, int width, ulong value)
    {
        if (target is not MmioDevice device)
        {
            Elsewhere(target, address, offset, "writes");
            return;
        }
        if (device.IsRemoved) return;
        if (offset < MmioRegister.Config)
        {
            CheckWidth(device, offset, width);
            if (!IsWritable(offset, device.IsLegacy)) Misused(device, offset, "writes", "has no such register to write");
        }
        else
        {
            CheckConfig(device, offset, width);
            CheckWriteback(device, offset);
        }
        if (offset == MmioRegister.Status && ((uint)value & DeviceStatus.DriverOk) != 0 && !machine.Engine.Draining) device.Watch.DriverOkCount++;
        if (offset == MmioRegister.QueueNotify) monitors.Notifications.Notified(device, (uint)value);
        Judge(device, WriteEvent(offset, (uint)value));
    }

    /// <summary>Where no device is: an empty slot allows a look at what it is, and nothing more.</summary>
    void Elsewhere(IBusDevice? target, ulong address, uint offset, string what)
    {
        if (monitors.IsCovered) monitors.Coverage.Elsewhere(target);
        if (target is null)
            monitors.Driver(Name, "unassigned-address", [], $"the driver {what} a register at 0x{address:x}, where the bus has nothing",
                "Access only addresses of devices that the machine describes.");
        else if (offset is not (MmioRegister.MagicValue or MmioRegister.Version or MmioRegister.DeviceId) || what != "reads")
            monitors.Driver("lifecycle", "touched-empty-slot", [Empty], $"the driver {what} offset 0x{offset:x} of the empty slot at 0x{address - offset:x}",
                "DeviceID 0 is a placeholder: leave it alone, and go on to the next slot.");
    }

    void CheckWidth(MmioDevice device, uint offset, int width)
    {
        if (width != 4 || offset % 4 != 0)
            monitors.Driver(Name, "width", [Width], $"the driver accesses {width} bytes at offset 0x{offset:x} of {device.Name}", "Control registers take aligned 32-bit accesses only.");
    }

    void CheckConfig(MmioDevice device, uint offset, int width)
    {
        uint field = offset - MmioRegister.Config;
        if (device.IsLegacy) return;
        if (field >= device.ConfigurationLength)
            monitors.Driver(Name, "config-range", [Direction], $"the driver accesses offset 0x{field:x} of {device.Name}'s configuration, which has 0x{device.ConfigurationLength:x} bytes",
                "Read only fields that exist.");
        else if (device.FieldWidthAt(field) != width || field % (uint)width != 0)
            monitors.Driver(Name, "config-width", [ConfigWidth], $"the driver accesses {width} bytes at offset 0x{field:x} of {device.Name}'s configuration",
                "Read each field in its own width, and a 64-bit field as two 32-bit words.");
    }

    /// <summary>5.2.4: writeback exists only with CONFIG_WCE; 5.2.6.1 lets a driver write it only then.</summary>
    void CheckWriteback(MmioDevice device, uint offset)
    {
        if (!monitors.JudgeDevices) return; // a hostile device forgets what was negotiated
        if (device.DeviceId != DeviceType.Block || offset != MmioRegister.Config + BlkConfig.Writeback) return;
        if (monitors.IsCovered) monitors.Coverage.Meet(SystemRule.WritebackNotNegotiated);
        if (!device.Negotiated.Has(BlkFeature.ConfigWce))
            monitors.Driver(Name, "writeback-not-negotiated", [Writeback], $"the driver writes writeback of {device.Name}, and CONFIG_WCE was not negotiated",
                "Switch the cache mode only where CONFIG_WCE was negotiated.");
    }

    void Misused(MmioDevice device, uint offset, string what, string why)
        => monitors.Driver(Name, "direction", [Direction], $"the driver {what} offset 0x{offset:x}, and a version {(device.IsLegacy ? 1 : 2)} device {why}",
            "Use the registers of this version, in the direction that the standard gives them.");

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

    internal void ResetCompleted(MmioDevice device) => Judge(device, new(LifecycleEventKind.ResetCompleted));

    internal void NeedsResetRaised(MmioDevice device) => Judge(device, new(LifecycleEventKind.NeedsResetRaised));

    internal void InterruptRaised(MmioDevice device, uint causes) => Judge(device, new(LifecycleEventKind.DeviceRaisedInterrupt, causes));

    internal void DeviceTouchedQueue(MmioDevice device, ushort queue) => Judge(device, new(LifecycleEventKind.DeviceTouchedQueue, queue));

    void Judge(MmioDevice device, LifecycleEvent what)
    {
        var rule = monitors.IsCovered ? monitors.Coverage.Next(device, what) : device.Watch.Lifecycle.Next(what);
        if (rule == RuleViolation.None) return;
        bool isDevices = rule >= RuleViolation.DeviceRanBeforeDriverOk;
        if (!(isDevices ? monitors.JudgeDevices : monitors.JudgeDriver)) return; // no text for nobody
        string detail = $"{LifecycleText.Of(what)} ({device.Name})";
        if (isDevices) monitors.Device(rule, detail);
        else monitors.Driver(rule, detail);
    }
}
