using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;
using static Ringcheck.Standard.PciLegacyRegister;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>Virtio 1.4, 4.1.4.10: a function with the legacy interface alone, on <c>pc</c>, by ports.</summary>
internal sealed class LegacyPciScripts() : PciScripts(AllCells, isPc: true)
{
    private const uint MsixCapability = 0x40;

    /// <summary>Ports take up to 4 bytes, and an access to configuration space does not leave its word.</summary>
    private static readonly RegisterCells AllCells = new(Registers(), [1, 2, 4])
    {
        Starts = (register, shape) => [.. Enumerable.Range(shape.IsInside ? 1 : 0, shape.IsInside ? (int)register.Length - 1 : 1).Select(i => (uint)i)
            .Where(i => register.Block != PciBlock.Config || (register.Offsets[0] + i) % 4 + (uint)shape.Width <= 4)],
    };

    public override string Name => "virtio-pci legacy";

    public override bool IsLegacy => true;

    public override IReadOnlyList<Act> Looks { get; } =
        [Port(DeviceFeatures, 4), Port(DriverFeatures, 4), Port(QueueSize, 2), Port(QueueAddress, 4), Port(ConfigMsixVector, 2), Port(QueueMsixVector, 2)];

    public override IReadOnlyList<Act> LooksAtSize { get; } = [Port(Ringcheck.Standard.PciLegacyRegister.Config, 4), Port(ConfigWithMsix, 4)];

    public override IReadOnlyList<Act> Watched { get; } = [Port(PciLegacyRegister.DeviceStatus, 1), Act.Read(PciRegister.Command, 4, PciBlock.Config)];

    public override IReadOnlyList<Act> Everything { get; } =
    [
        .. Words(0, 0xFC).Select(offset => Act.Read(offset, 4, PciBlock.Config)),
        .. Words(0, 0x7C).Select(offset => Port(offset, 4)),
        .. Words(0, Vectors * PciMsix.EntrySize - 4).Select(offset => Act.Read(offset, 4, PciBlock.Msix)),
        Act.Read(0x800, 4, PciBlock.Msix), Port(QueueSize, 2), Port(QueueSelect, 2), Port(QueueNotify, 2), Port(IsrStatus, 1),
    ];

    protected override ulong QueueSizeMask => 0;

    protected override uint Msix => MsixCapability;

    protected override QemuPciInterface Interface => QemuPciInterface.Legacy;

    /// <summary>The legacy interface shows no ConfigGeneration.</summary>
    public override bool HaveParted(QemuTarget qemu, SimulatedTarget simulated) => false;

    public override IEnumerable<Act> Prepare(Preamble preamble)
    {
        foreach (Act act in base.Prepare(preamble))
        {
            yield return act;
        }

        yield return Write(QueueSelect, 0, 2);
        if (preamble.Variation % 4 != 0)
        {
            yield return Write(ConfigMsixVector, 1, 2);
            yield return Write(QueueMsixVector, 0, 2);
        }
    }

    public override IEnumerable<Act> Negotiate(ulong features) => [Write(DriverFeatures, (uint)features, 4)];

    public override Act EnableQueue() => Write(QueueAddress, Arena.LegacyA / PageSize, 4);

    public override Act Status(uint value) => Write(PciLegacyRegister.DeviceStatus, value, 1);

    public override Act Notify(ulong queue) => Write(QueueNotify, queue & 0xFFFF, 2);

    public override Act Acknowledge(ulong causes) => Port(IsrStatus, 1);

    /// <summary>A legacy queue has one size.</summary>
    protected override int QueueSizeIn(Act act) => -1;

    protected override bool IsControl(byte block, uint offset) =>
        block == PciBlock.Legacy && offset is (PciLegacyRegister.DeviceStatus or QueueAddress or DriverFeatures);

    protected override bool IsNotification(byte block, uint offset, ulong value) => block == PciBlock.Legacy && offset == QueueNotify && (value & 0xFFFF) == 0;

    protected override Gen<ulong> OfRegister(byte block, uint offset) => block != PciBlock.Legacy ? Gen.Elements<ulong>(0, 1, uint.MaxValue) : offset switch
    {
        DriverFeatures => Gen.Elements<ulong>(0, 1, 0x101, 0x2000_0000, 0x1000_0000, 0x3000_6ED4, 0x0100_0000, 0x4000_0000, 0x7000_0000, 0x800, 0x200, uint.MaxValue),
        QueueAddress => Gen.Elements<ulong>(Arena.LegacyA / PageSize, Arena.LegacyB / PageSize, (Arena.RamEnd - PageSize) / PageSize, 0),
        QueueSelect => Gen.Elements<ulong>(0, 0, 0, 1, 63, 1023, 1024, 0xFFFF),
        QueueNotify => Gen.Elements<ulong>(0, 0, 1, 5, 1023, 1024, 0xFFFF),
        PciLegacyRegister.DeviceStatus => Gen.Elements<ulong>(0, 1, 3, 7, 4, 0xF, 0x40, 0x80, 0x87, 0xFF),
        ConfigMsixVector or QueueMsixVector => Gen.Elements<ulong>(0, 1, 0, 1, 2, 0xFFFF),
        _ => Gen.Elements<ulong>(0, 1, 0xFF, 0x1000, uint.MaxValue),
    };

    private static Act Port(uint offset, int width) => Act.Read(offset, width, PciBlock.Legacy);

    private static Act Write(uint offset, ulong value, int width) => Act.Write(offset, value, width, PciBlock.Legacy);

    private static IEnumerable<ScriptRegister> Registers()
    {
        (string Name, uint Offset, uint Length)[] fields =
        [
            ("device features", DeviceFeatures, 4), ("driver features", DriverFeatures, 4), ("queue address", QueueAddress, 4), ("queue size", QueueSize, 2),
            ("queue select", QueueSelect, 2), ("queue notify", QueueNotify, 2), ("device status", PciLegacyRegister.DeviceStatus, 1), ("ISR status", IsrStatus, 1),
            ("config vector, or capacity", ConfigMsixVector, 2), ("queue vector, or capacity", QueueMsixVector, 2),
        ];
        return
        [
            .. Header([.. Words(0x4C, 0xFC)]), .. MsixRegisters(MsixCapability),
            .. fields.Select(field => new ScriptRegister(field.Name, [field.Offset], PciBlock.Legacy, field.Length)),
            .. Words(ConfigWithMsix, 0x54).Select(offset => new ScriptRegister($"legacy+0x{offset:x2}", [offset], PciBlock.Legacy)),
            new("legacy, beyond", [0x58, 0x60, 0x70], PciBlock.Legacy),
        ];
    }
}
