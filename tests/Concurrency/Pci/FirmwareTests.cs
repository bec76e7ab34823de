using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Pci;

/// <summary>PCI 3.0, 6.2.2, 6.2.3 and 6.8.2; Virtio 1.4, 2.4: a function that firmware has used, and what a kernel does with it. Scenarios: blk-pci-firmware, blk-pci-firmware-pin, blk-pc-firmware.</summary>
public sealed class FirmwareTests
{
    static PciBench Bench(out BlkDevice device)
    {
        var bench = PciBench.Virt();
        device = bench.Machine.PlugPci(
            new VirtioPciSettings { DeviceType = DeviceType.Block, IsLeftByFirmware = true },
            transport => new BlkDevice(bench.Machine, transport, "blk", new BlkSettings { Image = new SyntheticImage(64), QueueSizeMax = 8 }), device: 2);
        return bench;
    }

    static int Initialise(PciBench bench, SimMachine machine)
    {
        Assert.Equal(DriverStatus.Ok, bench.Info.Initialise(machine, bench.Table));
        return VirtioPci.Find(bench.Table, DeviceType.Block);
    }

    [Fact]
    public void A_function_that_is_opened_is_as_after_a_reset()
    {
        using var bench = Bench(out var device);
        bench.Run(machine =>
        {
            int index = Initialise(bench, machine);
            Assert.True(((PciTransport)device.Transport).Function.IsMsixEnabled);
            Assert.NotEqual(0u, device.Status);
            Assert.Equal(DriverStatus.Ok, VirtioPci.Open(machine, bench.Info, bench.Table, index, preferLegacy: false, out _));
            Assert.False(((PciTransport)device.Transport).Function.IsMsixEnabled);
            Assert.Equal((0u, false), (device.Status, device.AllQueues[0].Ready));
            PciAddress at = bench.Table[index].Address;
            const ushort wanted = PciCommand.MemorySpace | PciCommand.BusMaster;
            Assert.Equal(wanted, (ushort)(bench.Info.Config.Read16(machine, at, PciRegister.Command) & (wanted | PciCommand.InterruptDisable)));
            // Written together with the command register, it would be gone.
            Assert.Equal(PciStatus.ReceivedMasterAbort, (ushort)(bench.Info.Config.Read16(machine, at, PciRegister.Status) & PciStatus.Errors));
            bench.Info.Config.Write16(machine, at, PciRegister.Status, PciStatus.ReceivedMasterAbort);
            Assert.Equal(0, bench.Info.Config.Read16(machine, at, PciRegister.Status) & PciStatus.Errors);
        });
    }

    [Fact]
    public void A_device_that_runs_is_not_made_a_bus_master()
    {
        using var bench = Bench(out _);
        var violation = bench.Try(machine => bench.Table.EnableBusMaster(machine, bench.Info.Config, Initialise(bench, machine)));
        Assert.Equal("register-access/bus-master-before-reset", violation?.Key);
    }

    /// <summary>A message that firmware wrote is not sent, nor one of which a part is still firmware's.</summary>
    [Theory]
    [InlineData(PciMsix.AddressOffset)]
    [InlineData(PciMsix.AddressUpperOffset)]
    [InlineData(PciMsix.DataOffset)]
    public void A_vector_is_not_unmasked_before_all_of_it_is_written(uint leftOut)
    {
        using var bench = Bench(out _);
        var violation = bench.Try(machine =>
        {
            int index = Initialise(bench, machine);
            Assert.Equal(DriverStatus.Ok, Msix.Open(machine, bench.Info, bench.Table[index], out Msix msix));
            Assert.Equal(DriverStatus.Ok, msix.Enable(machine));
            foreach (uint word in new[] { PciMsix.AddressOffset, PciMsix.AddressUpperOffset, PciMsix.DataOffset })
            {
                if (word != leftOut) msix.Table.Write32(machine, word, 0);
            }
            msix.Unmask(machine, 0);
        });
        Assert.Equal("register-access/vector-left-over", violation?.Key);
    }

    [Fact]
    public void Messages_are_not_turned_on_before_firmwares_are_masked()
    {
        using var bench = Bench(out _);
        var violation = bench.Try(machine =>
        {
            int index = Initialise(bench, machine);
            Assert.Equal(DriverStatus.Ok, Msix.Open(machine, bench.Info, bench.Table[index], out Msix msix));
            bench.Info.Config.Write16(machine, msix.Address, msix.Capability + PciMsix.ControlOffset, PciMsix.Enable);
        });
        Assert.Equal("register-access/vector-left-over", violation?.Key);
    }
}
