using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Qemu.Pci;

/// <summary>The kernel's PCI code on QEMU's <c>virt</c>: what it finds, behind a bridge too, and that its BARs answer where it put them.</summary>
public sealed class PciEnumerationTests
{
    private const int TimeoutMs = 60_000;

    private static readonly string[] Devices =
    [
        "-device", "virtio-rng-pci,addr=2,disable-legacy=on", "-device", "pcie-pci-bridge,id=behind,addr=3",
        "-device", "virtio-rng-pci,bus=behind,addr=5,disable-legacy=off",
    ];

    [Theory(Timeout = TimeoutMs)]
    [InlineData(true)]
    [InlineData(false)]
    public Task FunctionsAreFoundAndTheirBarsAnswer(bool highMemory)
    {
        QemuFixture.SkipUnlessInstalled();
        return Task.Run(() =>
        {
            string[] low = highMemory ? [] : ["-machine", "highmem=off"];
            using var qemu = QemuProcess.Start(QemuFixture.Installation, new QemuOptions { ExtraArguments = [.. low, .. Devices] });
            var machine = new QemuMachine(new QemuMachineState(qemu));
            var host = PciHostInfo.Virt(highMemory);
            PciDeviceTable table = new(16);
            Assert.Equal(DriverStatus.Ok, host.Initialise(machine, table));

            int first = table.Find(PciVendor.Virtio, 0x1044), second = table.Find(PciVendor.Virtio, 0x1005);
            Assert.Equal(new PciAddress(0, 2, 0), table[first].Address);
            Assert.Equal(new PciAddress(1, 5, 0), table[second].Address);
            Assert.Equal(5u, table[first].Interrupt);
            foreach (int index in (int[])[first, second])
            {
                Assert.Equal(DriverStatus.Ok, table[index].Status);
                Assert.Equal(DriverStatus.Ok, table.EnableBusMaster(machine, host.Config, index));
                Assert.Equal(DriverStatus.Ok, Msix.Open(machine, host, table[index], out Msix msix));
                Assert.Equal(2, msix.Count);
                Assert.Equal(DriverStatus.Ok, msix.Enable(machine));
                Assert.Equal(DriverStatus.Ok, msix.SetVector(machine, 1, new BusAddress(0x4000_1000), 7));
                Assert.Equal(DriverStatus.Ok, msix.Unmask(machine, 1));
                // BAR4 begins with the common configuration, whose queue_size is at 0x18: 8 entries.
                Assert.Equal(DriverStatus.Ok, host.Map(table[index], 4, out RegisterBlock registers));
                Assert.Equal(highMemory, registers.Address >= 1UL << 32);
                Assert.Equal(8, registers.Read16(machine, 0x18));
            }
        });
    }
}
