using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Pci;

/// <summary>PCI Local Bus 3.0, 3.2.2.3.2 and PCI Express 4.0, 7.2.2: accesses to configuration space, by both mechanisms.</summary>
public sealed class ConfigTests
{
    static readonly PciAddress At = new(0, 2, 0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_width_reads_its_own_bytes_and_writes_no_others(bool isPc)
    {
        using var bench = isPc ? PciBench.Pc() : PciBench.Virt();
        bench.Plug(0x5678, 2, []);
        bench.Run(machine =>
        {
            var config = bench.Info.Config;
            Assert.Equal(0x5678_1234u, config.Read32(machine, At, 0));
            Assert.Equal(0x5678, config.Read16(machine, At, 2));
            Assert.Equal(0x56, config.Read8(machine, At, 3));
            config.Write8(machine, At, PciRegister.InterruptLine, 0x55);
            Assert.Equal(0x0155u, config.Read32(machine, At, PciRegister.InterruptLine));
            config.Write16(machine, At, PciRegister.Command, 0xFFFF);
            Assert.Equal(PciCommand.Decode | PciCommand.BusMaster | PciCommand.ParityError | PciCommand.Serr | PciCommand.InterruptDisable, config.Read16(machine, At, PciRegister.Command));
            config.Write32(machine, At, PciRegister.VendorId, 0);
            Assert.Equal(0x5678_1234u, config.Read32(machine, At, 0));
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_there_is_no_function_all_ones_come_back_and_nobody_is_told(bool isPc)
    {
        using var bench = isPc ? PciBench.Pc() : PciBench.Virt();
        bench.Run(machine =>
        {
            foreach (PciAddress address in (PciAddress[])[new(0, 31, 7), new(0, 0, 1), new(1, 0, 0), new(255, 31, 7)])
            {
                Assert.Equal(uint.MaxValue, bench.Info.Config.Read32(machine, address, PciRegister.VendorId));
                bench.Info.Config.Write32(machine, address, PciRegister.Command, 7);
                Assert.Equal(0xFF, bench.Info.Config.Read8(machine, address, PciRegister.HeaderType));
            }
        });
    }

    [Fact]
    public void The_ports_reach_256_bytes_and_no_access_wraps()
    {
        using var bench = PciBench.Pc();
        bench.Plug(0x5678, 2, []);
        bench.Run(machine =>
        {
            Assert.Equal(uint.MaxValue, bench.Info.Config.Read32(machine, At, 0x100));
            Assert.Equal(ushort.MaxValue, bench.Info.Config.Read16(machine, At, 0xFF));
            bench.Info.Config.Write32(machine, At, 0x104, 0);
            Assert.Equal(0, bench.Info.Config.Read16(machine, At, PciRegister.Command));
        });
    }

    [Fact]
    public void Without_the_enable_bit_the_data_port_is_nobodys()
    {
        using var bench = PciBench.Pc();
        bench.Plug(0x5678, 2, []);
        bench.Run(machine =>
        {
            machine.WritePort32(new(PciConfigPort.Address), 0x1000);
            Assert.Equal(uint.MaxValue, machine.ReadPort32(new(PciConfigPort.Data)));
            Assert.Equal(0x1000u, machine.ReadPort32(new(PciConfigPort.Address)));
            machine.WritePort32(new(PciConfigPort.Address), 0x8000_1000);
            Assert.Equal(0x5678_1234u, machine.ReadPort32(new(PciConfigPort.Data)));
            machine.WritePort8(new(PciConfigPort.Address), 0);
            Assert.Equal(0x5678, machine.ReadPort16(new IoPort(PciConfigPort.Data) + 2));
        });
    }

    [Fact]
    public void Low_ecam_reaches_16_buses()
    {
        using var bench = PciBench.Virt(highMemory: false);
        Assert.Equal("register-access/unassigned-address", bench.Try(machine => machine.ReadRegister32(new(0x3F00_0000 + (16UL << 20))))?.Key);
        bench.Run(machine => Assert.Equal(uint.MaxValue, bench.Info.Config.Read32(machine, new(16, 0, 0), 0)));
    }

    [Fact]
    public void A_hostile_function_lies_in_its_configuration_and_nowhere_else()
    {
        using var bench = PciBench.Virt();
        bench.Plug(0x5678, 2, [PciBench.Memory(0x1000)], profile: DeviceProfile.Hostile);
        var seen = new HashSet<uint>();
        for (ulong seed = 1; seed < 3_000; seed++)
            bench.Run(machine => seen.Add(bench.Info.Config.Read32(machine, At, 0)), new Ringcheck.Exploration.RandomWalk(seed));
        Assert.Equal(new HashSet<uint> { 0, 0x5678_1234, 0x5678_1234 ^ 4, 0x1234_5678, ~0x5678_1234u, uint.MaxValue }, seen);
    }
}
