using System.Buffers.Binary;
using Ringcheck.Exploration;
using Ringcheck.Models.Lifecycle;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 4.1.2 to 4.1.4, device side: identity, BARs and capabilities of a virtio function, and its registers. What they do is in the parts beside this file, what
/// they mean to the monitors in <see cref="VirtioPciRules"/>.
/// </summary>
public sealed partial class VirtioPciFunction : PciFunction, IVirtioRegisters
{
    const int LegacyBar = 0;
    const uint LegacySize = 0x80;

    readonly PciTransport transport;
    readonly VirtioPciLayout layout;

    internal VirtioPciFunction(SimulatedMachine machine, PciTransport transport, VirtioPciSettings settings)
        : base(machine, $"virtio{settings.DeviceType}", IdentityOf(settings))
    {
        this.transport = transport;
        Virtio = settings;
        bool isPlain = !Rules.IsUnusual || settings.Interface == VirtioPciInterface.Legacy;
        layout = isPlain ? VirtioPciLayout.Plain(settings.Queues) : VirtioPciLayout.Odd(settings.Queues);
        if (settings.Interface != VirtioPciInterface.Modern) AddBar(LegacyBar, new(PciBarKind.Io, IsPrefetchable: false, LegacySize));
        if (isPlain && settings.Vectors != 0) AddBar(1, new(PciBarKind.Memory32, IsPrefetchable: false, 0x1000));
        if (!isPlain)
        {
            AddBar(1, new(PciBarKind.Memory64, IsPrefetchable: false, 0x2000));
            AddBar(3, new(PciBarKind.Memory32, IsPrefetchable: false, 0x400));
        }
        else if (settings.Interface != VirtioPciInterface.Legacy)
        {
            AddBar(4, new(PciBarKind.Memory64, IsPrefetchable: true, 0x4000));
        }
        if (!Rules.IsQemu) AddMsix();
        if (settings.Interface != VirtioPciInterface.Legacy) AddStructures();
        if (Rules.IsQemu) AddMsix();
    }

    public VirtioPciSettings Virtio { get; }

    VirtioDevice IVirtioRegisters.Device => transport.Device;

    VirtioDevice Owner => transport.Device;

    /// <summary>Where the device's own configuration is in the legacy BAR: it moves when MSI-X is turned on (4.1.4.10).</summary>
    internal uint LegacyConfig => IsMsixEnabled ? PciLegacyRegister.ConfigWithMsix : PciLegacyRegister.Config;

    protected override DmaPort Dma => Owner.Dma;

    protected override bool KeepsMessages => true;

    static PciFunctionSettings IdentityOf(VirtioPciSettings settings)
    {
        bool isModern = settings.Interface == VirtioPciInterface.Modern;
        return new()
        {
            Profile = settings.Profile,
            VendorId = PciVirtioIdentity.Vendor,
            DeviceId = isModern ? (ushort)(PciVirtioIdentity.ModernBase + settings.DeviceType) : TransitionalId(settings.DeviceType),
            Revision = isModern ? PciVirtioIdentity.ModernRevision : PciVirtioIdentity.TransitionalRevision,
            ClassCode = settings.ClassCode,
            SubsystemVendorId = PciVirtioIdentity.Vendor,
            SubsystemId = isModern ? (ushort)0x1100 : (ushort)settings.DeviceType,
            InterruptPin = PciPin.A,
            MaximumLies = settings.MaximumLies,
        };
    }

    /// <summary>4.1.2: the transitional IDs of the devices that have one.</summary>
    static ushort TransitionalId(uint deviceType) => deviceType switch
    {
        DeviceType.Network => 0x1000,
        DeviceType.Block => PciVirtioIdentity.TransitionalBlock,
        DeviceType.Console => 0x1003,
        DeviceType.Entropy => 0x1005,
        DeviceType.NineP => 0x1009,
        _ => throw new ArgumentOutOfRangeException(nameof(deviceType), "this device has no transitional ID"),
    };

    // Capabilities (4.1.4)

    void AddMsix()
    {
        if (Virtio.Vectors != 0) AddMsix(layout.MsixBar, Virtio.Vectors, layout.MsixTable, layout.MsixPending);
    }

    void AddStructures()
    {
        if (Rules.IsUnusual)
        {
            // 4.1.4.1: of a kind that is reserved, and with a reserved BAR: both are to be skipped.
            Span<byte> strange = stackalloc byte[(int)PciVirtioCapability.Size - 2];
            Describe(strange, 0xEE, bar: 0, 0, 0);
            AddCapability(PciCapability.VendorSpecific, strange);
            Describe(strange, PciVirtioCapability.Common, bar: PciVirtioCapability.LastBar + 1, 0, PciCommonRegister.Length);
            AddCapability(PciCapability.VendorSpecific, strange);
        }
        if (!Rules.IsQemu) AddAccessWindow();
        foreach (var place in layout.Places) AddStructure(place);
        if (Rules.IsQemu) AddAccessWindow();
    }

    void AddStructure(in PciStructurePlace place)
    {
        Span<byte> body = stackalloc byte[(int)PciVirtioCapability.NotifySize - 2];
        byte type = place.Structure switch
        {
            PciStructure.Common => PciVirtioCapability.Common,
            PciStructure.Notify => PciVirtioCapability.Notify,
            PciStructure.Isr => PciVirtioCapability.Isr,
            _ => PciVirtioCapability.Device,
        };
        bool isNotify = type == PciVirtioCapability.Notify;
        if (!isNotify) body = body[..((int)PciVirtioCapability.Size - 2)];
        Describe(body, type, place.Bar, place.Offset, place.Length);
        if (isNotify) BinaryPrimitives.WriteUInt32LittleEndian(body[((int)PciVirtioCapability.NotifyMultiplierOffset - 2)..], layout.NotifyMultiplier);
        AddCapability(PciCapability.VendorSpecific, body);
    }

    /// <summary>Fills in a capability of 4.1.4.</summary>
    /// <param name="body">From its third byte on.</param>
    static void Describe(Span<byte> body, byte type, int bar, uint offset, uint length)
    {
        const int skipped = 2;
        body[(int)PciVirtioCapability.LengthOffset - skipped] = (byte)(body.Length + skipped);
        body[(int)PciVirtioCapability.TypeOffset - skipped] = type;
        body[(int)PciVirtioCapability.BarOffset - skipped] = (byte)bar;
        BinaryPrimitives.WriteUInt32LittleEndian(body[((int)PciVirtioCapability.OffsetOffset - skipped)..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(body[((int)PciVirtioCapability.StructureLengthOffset - skipped)..], length);
    }

    // Firmware

    public override void PowerOn()
    {
        base.PowerOn();
        if (!Virtio.IsLeftByFirmware) return;
        LeaveByFirmware();
        transport.LeaveByFirmware();
    }

    /// <summary>PCI only lets it write again; what it writes to is a queue in memory that the kernel has for something else now.</summary>
    protected override void CommandChanged()
    {
        if (!transport.RunsForFirmware || !IsBusMaster || Rules.Lies) return;
        Machine.Monitors.Driver(RegisterMonitor.Name, "bus-master-before-reset", [], $"the driver makes {Owner.Name} a bus master while it still runs with the queues that firmware gave it: it writes to memory that is not its any more",
            "Write 0 to the device's status, and wait until it reads 0, before Bus Master Enable is set.");
    }

    // Interrupts

    internal void Send(ushort vector)
    {
        if (vector != PciCommonRegister.NoVector) SendMessage(vector);
    }

    // What the monitors ask

    bool IVirtioRegisters.MayBeMisplaced => HasLied;

    AccessFault? IVirtioRegisters.FaultOf(uint offset, int width, bool writes)
    {
        var (structure, within) = PlaceOf(offset);
        return VirtioPciRules.FaultOf(this, Owner, structure, within, width, writes);
    }

    AccessFault? IVirtioRegisters.FaultOfValue(uint offset, ulong value)
    {
        var (structure, within) = PlaceOf(offset);
        return VirtioPciRules.IsVector(structure, within, IsMsixEnabled) ? VirtioPciRules.VectorFault(this, Owner, (ushort)value) : null;
    }

    LifecycleEvent IVirtioRegisters.EventOf(uint offset, int width, bool writes, ulong value)
    {
        var (structure, within) = PlaceOf(offset);
        // The place tells the queue; of a device that lied about it, what the driver meant.
        if (structure == PciStructure.Notify && writes) return new(LifecycleEventKind.NotifyWritten, Rules.Lies ? (uint)value & 0xFFFF : layout.QueueAt(within, (uint)value));
        return VirtioPciRules.EventOf(structure, within, LegacyConfig, writes, (uint)value);
    }

    string IBusDevice.NameOf(uint offset)
    {
        var (structure, within) = PlaceOf(offset);
        return structure != PciStructure.None ? VirtioPciRules.NameOf(structure, within) : Region(offset) == ConfigRegion ? $"PCI configuration+0x{within:x}" : $"BAR{Region(offset)}+0x{within:x}";
    }

    (PciStructure Structure, uint Offset) PlaceOf(uint offset)
    {
        int bar = Region(offset);
        uint within = Within(offset);
        if (bar == ConfigRegion) return (PciStructure.None, within);
        if (bar == LegacyBar && Bar(LegacyBar).Kind == PciBarKind.Io) return (PciStructure.Legacy, within);
        return layout.TryFind(bar, within, out var structure, out uint at) ? (structure, at) : (PciStructure.None, within);
    }

    /// <summary>At which address a driver finds a register now: 0 where its BAR has none.</summary>
    internal ulong CpuAddressOf(PciStructure structure, uint offset)
    {
        var place = structure == PciStructure.Legacy ? new(structure, LegacyBar, 0, LegacySize) : layout.Of(structure);
        ulong bar = BarAddress(place.Bar);
        return bar == 0 ? 0 : Host.ToCpu(Bar(place.Bar).Kind == PciBarKind.Io ? PciSpace.Io : PciSpace.Memory, bar) + place.Offset + offset;
    }

    // Parts, for the reduction

    protected internal override ulong Parts(ulong parts) => Owner.Parts(parts);

    protected override (ulong Reads, ulong Writes) PartsOfBar(int bar, uint offset, bool writes, ulong value)
    {
        var all = (Parts(PeripheralBits.All), Parts(PeripheralBits.All));
        if (Rules.IsUnusual || Rules.Lies) return all;
        var (structure, within) = PlaceOf(OffsetOf(bar, offset));
        ulong control = Parts(PeripheralBits.Control), space = Parts(PeripheralBits.Space), causes = Parts(PeripheralBits.Causes);
        return structure switch
        {
            PciStructure.Isr => (causes, causes),
            PciStructure.Device => writes ? (control, space) : (space, 0),
            PciStructure.Notify => writes ? (control, Parts(PeripheralBits.Bell)) : default,
            PciStructure.Common when !writes => (within == PciCommonRegister.ConfigGeneration ? space : control, 0),
            PciStructure.Common => (control, within is PciCommonRegister.DeviceStatus or PciCommonRegister.QueueEnable ? Parts(PeripheralBits.Control | PeripheralBits.Bell) : control),
            PciStructure.Legacy => all,
            _ => (control | causes, writes ? control | causes : 0), // MSI-X
        };
    }
}
