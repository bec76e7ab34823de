using System.Text.Json.Nodes;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Xunit;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>
/// How a kernel takes a function out of a running machine, and how it goes without being asked. <c>virt</c>: the slot of a root port, whose power is turned off (PCI Express Base 4.0, 7.5.3.10
/// "Slot Control Register"). <c>pc</c>: the eject register of QEMU's ACPI hot-plug (docs/specs/acpi_pci_hotplug.txt of QEMU).
/// </summary>
internal static class PciSlot
{
    /// <summary>The root port that <see cref="With"/> puts the disk behind.</summary>
    private const string Port = "slot1";

    private const uint SlotControl = 0x18, ExpressLength = 0x1C;
    private const ushort PowerOff = 1 << 10, IndicatorOff = 3 << 8;
    private const ushort EjectPort = 0xAE08, BusPort = 0xAE10;

    /// <summary>The same machine with the disk where it can be unplugged: on <c>virt</c>, its root bus does not let go.</summary>
    public static QemuOptions With(QemuOptions options) => options.Machine == QemuMachineKind.Pc
        ? options
        : options with { Bridges = [new(Port, Device: 4) { IsRootPort = true }], DiskOnPci = options.DiskOnPci! with { Device = 0, Bus = Port } };

    /// <summary>Asks the guest to let go, as an operator does. Nothing happens yet.</summary>
    public static void Request(DriverBench bench, string diskId = QemuOptions.DiskId) =>
        bench.Process.Qmp.Execute("device_del", new JsonObject { ["id"] = QemuOptions.DeviceOf(diskId) });

    /// <summary>The function goes, whether asked for or not. Returns once it has.</summary>
    public static void Eject(DriverBench bench, PciAddress function)
    {
        int from = bench.Process.Qmp.Events.Count;
        if (bench.Process.Machine == QemuMachineKind.Pc)
        {
            bench.Machine.WritePort32(new IoPort(BusPort), 0);
            bench.Machine.WritePort32(new IoPort(EjectPort), 1u << function.Device);
        }
        else
        {
            PowerSlotOff(bench, function);
        }

        Assert.True(bench.Process.Qmp.WaitForEvent("DEVICE_DELETED", from, timeoutMs: 5000), "QEMU did not say that the function is gone");
    }

    private static void PowerSlotOff(DriverBench bench, PciAddress function)
    {
        PciConfig config = bench.Way.Host().Config;
        for (int i = 0; i < bench.Functions.Count; i++)
        {
            PciFunctionInfo port = bench.Functions[i];
            if (port.SecondaryBus == 0 || port.SecondaryBus != function.Bus)
            {
                continue;
            }

            Assert.True(PciCapabilities.TryFind(bench.Machine, config, port.Address, Ringcheck.Standard.PciCapability.Express, ExpressLength, out PciCapabilityAt at));
            ushort control = config.Read16(bench.Machine, port.Address, at.Offset + SlotControl);
            config.Write16(bench.Machine, port.Address, at.Offset + SlotControl, (ushort)(control | PowerOff | IndicatorOff));
            return;
        }

        Assert.Fail("the function is behind no port");
    }
}
