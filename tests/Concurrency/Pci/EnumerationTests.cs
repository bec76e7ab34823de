using Ringcheck.Devices;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Pci;

/// <summary>PCI Local Bus 3.0, 6 and PCI-to-PCI Bridge Architecture 1.2, 12.1: what is found behind what, and which numbers buses get.</summary>
public sealed class EnumerationTests
{
    static string Addresses(PciBench bench)
        => string.Join(' ', Enumerable.Range(0, bench.Table.Count).Select(index => $"{bench.Table[index].Address.Bus:x2}:{bench.Table[index].Address.Device:x2}.{bench.Table[index].Address.Function}={bench.Table[index].DeviceId:x}"));

    static PciBench Tree(bool isPc)
    {
        var bench = isPc ? PciBench.Pc() : PciBench.Virt();
        bench.Plug(0x10, 2, [PciBench.Memory(0x1000)]);
        var first = bench.Bridge(0xB1, 3);
        var inner = bench.Bridge(0xB2, 0, behind: first);
        bench.Plug(0x11, 5, [PciBench.Wide(0x4000)], behind: inner);
        var last = bench.Bridge(0xB3, 4);
        bench.Plug(0x12, 1, [PciBench.Io(0x20)], behind: last, isMultiFunction: true);
        bench.Plug(0x13, 1, [], number: 3, behind: last);
        return bench;
    }

    [Theory]
    [InlineData(false, "00:00.0=8 00:02.0=10 00:03.0=b1 00:04.0=b3 01:00.0=b2 02:05.0=11 03:01.0=12 03:01.3=13")]
    [InlineData(true, "00:00.0=1237 00:01.0=7000 00:02.0=10 00:03.0=b1 00:04.0=b3 01:00.0=b2 02:05.0=11 03:01.0=12 03:01.3=13")]
    public void All_functions_behind_all_bridges_are_found_on_either_mechanism(bool isPc, string expected)
    {
        using var bench = Tree(isPc);
        bench.Run(machine => Assert.Equal(DriverStatus.Ok, bench.Info.Initialise(machine, bench.Table)));
        Assert.Equal(expected, Addresses(bench));
        Assert.Equal((1, 2), (bench.Entry(0xB1).SecondaryBus, bench.Entry(0xB1).SubordinateBus));
        Assert.Equal((2, 2), (bench.Entry(0xB2).SecondaryBus, bench.Entry(0xB2).SubordinateBus));
        Assert.Equal((3, 3), (bench.Entry(0xB3).SecondaryBus, bench.Entry(0xB3).SubordinateBus));
        Assert.All(Enumerable.Range(0, bench.Table.Count), index => Assert.Equal(DriverStatus.Ok, bench.Table[index].Status));
    }

    [Fact]
    public void Numbers_that_firmware_left_do_not_hide_a_bus()
    {
        using var bench = Tree(isPc: false);
        bench.Run(machine =>
        {
            // The bridge that comes last claims all buses, the first one an empty range.
            bench.Info.Config.Write8(machine, new(0, 4, 0), PciRegister.BridgeSecondaryBus, 1);
            bench.Info.Config.Write8(machine, new(0, 4, 0), PciRegister.BridgeSubordinateBus, 255);
            bench.Info.Config.Write8(machine, new(0, 3, 0), PciRegister.BridgeSecondaryBus, 9);
            Assert.Equal(DriverStatus.Ok, bench.Info.Initialise(machine, bench.Table));
        });
        Assert.Equal(8, bench.Table.Count);
    }

    [Fact]
    public void Two_bridges_that_forward_to_one_bus_are_reported()
    {
        using var bench = Tree(isPc: false);
        var found = bench.Try(machine =>
        {
            foreach (byte device in (ReadOnlySpan<byte>)[3, 4])
            {
                bench.Info.Config.Write8(machine, new(0, device, 0), PciRegister.BridgeSecondaryBus, 1);
                bench.Info.Config.Write8(machine, new(0, device, 0), PciRegister.BridgeSubordinateBus, 255);
            }
            bench.Info.Config.Read32(machine, new(1, 0, 0), PciRegister.VendorId);
        });
        Assert.Equal("pci/bus-claimed-twice", found?.Key);
        Assert.Contains("bus 1, to which bridgeb1 (1 to 255) and bridgeb3 (1 to 255) forward", found!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_without_function_0_is_not_looked_for_and_a_single_one_has_no_others()
    {
        using var bench = PciBench.Virt();
        bench.Plug(0x10, 2, [], number: 1);
        bench.Plug(0x11, 3, []);
        bench.Plug(0x12, 3, [], number: 2);
        bench.Run(machine => bench.Info.Initialise(machine, bench.Table));
        Assert.Equal("00:00.0=8 00:03.0=11", Addresses(bench));
    }

    [Fact]
    public void A_table_that_is_too_small_is_said_so()
    {
        using var bench = Tree(isPc: false);
        PciDeviceTable small = new(3);
        bench.Run(machine => Assert.Equal(DriverStatus.NoSpace, bench.Info.Initialise(machine, small)));
        Assert.Equal(3, small.Count);
    }

    [Fact]
    public void A_bridge_for_which_no_number_is_left_is_off()
    {
        using var bench = PciBench.Virt(highMemory: false);
        PciBridge? above = null;
        for (ushort i = 0; i < 17; i++) above = bench.Bridge((ushort)(0xB0 + i), 1, above);
        bench.Plug(0x10, 2, [PciBench.Memory(0x1000)], behind: above);
        bench.Run(machine => Assert.Equal(DriverStatus.Ok, bench.Info.Initialise(machine, bench.Table)));
        Assert.Equal(15, bench.Entry(0xB0).SubordinateBus);
        Assert.Equal(DriverStatus.NoSpace, bench.Entry(0xBF).Status);
        Assert.Equal(-1, bench.Table.Find(0x1234, 0x10));
    }

    [Fact]
    public void A_bridge_whose_numbers_do_not_stay_is_off()
    {
        using var bench = PciBench.Virt();
        var broken = bench.Host.Plug(new ScratchFunction(bench.Machine, "broken", PciBench.Ids(0xB1), []), 1);
        broken.Corrupt(PciRegister.HeaderType, PciHeaderType.Bridge);
        bench.Plug(0x10, 2, [PciBench.Memory(0x1000)]);
        bench.Run(machine => Assert.Equal(DriverStatus.Ok, bench.Info.Initialise(machine, bench.Table)));
        Assert.Equal(DriverStatus.DeviceError, bench.Entry(0xB1).Status);
        Assert.Equal(DriverStatus.Ok, bench.Entry(0x10).Status);
    }

    [Fact]
    public void An_unplugged_function_reads_as_all_ones_and_is_not_found_again()
    {
        using var bench = PciBench.Virt();
        var function = bench.Plug(0x10, 2, [PciBench.Memory(0x1000)]);
        bench.Run(machine =>
        {
            bench.Info.Initialise(machine, bench.Table);
            Assert.NotEqual(-1, bench.Table.Find(0x1234, 0x10));
            function.Unplug();
            Assert.Equal(uint.MaxValue, bench.Info.Config.Read32(machine, new(0, 2, 0), PciRegister.VendorId));
            bench.Info.Initialise(machine, bench.Table);
            Assert.Equal(-1, bench.Table.Find(0x1234, 0x10));
        });
    }

    [Fact]
    public void Boot_lines_say_what_there_is()
    {
        using var bench = PciBench.Virt();
        bench.Host.Plug(new ScratchFunction(bench.Machine, "blk", new() { VendorId = PciVendor.Virtio, DeviceId = 0x1042, ClassCode = 0x010000, Revision = 1, InterruptPin = 1 },
            [PciBench.Io(0x80), PciBench.Memory(0x1000), PciBench.None, PciBench.None, PciBench.Wide(0x4000)]), 2);
        bench.Bridge(0x0001, 3);
        bench.Run(machine => bench.Info.Initialise(machine, bench.Table));
        Assert.Equal("""
            [pci] 00:00.0 1b36:0008 class 06.00.00 rev 0
            [pci] 00:02.0 1af4:1042 class 01.00.00 rev 1 irq A -> 5 [virtio]
            [pci]   BAR0 io 0x1000 size 0x80
            [pci]   BAR1 mem32 0x10000000 size 0x1000
            [pci]   BAR4 mem64 0x8000000000 size 0x4000 prefetchable
            [pci] 00:03.0 1b36:0001 class 06.04.00 rev 0 [bridge to 01-01]

            """, bench.Console);
    }
}
