using Ringcheck.Qemu;
using Ringcheck.Standard;
using static Ringcheck.Standard.PciLegacyRegister;

namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>What QEMU 7.2's transitional virtio-blk on <c>pc</c> was seen to do by its ports: data/qemu-observed.md.</summary>
public static class PciLegacyFacts
{
    /// <summary>Beyond those of the modern interface: NOTIFY_ON_EMPTY, ANY_LAYOUT, and the bit that no driver may take.</summary>
    private const uint Features = 0x7900_6E54;

    public static IEnumerable<RegisterScript> All()
    {
        yield return New().Config(0, 0x1001_1AF4).Config(8, 0x0100_0000).Config(0x2C, 0x0002_1AF4).Read(0, uint.MaxValue, slot: PciBlock.Absent)
            .WriteConfig(0x10, uint.MaxValue).Config(0x10, 0xFFFF_FF81).Build("identity of a transitional function; BAR0 is 128 ports");
        yield return New().Read(DeviceFeatures, uint.MaxValue, slot: PciBlock.Legacy).AssignPorts().Read(DeviceFeatures, Features, slot: PciBlock.Legacy)
            .Read(QueueSize, 256, 2, PciBlock.Legacy).Read(QueueAddress, 0, slot: PciBlock.Legacy)
            .Read(Ringcheck.Standard.PciLegacyRegister.Config, (ulong)QemuFixture.Sectors, slot: PciBlock.Legacy)
            .Build("ports that nobody has read as ones; features, size and, without MSI-X, the capacity at 0x14");
        ScriptBuilder script = New().AssignPorts().Write(PciLegacyRegister.DeviceStatus, 0, 1, PciBlock.Legacy).Write(PciLegacyRegister.DeviceStatus, 3, 1, PciBlock.Legacy).Write(DriverFeatures, 0, slot: PciBlock.Legacy)
            .Write(QueueSelect, 0, 2, PciBlock.Legacy);
        yield return script.Write(QueueAddress, script.DescriptorTable / PageSize, slot: PciBlock.Legacy).Read(QueueAddress, script.DescriptorTable / PageSize, slot: PciBlock.Legacy)
            .Write(PciLegacyRegister.DeviceStatus, 7, 1, PciBlock.Legacy).Config(PciRegister.Command, 0x0010_0005)
            .Request(0, BlkRequestType.In, 5).MakeAvailable(0).Write(QueueNotify, 0, 2, PciBlock.Legacy).Settle().ExpectUsedIndex(1).Line(true)
            .Read(IsrStatus, 1, 1, PciBlock.Legacy).Read(IsrStatus, 0, 1, PciBlock.Legacy).Line(false)
            .Build("a request by the ports; DRIVER sets the bus master bit; reading ISR clears it and lowers the line");
    }

    private static ScriptBuilder New() => new(queueSize: 256, legacy: true);

    private static ScriptBuilder AssignPorts(this ScriptBuilder script) =>
        script.WriteConfig(PciRegister.Bar0, PciHomes.Bar0).WriteConfig(PciRegister.Command, PciCommand.IoSpace, 2);
}
