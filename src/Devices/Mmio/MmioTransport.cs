using Ringcheck.Exploration;
using Ringcheck.Models.Lifecycle;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Virtio 1.4, 4.2 "Virtio Over MMIO", device side, versions 2 and 1 (4.2.4): one block of registers, and an interrupt line that is high while there are causes.</summary>
public sealed class MmioTransport(SimulatedMachine machine, InterruptLine line) : DeviceTransport(machine), IVirtioRegisters, IPieces
{
    /// <summary>QEMU answers this for each queue that exists, whatever the device's own size.</summary>
    internal override ushort QemuQueueSizeShown(ushort plain) => (ushort)VirtioDevice.QemuQueueSizeMax;

    public InterruptLine Line => line;

    public override bool IsLegacy => Device.Settings.IsLegacy;

    DmaPort IBusDevice.Master => Device.Dma;

    bool IBusDevice.KeepsMessages => true;

    ProfileRules Rules => Device.Rules;

    uint ConfigLength => Device.ConfigurationLength;

    internal override void PowerOn() => line.Set(false);

    internal override void Reset() => line.Set(false);

    internal override void Removed() => line.Set(false);

    internal override void Interrupt(uint causes, DeviceQueue? queue) => line.Set(true, Device.Dma);

    internal override void Acknowledged(bool anyLeft) => line.Set(anyLeft);

    internal override void Fold(ref StateHasher hasher)
    {
        // The line's level follows from the causes.
    }

    internal override bool IsOn(InterruptLine other) => line == other;

    internal override ulong AddressOf(VirtioRegister register) => SimulatedMachine.SlotAddress(line.Number - SimulatedMachine.FirstMmioInterrupt) + OffsetOf(register);

    internal override string NameOf(VirtioRegister register) => AddressNames.Register(OffsetOf(register));

    LifecycleEvent IVirtioRegisters.EventOf(uint offset, int width, bool writes, ulong value) => MmioRegisterRules.EventOf(offset, writes, (uint)value);

    AccessFault? IVirtioRegisters.FaultOf(uint offset, int width, bool writes) => MmioRegisterRules.FaultOf(Device, offset, width, writes);

    static uint OffsetOf(VirtioRegister register) => register switch
    {
        VirtioRegister.Status => MmioRegister.Status,
        VirtioRegister.InterruptStatus => MmioRegister.InterruptStatus,
        VirtioRegister.ConfigGeneration => MmioRegister.ConfigGeneration,
        VirtioRegister.Config => MmioRegister.Config,
        VirtioRegister.QueueReady => MmioRegister.QueueReady,
        _ => throw new ArgumentOutOfRangeException(nameof(register)),
    };

    /// <summary>
    /// Constants are no part at all. What unusual and hostile devices still may do is counted for the whole device, so there each access touches all of it.
    /// </summary>
    (ulong Reads, ulong Writes) IBusDevice.PartsOf(uint offset, bool writes, ulong value)
    {
        if (Rules.IsUnusual || Rules.Lies) return (Device.Parts(PeripheralBits.All), Device.Parts(PeripheralBits.All));
        ulong control = Device.Parts(PeripheralBits.Control), space = Device.Parts(PeripheralBits.Space), causes = Device.Parts(PeripheralBits.Causes);
        if (offset >= MmioRegister.Config) return writes ? (control, space) : (space, 0);
        return offset switch
        {
            MmioRegister.MagicValue or MmioRegister.Version or MmioRegister.DeviceId or MmioRegister.VendorId => default,
            MmioRegister.InterruptStatus => (causes, 0),
            MmioRegister.InterruptAck => (0, causes),
            MmioRegister.ConfigGeneration => (space, 0),
            MmioRegister.QueueNotify => (control, Device.Parts(PeripheralBits.Bell)),
            MmioRegister.Status or MmioRegister.QueueReady or MmioRegister.QueuePfn when writes => (control, Device.Parts(PeripheralBits.Control | PeripheralBits.Bell)),
            _ => writes ? (control, control) : (control, 0),
        };
    }

    // What each access reads and writes (4.2.2 "MMIO Device Register Layout")

    public ulong Read(uint offset, int width)
    {
        if (Device.IsRemoved) return ulong.MaxValue >> (64 - 8 * width);
        ulong value = Rules.IsQemu ? AccessPieces.Read(this, offset, width) : ReadWhole(offset, width);
        return Device.Distorted(value, width);
    }

    public void Write(uint offset, int width, ulong value)
    {
        if (Device.IsRemoved) return;
        if (Rules.IsQemu) AccessPieces.Write(this, offset, width, value);
        else WriteWhole(offset, width, value);
    }

    /// <summary>4.2.2.2: registers are aligned 32-bit words, configuration fields have their own width. All else is refused.</summary>
    ulong ReadWhole(uint offset, int width)
    {
        if (offset < MmioRegister.Config) return width == 4 && offset % 4 == 0 ? ReadRegister(offset) : 0;
        offset -= MmioRegister.Config;
        if (!IsConfigurationAccess(offset, width)) return ulong.MaxValue >> (64 - 8 * width);
        return Device.ReadConfigurationSpace(offset, width);
    }

    void WriteWhole(uint offset, int width, ulong value)
    {
        if (offset < MmioRegister.Config)
        {
            if (width == 4 && offset % 4 == 0) WriteRegister(offset, (uint)value);
            return;
        }
        offset -= MmioRegister.Config;
        if (IsConfigurationAccess(offset, width)) Device.WriteConfigurationSpace(offset, width, (uint)value);
    }

    /// <summary>A 64-bit field is read as two 32-bit words. Legacy devices (4.2.4) let the driver use any width.</summary>
    bool IsConfigurationAccess(uint offset, int width)
    {
        if (width > 4 || offset + (uint)width > ConfigLength) return false;
        return IsLegacy || (Device.FieldWidthAt(offset) == width && offset % (uint)width == 0);
    }

    ulong IPieces.ReadPiece(uint offset, int width)
    {
        if (offset < MmioRegister.Config) return width == 4 ? ReadRegister(offset) : 0;
        offset -= MmioRegister.Config;
        return offset + (uint)width <= ConfigLength ? Device.ReadConfigurationSpace(offset, width) : uint.MaxValue >> (32 - 8 * width);
    }

    void IPieces.WritePiece(uint offset, int width, ulong value)
    {
        if (offset < MmioRegister.Config)
        {
            if (width == 4) WriteRegister(offset, (uint)value);
            return;
        }
        offset -= MmioRegister.Config;
        if (offset + (uint)width <= ConfigLength) Device.WriteConfigurationSpace(offset, width, (uint)value);
    }

    uint ReadRegister(uint offset) => offset switch
    {
        MmioRegister.MagicValue => MmioIdentity.Magic,
        MmioRegister.Version => IsLegacy ? MmioIdentity.LegacyVersion : MmioIdentity.ModernVersion,
        MmioRegister.DeviceId => Device.DeviceId,
        MmioRegister.VendorId => Device.Settings.VendorId,
        MmioRegister.DeviceFeatures => Device.ReadDeviceFeatures(),
        MmioRegister.QueueNumMax => Device.ReadQueueNumMax(),
        MmioRegister.QueuePfn when IsLegacy => Device.ReadQueuePfn(),
        MmioRegister.QueueReady when !IsLegacy => Device.ReadQueueReady(),
        MmioRegister.InterruptStatus => Device.InterruptStatus,
        MmioRegister.Status => Device.Status,
        MmioRegister.SharedMemoryLengthLow or MmioRegister.SharedMemoryLengthHigh when Rules.IsQemu || !IsLegacy => uint.MaxValue,
        MmioRegister.SharedMemoryBaseLow or MmioRegister.SharedMemoryBaseHigh when !Rules.IsQemu && !IsLegacy => uint.MaxValue,
        MmioRegister.ConfigGeneration when !IsLegacy => Device.ConfigGeneration,
        _ => 0,
    };

    void WriteRegister(uint offset, uint value)
    {
        switch (offset)
        {
            case MmioRegister.DeviceFeaturesSel:
                Device.DeviceFeaturesSel = Rules.IsQemu ? Math.Min(value, 1) : value;
                break;
            case MmioRegister.DriverFeaturesSel:
                Device.DriverFeaturesSel = Rules.IsQemu ? Math.Min(value, 1) : value;
                break;
            case MmioRegister.DriverFeatures:
                Device.WriteDriverFeatures(value);
                break;
            case MmioRegister.QueueSel:
                if (!Rules.IsQemu || value < VirtioDevice.QemuQueueSelectors) Device.QueueSel = value;
                break;
            case MmioRegister.QueueNotify:
                Device.WriteQueueNotify(value);
                break;
            case MmioRegister.InterruptAck:
                Device.AcknowledgeInterrupt(value);
                break;
            case MmioRegister.Status:
                Device.WriteStatus(value);
                break;
            default:
                if (IsLegacy) WriteLegacyQueueRegister(offset, value);
                else if (QueueRegister(offset) is { } register) Device.WriteQueueRegister(register, value);
                break;
        }
        Machine.Engine.Touch(SimMachine.RegisterWatchKey(SimulatedMachine.SlotAddress(line.Number - SimulatedMachine.FirstMmioInterrupt) + offset));
    }

    /// <summary>4.2.4.</summary>
    void WriteLegacyQueueRegister(uint offset, uint value)
    {
        switch (offset)
        {
            case MmioRegister.GuestPageSize:
                // QEMU: trailing zeroes of the value; 0 counts as no shift.
                Device.PageShift = value == 0 ? 0 : (uint)System.Numerics.BitOperations.TrailingZeroCount(value);
                break;
            case MmioRegister.QueuePfn: Device.WriteQueuePfn(value); break;
            case MmioRegister.QueueNum: Device.WriteLegacyQueueSize(value); break;
            case MmioRegister.QueueAlign: Device.WriteLegacyQueueAlign(value); break;
        }
    }

    static VirtioRegister? QueueRegister(uint offset) => offset switch
    {
        MmioRegister.QueueNum => VirtioRegister.QueueSize,
        MmioRegister.QueueReady => VirtioRegister.QueueReady,
        MmioRegister.QueueDescLow => VirtioRegister.QueueDescLow,
        MmioRegister.QueueDescHigh => VirtioRegister.QueueDescHigh,
        MmioRegister.QueueDriverLow => VirtioRegister.QueueDriverLow,
        MmioRegister.QueueDriverHigh => VirtioRegister.QueueDriverHigh,
        MmioRegister.QueueDeviceLow => VirtioRegister.QueueDeviceLow,
        MmioRegister.QueueDeviceHigh => VirtioRegister.QueueDeviceHigh,
        _ => null,
    };
}
