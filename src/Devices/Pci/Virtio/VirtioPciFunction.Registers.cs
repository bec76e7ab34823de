using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <content>Virtio 1.4, 4.1.4.3 to 4.1.4.6, 4.1.4.9 and 4.1.4.10: what each access reads and writes.</content>
public sealed partial class VirtioPciFunction
{
    const uint BadFeature = 1u << Feature.BadFeature;

    uint accessWindow;

    /// <summary>QEMU's device serves nothing since its bus master bit was cleared.</summary>
    bool isDisabled;

    /// <summary>QEMU's device has looked at its queues for this DRIVER_OK.</summary>
    bool isStarted;

    internal bool IsStarted => isStarted;

    internal bool IsDisabled => isDisabled;

    /// <summary>What QEMU offers over the legacy registers beside the features of the device: a bit that no driver may take, and those that came with the legacy interface.</summary>
    internal uint QemuLegacyFeatures => !Rules.IsQemu ? 0 : Virtio.Interface == VirtioPciInterface.Transitional ? BadFeature | 1u << Feature.NotifyOnEmpty | 1u << Feature.AnyLayout : BadFeature;

    protected override ulong ReadBar(int bar, uint offset, int width)
    {
        var (structure, within) = PlaceOf(OffsetOf(bar, offset));
        ulong value = structure switch
        {
            PciStructure.Common => ReadCommon(within, width),
            PciStructure.Isr => ReadIsr(),
            PciStructure.Device => ReadDevice(within, width),
            PciStructure.Legacy => ReadLegacy(within, width),
            // QEMU has nothing between the table and the pending bits, so that the window answers.
            PciStructure.None when Rules.IsQemu => Host.Unanswered(width),
            _ => 0,
        };
        return Owner.Distorted(value, width);
    }

    protected override void WriteBar(int bar, uint offset, int width, ulong value)
    {
        var (structure, within) = PlaceOf(OffsetOf(bar, offset));
        switch (structure)
        {
            case PciStructure.Common: WriteCommon(within, width, (uint)value); break;
            case PciStructure.Device: WriteDevice(within, width, (uint)value); break;
            case PciStructure.Legacy: WriteLegacy(within, width, (uint)value); break;
            case PciStructure.Notify:
                if (Rules.IsQemu || width == sizeof(ushort)) Notified(layout.QueueAt(within, (uint)value));
                break;
        }
    }

    /// <summary>A function that is no bus master cannot look at its queues; QEMU's still can, and takes nothing (<see cref="CommandWrittenAsQemu"/>).</summary>
    void Notified(uint queue)
    {
        if (IsBusMaster || Rules.IsQemu) Owner.WriteQueueNotify(queue);
    }

    /// <summary>4.1.4.5.1: reading clears. With MSI-X, used buffers need not show here, and a strict device does not show them.</summary>
    uint ReadIsr()
    {
        uint causes = Owner.InterruptStatus;
        Owner.AcknowledgeInterrupt(causes);
        if (Rules.IsQemu) SetInterrupt(false); // the pin, even of a device that is broken
        return IsMsixEnabled && !Rules.IsQemu ? causes & InterruptCause.ConfigurationChange : causes;
    }

    ulong ReadDevice(uint offset, int width)
    {
        if (offset + (ulong)width > Owner.ConfigurationLength) return Ones(width);
        if (width == 8) return ReadDevice(offset, 4) | ReadDevice(offset + 4, 4) << 32;
        return IsDeviceAccess(offset, width) ? Owner.ReadConfigurationSpace(offset, width) : Ones(width);
    }

    void WriteDevice(uint offset, int width, uint value)
    {
        if (width <= 4 && offset + (uint)width <= Owner.ConfigurationLength && IsDeviceAccess(offset, width)) Owner.WriteConfigurationSpace(offset, width, value);
    }

    /// <summary>4.1.3.1: fields have a width, but for QEMU and over the legacy interface.</summary>
    bool IsDeviceAccess(uint offset, int width)
        => Rules.IsQemu || transport.IsLegacy || (Owner.FieldWidthAt(offset) == width && offset % (uint)width == 0);

    // Common configuration

    ulong ReadCommon(uint offset, int width)
    {
        if (!Rules.IsQemu && VirtioPciRules.CommonWidth(offset) != width) return Ones(width);
        var queue = Owner.SelectedQueue;
        return offset switch
        {
            PciCommonRegister.DeviceFeatureSelect => Owner.DeviceFeaturesSel,
            PciCommonRegister.DeviceFeature => Owner.ReadDeviceFeatures(),
            PciCommonRegister.DriverFeatureSelect => Owner.DriverFeaturesSel,
            PciCommonRegister.DriverFeature => Rules.IsQemu && Owner.DriverFeaturesSel > 1 ? 0 : Owner.ReadDriverFeatures(),
            PciCommonRegister.ConfigMsixVector => transport.ConfigVector,
            PciCommonRegister.QueueCount => (uint)Owner.AllQueues.Length,
            PciCommonRegister.DeviceStatus => Owner.Status,
            PciCommonRegister.ConfigGeneration => (byte)Owner.ConfigGeneration,
            PciCommonRegister.QueueSelect => (ushort)Owner.QueueSel,
            PciCommonRegister.QueueSize => queue is null ? 0 : Rules.IsQemu ? queue.RingSize : queue.Size != 0 ? queue.Size : queue.MaximumSize,
            PciCommonRegister.QueueMsixVector => transport.QueueVector,
            PciCommonRegister.QueueEnable => Owner.ReadQueueReady(),
            PciCommonRegister.QueueNotifyOff => Rules.IsQemu ? Owner.QueueSel : queue is null ? 0 : layout.NotifyOffOf(queue.Index),
            >= PciCommonRegister.QueueDesc and < PciCommonRegister.Length when queue is null => transport.Unbacked(offset),
            PciCommonRegister.QueueDesc => (uint)(queue?.DescriptorAddress ?? 0),
            PciCommonRegister.QueueDesc + 4 => (uint)((queue?.DescriptorAddress ?? 0) >> 32),
            PciCommonRegister.QueueDriver => (uint)(queue?.DriverAddress ?? 0),
            PciCommonRegister.QueueDriver + 4 => (uint)((queue?.DriverAddress ?? 0) >> 32),
            PciCommonRegister.QueueDevice => (uint)(queue?.DeviceAddress ?? 0),
            PciCommonRegister.QueueDevice + 4 => (uint)((queue?.DeviceAddress ?? 0) >> 32),
            _ => 0,
        };
    }

    void WriteCommon(uint offset, int width, uint value)
    {
        if (!Rules.IsQemu && VirtioPciRules.CommonWidth(offset) != width) return;
        switch (offset)
        {
            case PciCommonRegister.DeviceFeatureSelect: Owner.DeviceFeaturesSel = value; break;
            case PciCommonRegister.DriverFeatureSelect: Owner.DriverFeaturesSel = value; break;
            case PciCommonRegister.DriverFeature:
                if (!Rules.IsQemu || Owner.DriverFeaturesSel <= 1) Owner.WriteDriverFeatures(value);
                break;
            case PciCommonRegister.ConfigMsixVector: transport.ConfigVector = VectorIn(value); break;
            case PciCommonRegister.DeviceStatus: WriteStatus(value, legacy: false); break;
            case PciCommonRegister.QueueSelect:
                if (!Rules.IsQemu || value < VirtioDevice.QemuQueueSelectors) Owner.QueueSel = (ushort)value;
                break;
            case PciCommonRegister.QueueSize: Owner.WriteQueueRegister(VirtioRegister.QueueSize, (ushort)value); break;
            case PciCommonRegister.QueueMsixVector: transport.QueueVector = VectorIn(value); break;
            case PciCommonRegister.QueueEnable: EnableQueue((ushort)value); break;
            case PciCommonRegister.QueueReset when Rules.IsQemu && value == 1: transport.ResetQueue(); break;
            case >= PciCommonRegister.QueueDesc and < PciCommonRegister.Length when Rules.IsQemu && Owner.SelectedQueue is null: transport.SetUnbacked(offset, value); break;
            case PciCommonRegister.QueueDesc: Owner.WriteQueueRegister(VirtioRegister.QueueDescLow, value); break;
            case PciCommonRegister.QueueDesc + 4: Owner.WriteQueueRegister(VirtioRegister.QueueDescHigh, value); break;
            case PciCommonRegister.QueueDriver: Owner.WriteQueueRegister(VirtioRegister.QueueDriverLow, value); break;
            case PciCommonRegister.QueueDriver + 4: Owner.WriteQueueRegister(VirtioRegister.QueueDriverHigh, value); break;
            case PciCommonRegister.QueueDevice: Owner.WriteQueueRegister(VirtioRegister.QueueDeviceLow, value); break;
            case PciCommonRegister.QueueDevice + 4: Owner.WriteQueueRegister(VirtioRegister.QueueDeviceHigh, value); break;
        }
        Machine.Engine.Touch(SimMachine.RegisterWatchKey(CpuAddressOf(PciStructure.Common, offset)));
    }

    /// <summary>QEMU compares all that was written with the vectors that there are, also what is wider than the field.</summary>
    static ushort VectorIn(uint value) => (ushort)Math.Min(value, PciCommonRegister.NoVector);

    void WriteStatus(uint value, bool legacy)
    {
        if ((byte)value == 0 || Virtio.Interface != VirtioPciInterface.Transitional) transport.Begin(legacy);
        Owner.WriteStatus(value);
        if (Rules.IsQemu) FollowStatusAsQemu((value & DeviceStatus.DriverOk) != 0);
    }

    /// <summary>4.1.4.3.2: never 0. QEMU calls all but 1 an error of the driver's; others ignore it.</summary>
    void EnableQueue(ushort value)
    {
        if (value == 1)
        {
            if (!Rules.IsQemu && Owner.SelectedQueue is { Size: 0 } queue) queue.Size = queue.MaximumSize;
            Owner.WriteQueueRegister(VirtioRegister.QueueReady, 1);
        }
        else if (Rules.IsQemu)
        {
            Owner.RaiseNeedsReset();
        }
    }

    // The legacy registers (4.1.4.10)

    ulong ReadLegacy(uint offset, int width)
    {
        if (offset >= LegacyConfig) return ReadDevice(offset - LegacyConfig, width);
        if (!Rules.IsQemu && VirtioPciRules.LegacyWidth(offset, IsMsixEnabled) != width) return Ones(width);
        return offset switch
        {
            PciLegacyRegister.DeviceFeatures => Owner.Offered.Word(0) | QemuLegacyFeatures,
            PciLegacyRegister.DriverFeatures => Owner.Negotiated.Word(0),
            PciLegacyRegister.QueueAddress => Owner.ReadQueuePfn(),
            PciLegacyRegister.QueueSize => (Rules.IsQemu ? Owner.SelectedQueue?.RingSize : Owner.SelectedQueue?.MaximumSize) ?? 0u,
            PciLegacyRegister.QueueSelect => (ushort)Owner.QueueSel,
            PciLegacyRegister.DeviceStatus => Owner.Status,
            PciLegacyRegister.IsrStatus => ReadIsr(),
            PciLegacyRegister.ConfigMsixVector => transport.ConfigVector,
            PciLegacyRegister.QueueMsixVector => transport.QueueVector,
            _ => Rules.IsQemu ? uint.MaxValue : 0,
        };
    }

    void WriteLegacy(uint offset, int width, uint value)
    {
        if (offset >= LegacyConfig)
        {
            WriteDevice(offset - LegacyConfig, width, value);
            return;
        }
        if (!Rules.IsQemu && VirtioPciRules.LegacyWidth(offset, IsMsixEnabled) != width) return;
        switch (offset)
        {
            case PciLegacyRegister.DriverFeatures:
                Owner.DriverFeaturesSel = 0;
                // Of a driver that takes the bit which says that it should not, QEMU assumes nothing.
                Owner.WriteDriverFeatures(Rules.IsQemu && (value & BadFeature) != 0 ? 0 : value);
                break;
            case PciLegacyRegister.QueueAddress: WriteQueueAddress(value); break;
            case PciLegacyRegister.QueueSelect:
                if (!Rules.IsQemu || value < VirtioDevice.QemuQueueSelectors) Owner.QueueSel = (ushort)value;
                break;
            case PciLegacyRegister.QueueNotify: Notified((ushort)value); break;
            case PciLegacyRegister.DeviceStatus:
                WriteStatus(value, legacy: true);
                if (Rules.IsQemu && value == (DeviceStatus.Acknowledge | DeviceStatus.Driver)) MakeBusMaster();
                break;
            case PciLegacyRegister.ConfigMsixVector: transport.ConfigVector = VectorIn(value); break;
            case PciLegacyRegister.QueueMsixVector: transport.QueueVector = VectorIn(value); break;
        }
        Machine.Engine.Touch(SimMachine.RegisterWatchKey(CpuAddressOf(PciStructure.Legacy, offset)));
    }

    /// <summary>A legacy queue has the one size that the device says.</summary>
    void WriteQueueAddress(uint page)
    {
        if (Owner.SelectedQueue is { } queue && queue.Descriptors == 0 && !Rules.IsQemu)
        {
            queue.Size = queue.MaximumSize;
            queue.Align = PciLegacyRegister.PageSize;
        }
        Owner.WriteQueuePfn(page);
    }

    // The window into BARs (4.1.4.9)

    void AddAccessWindow()
    {
        Span<byte> body = stackalloc byte[(int)PciVirtioCapability.AccessSize - 2], mask = stackalloc byte[(int)PciVirtioCapability.AccessSize - 2];
        Describe(body, PciVirtioCapability.Access, 0, 0, 0);
        mask[(int)PciVirtioCapability.BarOffset - 2] = 0xFF;
        mask[((int)PciVirtioCapability.OffsetOffset - 2)..].Fill(0xFF);
        accessWindow = AddCapability(PciCapability.VendorSpecific, body, mask);
    }

    /// <summary>What the window shows at this moment. False: nothing that an access could be made to.</summary>
    bool TryAccess(out int bar, out uint offset, out int width)
    {
        bar = (int)GetConfig(accessWindow + PciVirtioCapability.BarOffset, 1);
        offset = GetConfig(accessWindow + PciVirtioCapability.OffsetOffset, 4);
        width = (int)GetConfig(accessWindow + PciVirtioCapability.StructureLengthOffset, 4);
        if (Rules.IsQemu)
        {
            // It reaches the structures alone, whatever BAR is asked for, and rounds the offset down.
            bar = layout.Places[0].Bar;
            offset &= ~((uint)width - 1);
        }
        return width is 1 or 2 or 4 && bar <= PciVirtioCapability.LastBar && Bar(bar).Kind != PciBarKind.None
            && offset % (uint)width == 0 && offset + (ulong)width <= Bar(bar).Size;
    }

    bool IsAccess(uint offset, int width) => accessWindow != 0 && Overlaps(offset, width, accessWindow + PciVirtioCapability.AccessDataOffset, 4);

    protected override void ReadingConfig(uint offset, int width)
    {
        if (!IsAccess(offset, width) || !TryAccess(out int bar, out uint at, out int size)) return;
        SetConfig(accessWindow + PciVirtioCapability.AccessDataOffset, size, (uint)ReadBar(bar, at, size));
    }

    protected override void ConfigWritten(uint offset, int width)
    {
        if (Rules.IsQemu && Overlaps(offset, width, PciRegister.Command, 1)) CommandWrittenAsQemu();
        if (!IsAccess(offset, width) || !TryAccess(out int bar, out uint at, out int size)) return;
        WriteBar(bar, at, size, GetConfig(accessWindow + PciVirtioCapability.AccessDataOffset, size));
    }

    // What happens to the function

    /// <summary>
    /// QEMU takes DRIVER_OK back from a device that may not master the bus any more, and serves no queue until the register is written again with the bit, or the device
    /// is reset (data/qemu-observed.md).
    /// </summary>
    void CommandWrittenAsQemu()
    {
        isDisabled = !MasterBit;
        if (!isDisabled) return;
        Owner.ForgetDriverOk();
        isStarted = false;
    }

    /// <summary>QEMU looks at all queues once when DRIVER_OK is written: of whatever was announced before, it hears then.</summary>
    void FollowStatusAsQemu(bool isDriverOk)
    {
        bool was = isStarted;
        isStarted = isDriverOk;
        if (!isDriverOk || was) return;
        foreach (var queue in Owner.AllQueues) Notified(queue.Index);
    }

    /// <summary>QEMU lets legacy drivers forget the bus master bit: it sets it when Status becomes DRIVER.</summary>
    void MakeBusMaster()
    {
        bool was = isDisabled;
        WriteConfigByte(PciRegister.Command, (byte)(GetConfig(PciRegister.Command, 1) | PciCommand.BusMaster));
        isDisabled = was;
    }

    internal void ForgetDisabled() => isDisabled = false;

    internal void ForgetStarted() => isStarted = false;
}
