using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;
using static Ringcheck.Standard.PciCommonRegister;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>Virtio 1.4, 4.1.4: a function without the legacy interface, on <c>virt</c>, by ECAM and memory BARs.</summary>
internal sealed class ModernPciScripts() : PciScripts(AllCells, isPc: false)
{
    private const uint MsixCapability = 0x98, Window = 0x84, WindowData = Window + PciVirtioCapability.AccessDataOffset;

    private static readonly RegisterCells AllCells = new(Registers(), [1, 2, 4, 8])
    {
        Starts = (register, shape) => !shape.IsInside ? [0] : [.. Enumerable.Range(1, (int)register.Length - 1).Select(i => (uint)i)],
    };

    public override string Name => "virtio-pci modern";

    public override bool IsLegacy => false;

    public override IReadOnlyList<Act> Looks { get; } =
        [Common(DeviceFeature), Common(DriverFeature), Common(QueueSize, 2), Common(QueueMsixVector, 2), Common(QueueEnable, 2), Common(QueueNotifyOff, 2), Common(QueueDesc)];

    public override IReadOnlyList<Act> LooksAtSize { get; } = [Act.Read(0, 8, PciBlock.Device), Common(ConfigGeneration, 1)];

    public override IReadOnlyList<Act> Watched { get; } = [Common(PciCommonRegister.DeviceStatus, 1), Act.Read(PciRegister.Command, 4, PciBlock.Config)];

    public override IReadOnlyList<Act> Everything { get; } =
    [
        .. Words(0, 0x1FC).Select(offset => Act.Read(offset, 4, PciBlock.Config)),
        .. Registers().Where(r => r.Block == PciBlock.Common).SelectMany(r => r.Offsets.Select(offset => Act.Read(offset, (int)r.Length, PciBlock.Common))),
        .. Words(0, BlkConfig.Length).Select(offset => Act.Read(offset, 4, PciBlock.Device)),
        .. Words(0, Vectors * PciMsix.EntrySize - 4).Select(offset => Act.Read(offset, 4, PciBlock.Msix)),
        Act.Read(0x800, 8, PciBlock.Msix), Act.Read(0x40, 4, PciBlock.Msix), Act.Read(0, 1, PciBlock.Isr),
    ];

    protected override ulong QueueSizeMask => 0xFFFF;

    protected override uint Msix => MsixCapability;

    protected override QemuPciInterface Interface => QemuPciInterface.Modern;

    public override bool HaveParted(QemuTarget qemu, SimulatedTarget simulated)
    {
        foreach (IScriptTarget target in (IScriptTarget[])[qemu, simulated])
        {
            target.WriteRegister(PciBlock.Config, PciRegister.Bar0 + 20, 4, PciHomes.Bar4 >> 32);
            target.WriteRegister(PciBlock.Config, PciRegister.Command, 2, PciCommand.MemorySpace);
        }

        return qemu.ReadRegister(PciBlock.Common, ConfigGeneration, 1) != simulated.ReadRegister(PciBlock.Common, ConfigGeneration, 1);
    }

    public override IEnumerable<Act> Prepare(Preamble preamble) =>
    [
        .. base.Prepare(preamble), Write(ConfigMsixVector, 1, 2), Write(QueueSelect, 0, 2), Write(QueueMsixVector, 0, 2), Write(QueueSize, preamble.QueueSize, 2),
        Write(QueueDesc, Arena.QueueA), Write(QueueDesc + 4, 0), Write(QueueDriver, Arena.QueueA + Arena.AvailableOffset), Write(QueueDriver + 4, 0),
        Write(QueueDevice, Arena.QueueA + Arena.UsedOffset), Write(QueueDevice + 4, 0),
    ];

    public override IEnumerable<Act> Negotiate(ulong features) =>
        [Write(DriverFeatureSelect, 0), Write(DriverFeature, (uint)features), Write(DriverFeatureSelect, 1), Write(DriverFeature, features >> 32)];

    public override Act EnableQueue() => Write(QueueEnable, 1, 2);

    public override Act Status(uint value) => Write(PciCommonRegister.DeviceStatus, value, 1);

    public override Act Notify(ulong queue) => Act.Write(4 * (uint)Math.Min(queue, 1023), 0, 2, PciBlock.Notify);

    public override Act Acknowledge(ulong causes) => Act.Read(0, 1, PciBlock.Isr);

    protected override int QueueSizeIn(Act act) =>
        act.Block == PciBlock.Common && Pieces(act.Where, act.Width).Any(p => p.At == QueueSize) ? (int)(QueueSize - act.Where) : -1;

    protected override bool IsControl(byte block, uint offset) => block switch
    {
        PciBlock.Common => offset is PciCommonRegister.DeviceStatus or QueueEnable or QueueReset or DriverFeature,
        PciBlock.Config => offset is >= WindowData and < WindowData + 4,
        _ => false,
    };

    protected override bool IsNotification(byte block, uint offset, ulong value) => block == PciBlock.Notify && offset < 4;

    protected override Gen<ulong> OfRegister(byte block, uint offset) => block switch
    {
        PciBlock.Common => OfCommon(offset),
        PciBlock.Config => OfWindow(offset),
        PciBlock.Device => Gen.Elements<ulong>(0, 1, 0xFF, 0x100, uint.MaxValue),
        _ => Gen.Elements<ulong>(0, 1, 5, 0xFFFF, uint.MaxValue),
    };

    private static Act Common(uint offset, int width = 4) => Act.Read(offset, width, PciBlock.Common);

    private static Act Write(uint offset, ulong value, int width = 4) => Act.Write(offset, value, width, PciBlock.Common);

    private static IEnumerable<ScriptRegister> Registers() =>
    [
        .. Header([.. Words(0xA4, 0xFC)]),
        Config("Common capability", 4, Words(0x40, 0x4C)), Config("ISR capability", 4, Words(0x50, 0x5C)), Config("Device capability", 4, Words(0x60, 0x6C)),
        Config("Notify capability", 4, Words(0x70, 0x80)), Config("Access capability", 4, Window), Config("Access BAR", 4, Window + 4),
        Config("Access offset", 4, Window + 8), Config("Access length", 4, Window + 12), Config("Access data", 4, WindowData),
        Config("(extended configuration)", 4, 0x100, 0x104, 0x200, 0xFF8),
        .. MsixRegisters(MsixCapability), new("(between table and pending bits)", [0x40, 0x7F0, 0x900], PciBlock.Msix),
        .. CommonRegisters(),
        new("queue_notify", [0], PciBlock.Notify), new("queue_notify of others", [4, 8, 0xFF8], PciBlock.Notify),
        new("ISR status", [0], PciBlock.Isr), new("(behind ISR status)", [4, 0x80], PciBlock.Isr),
        .. Words(0, BlkConfig.WriteZeroesMayUnmap).Select(offset => new ScriptRegister($"config+0x{offset:x2}", [offset], PciBlock.Device)),
        new("config, beyond", [BlkConfig.WriteZeroesMayUnmap + 4, 0x80, 0xF00], PciBlock.Device),
    ];

    private static IEnumerable<ScriptRegister> CommonRegisters()
    {
        (string Name, uint Offset, uint Length)[] fields =
        [
            ("device_feature_select", DeviceFeatureSelect, 4), ("device_feature", DeviceFeature, 4), ("driver_feature_select", DriverFeatureSelect, 4),
            ("driver_feature", DriverFeature, 4), ("config_msix_vector", ConfigMsixVector, 2), ("num_queues", QueueCount, 2), ("device_status", PciCommonRegister.DeviceStatus, 1),
            ("config_generation", ConfigGeneration, 1), ("queue_select", QueueSelect, 2), ("queue_size", QueueSize, 2), ("queue_msix_vector", QueueMsixVector, 2),
            ("queue_enable", QueueEnable, 2), ("queue_notify_off", QueueNotifyOff, 2), ("queue_desc", QueueDesc, 4), ("queue_desc, high", QueueDesc + 4, 4),
            ("queue_driver", QueueDriver, 4), ("queue_driver, high", QueueDriver + 4, 4), ("queue_device", QueueDevice, 4), ("queue_device, high", QueueDevice + 4, 4),
            ("queue_notify_config_data", QueueNotifyConfigData, 2), ("queue_reset", QueueReset, 2),
        ];
        return [.. fields.Select(field => new ScriptRegister(field.Name, [field.Offset], PciBlock.Common, field.Length)), new("(behind the fields)", [0x40, 0x80, 0xF00], PciBlock.Common)];
    }

    private static Gen<ulong> OfCommon(uint offset) => offset switch
    {
        DeviceFeatureSelect or DriverFeatureSelect => Gen.Elements<ulong>(0, 1, 2, 3, uint.MaxValue),
        DriverFeature => Gen.Elements<ulong>(0, 1, 0x101, 0x2000_0000, 0x1000_0000, 0x3000_6E54, 0x0100_0000, 0x4000_0000, 0x800, 0x200, uint.MaxValue),
        ConfigMsixVector or QueueMsixVector => Gen.Elements<ulong>(0, 1, 0, 1, 2, 7, 0xFFFF, 0x1_0000),
        PciCommonRegister.DeviceStatus => Gen.Elements<ulong>(0, 1, 3, 0xB, 0xF, 7, 4, 0x4F, 0x40, 0x80, 0x8F, 0x10, 0xFF, 0x100, 0x1FF, 0x10F),
        QueueSelect => Gen.Elements<ulong>(0, 0, 0, 1, 2, 63, 1023, 1024, 0xFFFF),
        QueueSize => Gen.Elements<ulong>(8, 16, 64, 1024, 0, 1, 3, 6, 1025, 2048, 0xFFFF),
        QueueEnable => Gen.Elements<ulong>(1, 1, 1, 0, 2, 0xFFFF),
        QueueReset => Gen.Elements<ulong>(1, 1, 0, 2),
        QueueDesc => Gen.Elements(Arena.QueueA, Arena.QueueB, Arena.QueueA + 8, Arena.RamEnd - 64, 0UL),
        QueueDriver => Gen.Elements(Arena.QueueA + Arena.AvailableOffset, Arena.QueueB + Arena.AvailableOffset, Arena.QueueA + Arena.AvailableOffset + 1, Arena.RamEnd - 16),
        QueueDevice => Gen.Elements(Arena.QueueA + Arena.UsedOffset, Arena.QueueB + Arena.UsedOffset, Arena.QueueA + Arena.UsedOffset + 2, Arena.RamEnd - 32),
        QueueDesc + 4 or QueueDriver + 4 or QueueDevice + 4 => Gen.Elements<ulong>(0, 0, 0, Arena.Hole >> 32),
        _ => Gen.Elements<ulong>(0, 1, 2, 0x1000, 0x8000_0000, uint.MaxValue),
    };

    /// <summary>The window (4.1.4.9) reaches all structures, but for queue_size, whose values depend on the queue.</summary>
    private static Gen<ulong> OfWindow(uint offset) => offset switch
    {
        Window + PciVirtioCapability.OffsetOffset => Gen.Elements<ulong>(0, 4, 1, 0x14, 0x15, 0x16, 0x10, 0x1000, 0x1002, 0x2000, 0x2001, 0x2004, 0x2020, 0x203C, 0x3000, 0x3004, 0x3FFE, 0x4000, uint.MaxValue),
        Window + PciVirtioCapability.StructureLengthOffset => Gen.Elements<ulong>(1, 2, 4, 1, 2, 4, 0, 3, 8, uint.MaxValue),
        Window + PciVirtioCapability.BarOffset => Gen.Elements<ulong>(4, 4, 0, 1, 5, 6, 0xFF),
        WindowData => Gen.Elements<ulong>(0, 1, 3, 0xB, 0xF),
        _ => Gen.Elements<ulong>(0, 0, uint.MaxValue),
    };
}
