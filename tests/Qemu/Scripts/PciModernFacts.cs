using Ringcheck.Qemu;
using Ringcheck.Standard;
using static Ringcheck.Standard.PciCommonRegister;

namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>What QEMU 7.2's virtio-blk on virtio-pci, without the legacy interface, on <c>virt</c> was seen to do: data/qemu-observed.md.</summary>
public static class PciModernFacts
{
    private const ushort Size = 8;
    private const uint Ones = uint.MaxValue, Msix = 0x98, Running = 0xF, Window = 0x84;
    private const uint VectorAt = (uint)ScriptBuilder.Memory + ScriptBuilder.MemoryLength - 0x10;

    private static readonly PciHomes Homes = new(IsPc: false);

    public static IEnumerable<RegisterScript> All()
    {
        yield return New().Config(0, 0x1042_1AF4).Config(8, 0x0100_0001).Config(0x2C, 0x1100_1AF4).Config(0x3C, 0x100)
            .Read(0, Ones, slot: PciBlock.Absent).Read(0x10, 0xFFFF, 2, PciBlock.Absent).Config(0x100, Ones)
            .Build("identity; an absent function and what is behind 256 bytes read as ones");
        yield return New().Config(0x34, Msix).Config(Msix, 0x0001_8411).Config(Msix + 4, 1).Config(Msix + 8, 0x801)
            .Config(Window, 0x0514_7009).Config(0x70, 0x0214_6009).Config(0x74, 4).Config(0x78, 0x3000).Config(0x80, 4)
            .Config(0x60, 0x0410_5009).Config(0x68, 0x2000).Config(0x50, 0x0310_4009).Config(0x58, 0x1000).Config(0x40, 0x0110_0009).Config(0x48, 0)
            .Build("capabilities: MSI-X, access, notify, device, ISR, common");
        yield return New().WriteConfig(0x20, Ones).WriteConfig(0x24, Ones).Config(0x20, 0xFFFF_C00C).Config(0x24, Ones)
            .WriteConfig(0x14, Ones).Config(0x14, 0xFFFF_F000).WriteConfig(0x10, Ones).Config(0x10, 0)
            .Build("BAR4 is 64-bit, prefetchable, 16 KiB; BAR1 32-bit, 4 KiB; no BAR0");
        yield return New().Read(0, Ones, slot: PciBlock.Common).Read(0, Ones, slot: PciBlock.Msix).Read(0, Ones, slot: PciBlock.Unassigned)
            .Assign().Read(QueueSize, 256, 2, PciBlock.Common)
            .WriteConfig(PciRegister.Command, 0, 2).Read(QueueSize, 0xFFFF, 2, PciBlock.Common)
            .Build("a window without BARs, and a BAR without decoding, read as ones");
        yield return New().Assign().Common(ConfigMsixVector, 0xFFFF, 2).Common(QueueMsixVector, 0xFFFF, 2).Common(QueueSize, 256, 2).Common(QueueNotifyOff, 0, 2)
            .Common(QueueCount, 1, 2).Common(PciCommonRegister.DeviceStatus, 0, 1).Common(QueueEnable, 0, 2).Common(QueueDesc, 0)
            .Build("common configuration at power-on");
        yield return New().Assign().Common(DeviceFeature, 0x3000_6E54).Set(DeviceFeatureSelect, 1).Common(DeviceFeature, 0x101).Set(DeviceFeatureSelect, 2).Common(DeviceFeature, 0)
            .Set(PciCommonRegister.DeviceStatus, 0, 1).Common(DeviceFeatureSelect, 2).Build("words of features from 2 on are 0; the selector outlives a reset");
        yield return New().Assign().Common(0x10, 0xFFFF).Common(0x18, 0x100).Build("a read over several registers gives the first");
        yield return New().Assign().Set(QueueSelect, 1023, 2).Set(QueueSelect, 1024, 2).Common(QueueSelect, 1023, 2)
            .Common(QueueSize, 0, 2).Common(QueueEnable, 0, 2).Common(QueueMsixVector, 0xFFFF, 2).Common(QueueNotifyOff, 1023, 2)
            .Set(QueueDesc, 0x1234_5000).Common(QueueDesc, 0x1234_5000).Set(QueueEnable, 1, 2).Common(QueueEnable, 1, 2)
            .Build("queues that are not there have registers, up to 1023");
        yield return New().Assign().Set(QueueSize, 3, 2).Common(QueueSize, 3, 2).Set(QueueSize, 0, 2).Common(QueueSize, 3, 2).Set(QueueSize, 512, 2).Common(QueueSize, 512, 2)
            .Set(QueueSize, 1024, 2).Common(QueueSize, 1024, 2).Set(QueueSize, 0xFFFF, 2).Common(QueueSize, 1024, 2)
            .Build("queue_size keeps what is no power of two and what is above the maximum, and ignores 0 and 65535");
        yield return New().Assign().Set(ConfigMsixVector, 1, 2).Common(ConfigMsixVector, 1, 2).Set(ConfigMsixVector, 2, 2).Common(ConfigMsixVector, 0xFFFF, 2)
            .Set(QueueMsixVector, 2, 2).Common(QueueMsixVector, 0xFFFF, 2).Set(ConfigMsixVector, 1, 2).Set(ConfigMsixVector, 0x1_0000).Common(ConfigMsixVector, 0xFFFF, 2)
            .Build("a vector beyond the table reads back as 0xffff; all that is written counts, also beyond the field");
        yield return New().Assign().BringUpPci().Set(QueueEnable, 0, 2).Common(QueueEnable, 1, 2).Common(PciCommonRegister.DeviceStatus, Running | 0x40, 1)
            .Build("queue_enable = 0 breaks the device");
        yield return New().Assign().BringUpPci().Set(PciCommonRegister.QueueReset, 1, 2).Common(PciCommonRegister.QueueReset, 0, 2).Common(QueueEnable, 0, 2).Common(QueueSize, 256, 2)
            .Common(QueueDesc, (uint)ScriptBuilder.Memory).Build("queue_reset works without RING_RESET");
        foreach (int width in (int[])[1, 2, 4])
        {
            yield return Requested(New().Assign().BringUpPci(), width).ExpectUsedIndex(1).Line(true).Config(PciRegister.Command, 0x0018_0006)
                .Read(0, 1, width, PciBlock.Isr).Read(0, 0, width, PciBlock.Isr).Line(false).Config(PciRegister.Command, 0x0010_0006)
                .Build($"notified with {8 * width} bits; reading ISR with as many clears it and lowers the pin");
        }

        yield return Requested(New().Assign().BringUpPci().WriteConfig(PciRegister.Command, 0x406, 2), 2).Line(false).Config(PciRegister.Command, 0x0018_0406)
            .WriteConfig(PciRegister.Command, 6, 2).Line(true).Build("interrupt disable keeps the pin low, and the status bit set");
        yield return BusMaster();
        yield return New().Assign().WriteConfig(Window + 4, 0, 1).WriteConfig(Window + 8, 0x2000).WriteConfig(Window + 12, 4).Config(Window + 16, (uint)QemuFixture.Sectors)
            .WriteConfig(Window + 8, 0).WriteConfig(Window + 12, 3).Config(Window + 16, (uint)QemuFixture.Sectors)
            .Build("the access window shows the capacity, whatever BAR is asked for, and ignores a length of 3");
        yield return Masked(New().Vectors(mask: 1), 0x8000).Read(0x800, 1, slot: PciBlock.Msix).Load(VectorAt, 4, 0, "message")
            .Write(12, 0, slot: PciBlock.Msix).Read(0x800, 0, slot: PciBlock.Msix).Load(VectorAt, 4, 0x77, "message").Line(false)
            .Read(0, 1, 1, PciBlock.Isr).Build("a masked message is pending, and comes when the mask goes; ISR is set with messages too");
        yield return Masked(New().Vectors(mask: 0), 0xC000).Read(0x800, 1, slot: PciBlock.Msix).WriteConfig(Msix + 2, 0x8000, 2)
            .Read(0x800, 0, slot: PciBlock.Msix).Load(VectorAt, 4, 0x77, "message").Build("the same of the function's mask");
        yield return New().Assign().Read(12, 1, slot: PciBlock.Msix).Read(28, 1, slot: PciBlock.Msix).WriteConfig(Msix + 2, 0x8000, 2).Set(ConfigMsixVector, 1, 2).Set(QueueMsixVector, 0, 2)
            .Set(PciCommonRegister.DeviceStatus, 0, 1).Common(ConfigMsixVector, 0xFFFF, 2).Common(QueueMsixVector, 0xFFFF, 2).Config(Msix, 0x8001_8411)
            .Build("vectors are masked at power-on; a reset forgets them, and MSI-X stays enabled");
        yield return New().Assign().BringUpPci().ResetMachine().Config(PciRegister.Command, 0x0010_0000).Config(0x14, 0).Config(0x20, 0xC).Config(0x24, 0)
            .Build("a reset of the machine clears command and BARs");
    }

    /// <summary>BAR1 and BAR4 where scripts look for them; memory decoding and bus mastering.</summary>
    internal static ScriptBuilder Assign(this ScriptBuilder script) => script.WriteConfig(0x14, Homes.Bar1).WriteConfig(0x20, PciHomes.Bar4Low)
        .WriteConfig(0x24, (uint)(PciHomes.Bar4 >> 32)).WriteConfig(PciRegister.Command, PciCommand.MemorySpace | PciCommand.BusMaster, 2);

    internal static ScriptBuilder Config(this ScriptBuilder script, uint offset, uint expected) => script.Read(offset, expected, slot: PciBlock.Config);

    internal static ScriptBuilder WriteConfig(this ScriptBuilder script, uint offset, uint value, int width = 4) => script.Write(offset, value, width, PciBlock.Config);

    private static ScriptBuilder New() => new(Size);

    private static ScriptBuilder Common(this ScriptBuilder script, uint offset, uint expected, int width = 4) => script.Read(offset, expected, width, PciBlock.Common);

    private static ScriptBuilder Set(this ScriptBuilder script, uint offset, ulong value, int width = 4) => script.Write(offset, value, width, PciBlock.Common);

    /// <summary>3.1.1 and 4.1.5.1.3.</summary>
    private static ScriptBuilder BringUpPci(this ScriptBuilder script) => script.Set(PciCommonRegister.DeviceStatus, 0, 1).Set(PciCommonRegister.DeviceStatus, 3, 1)
        .Set(DriverFeatureSelect, 0).Set(DriverFeature, 0).Set(DriverFeatureSelect, 1).Set(DriverFeature, 1).Set(PciCommonRegister.DeviceStatus, 0xB, 1)
        .Set(QueueSelect, 0, 2).Set(QueueSize, Size, 2).Set(QueueDesc, script.DescriptorTable).Set(QueueDesc + 4, 0).Set(QueueDriver, script.Available)
        .Set(QueueDriver + 4, 0).Set(QueueDevice, script.Used).Set(QueueDevice + 4, 0).Set(QueueEnable, 1, 2).Set(PciCommonRegister.DeviceStatus, Running, 1);

    private static ScriptBuilder Requested(ScriptBuilder script, int width) =>
        script.Request(0, BlkRequestType.In, 5).MakeAvailable(0).Write(0, 0, width, PciBlock.Notify).Settle();

    private static ScriptBuilder Vectors(this ScriptBuilder script, uint mask) => script.Assign().Write(0, VectorAt, slot: PciBlock.Msix)
        .Write(4, 0, slot: PciBlock.Msix).Write(8, 0x77, slot: PciBlock.Msix).Write(12, mask, slot: PciBlock.Msix);

    private static ScriptBuilder Masked(ScriptBuilder script, uint control) =>
        Requested(script.WriteConfig(Msix + 2, control, 2).BringUpPci().Set(QueueMsixVector, 0, 2), 2).ExpectUsedIndex(1);

    private static RegisterScript BusMaster()
    {
        ScriptBuilder script = New().Assign().BringUpPci().WriteConfig(PciRegister.Command, PciCommand.MemorySpace, 2).Common(PciCommonRegister.DeviceStatus, Running & ~4u, 1);
        return Requested(script, 2).ExpectUsedIndex(0).WriteConfig(PciRegister.Command, 6, 2).Common(PciCommonRegister.DeviceStatus, Running & ~4u, 1)
            .Write(0, 0, 2, PciBlock.Notify).Settle().ExpectUsedIndex(1).Build("without the bus master bit DRIVER_OK is gone, and no queue is served until it is back");
    }
}
