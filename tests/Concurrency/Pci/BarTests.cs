using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Pci;

/// <summary>PCI Local Bus 3.0, 6.2.5 and PCI-to-PCI Bridge Architecture 1.2, 3.2.5: sizes, addresses, windows, and who answers where.</summary>
public sealed class BarTests
{
    static void Initialise(PciBench bench, SimMachine machine) => Assert.Equal(DriverStatus.Ok, bench.Info.Initialise(machine, bench.Table));

    static RegisterBlock Map(PciBench bench, ushort id, int bar)
    {
        Assert.Equal(DriverStatus.Ok, bench.Info.Map(bench.Entry(id), bar, out RegisterBlock block));
        return block;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_kind_of_bar_is_sized_assigned_and_reached_through_bridges(bool isPc)
    {
        using var bench = isPc ? PciBench.Pc() : PciBench.Virt();
        PciBarShape[] bars = [PciBench.Io(0x20), PciBench.Memory(0x1000), PciBench.Wide(0x4000), PciBench.None, PciBench.Memory(0x10_0000, prefetchable: true)];
        bench.Plug(0x10, 2, bars);
        bench.Plug(0x11, 4, bars, behind: bench.Bridge(0xB2, 1, bench.Bridge(0xB1, 3)));
        bench.Run(machine =>
        {
            Initialise(bench, machine);
            uint stamp = 1;
            foreach (ushort id in (ushort[])[0x10, 0x11])
            {
                foreach (int bar in (int[])[0, 1, 2, 4])
                {
                    Assert.Equal((bars[bar].Kind, bars[bar].Size, bars[bar].IsPrefetchable), (bench.Entry(id).Bars[bar].Kind, bench.Entry(id).Bars[bar].Size, bench.Entry(id).Bars[bar].IsPrefetchable));
                    RegisterBlock block = Map(bench, id, bar);
                    Assert.Equal(bar == 0 && isPc, block.IsPorts);
                    Assert.Equal(bars[bar].Size, block.Length);
                    block.Write32(machine, 4, ++stamp);
                    Assert.Equal(stamp, block.Read32(machine, 4));
                    block.Write32(machine, block.Length - 4, stamp * 3);
                    Assert.Equal(stamp * 3, block.Read32(machine, block.Length - 4));
                }
            }
            Assert.Equal(2u, Map(bench, 0x10, 0).Read32(machine, 4));
        });
    }

    [Fact]
    public void A_64_bit_bar_goes_above_4_gib_only_where_all_bridges_lead_there()
    {
        using var bench = PciBench.Virt();
        bench.Plug(0x10, 2, [PciBench.Wide(0x4000, prefetchable: false)]);
        bench.Plug(0x11, 1, [PciBench.Wide(0x4000), PciBench.None, PciBench.Wide(0x4000, prefetchable: false)], behind: bench.Bridge(0xB1, 3));
        bench.Plug(0x12, 1, [PciBench.Wide(0x4000)], behind: bench.Bridge(0xB2, 4, hasPrefetchable: false));
        bench.Run(machine => Initialise(bench, machine));
        Assert.True(bench.Entry(0x10).Bars[0].BusAddress >= 1UL << 32);
        Assert.True(bench.Entry(0x11).Bars[0].BusAddress >= 1UL << 32);
        Assert.InRange(bench.Entry(0x11).Bars[2].BusAddress, 1UL, uint.MaxValue);
        Assert.InRange(bench.Entry(0x12).Bars[0].BusAddress, 1UL, uint.MaxValue);
    }

    /// <summary>6.2.5.1: both registers of a 64-bit BAR tell its size; one whose upper half keeps nothing has none that can be.</summary>
    [Fact]
    public void A_64_bit_bar_that_keeps_no_upper_half_is_wrong()
    {
        using var bench = PciBench.Virt();
        var function = bench.Plug(0x10, 2, [PciBench.Wide(0x1000)]);
        for (uint i = 0; i < sizeof(uint); i++) function.Corrupt(PciRegister.Bar0 + sizeof(uint) + i, 0);
        bench.Run(machine =>
        {
            Assert.Equal(DriverStatus.Ok, bench.Info.Initialise(machine, bench.Table));
            Assert.Equal(DriverStatus.DeviceError, bench.Entry(0x10).Status);
        });
    }

    [Fact]
    public void Cpu_and_bus_addresses_may_differ()
    {
        var settings = PciHostSettings.Virt() with { Windows = [new(PciSpace.Memory, 0x1000_0000, 0x8000_0000, 0x1000_0000), new(PciSpace.Io, 0x3EFF_0000, 0, 0x1_0000)] };
        var info = PciHostInfo.Virt(highMemory: true) with { Memory32 = new(0x1000_0000, IsPorts: false, 0x8000_0000, 0x1000_0000), Memory64 = default };
        using var bench = PciBench.With(settings, info);
        bench.Plug(0x10, 2, [PciBench.Wide(0x4000)]);
        bench.Run(machine =>
        {
            Initialise(bench, machine);
            Assert.Equal(0x8000_0000UL, bench.Entry(0x10).Bars[0].BusAddress);
            RegisterBlock block = Map(bench, 0x10, 0);
            Assert.Equal(0x1000_0000UL, block.Address);
            block.Write32(machine, 0, 7);
            Assert.Equal(7u, block.Read32(machine, 0));
        });
    }

    [Fact]
    public void What_does_not_fit_is_off_and_the_others_go_on()
    {
        var settings = PciHostSettings.Virt() with { Windows = [new(PciSpace.Memory, 0x1000_0000, 0x1000_0000, 0x40_0000)] };
        var info = PciHostInfo.Virt(highMemory: true) with { Memory32 = new(0x1000_0000, IsPorts: false, 0x1000_0000, 0x40_0000), Memory64 = default };
        using var bench = PciBench.With(settings, info);
        bench.Plug(0x10, 2, [PciBench.Memory(0x80_0000)]); // larger than the window
        bench.Plug(0x11, 3, [PciBench.Memory(0x20_0000), PciBench.Io(0x20)]); // there is no I/O
        var bridge = bench.Bridge(0xB1, 4);
        bench.Plug(0x12, 1, [PciBench.Memory(0x20_0000)], behind: bridge);
        bench.Plug(0x13, 2, [PciBench.Memory(0x10_0000)], behind: bridge);
        bench.Plug(0x14, 5, [PciBench.Memory(0x1000)]);
        bench.Plug(0x15, 6, [PciBench.Memory(0x1000), PciBench.Memory(0x40_0000)]); // one of the two would fit
        bench.Run(machine =>
        {
            Assert.Equal(DriverStatus.Ok, (bench.Info with { Io = default }).Initialise(machine, bench.Table));
            foreach (var (id, status) in ((ushort, DriverStatus)[])[(0x10, DriverStatus.NoSpace), (0x11, DriverStatus.NoSpace), (0x12, DriverStatus.Ok), (0x13, DriverStatus.Ok),
                (0x14, DriverStatus.Ok), (0x15, DriverStatus.NoSpace), (0xB1, DriverStatus.Ok)])
            {
                Assert.Equal((id, status), (id, bench.Entry(id).Status));
                bool isOn = (bench.Info.Config.Read16(machine, bench.Entry(id).Address, PciRegister.Command) & PciCommand.Decode) != 0;
                Assert.Equal(status == DriverStatus.Ok, isOn);
            }
            Assert.Equal(DriverStatus.NoDevice, bench.Info.Map(bench.Entry(0x15), 0, out _));
        });
        Assert.Contains("[OFF: no address space left]", bench.Console, StringComparison.Ordinal);
    }

    [Fact]
    public void Behind_a_bridge_that_does_not_fit_only_as_many_are_off_as_must_be()
    {
        var settings = PciHostSettings.Virt() with { Windows = [new(PciSpace.Memory, 0x1000_0000, 0x1000_0000, 0x38_0000)] };
        var info = PciHostInfo.Virt(highMemory: true) with { Memory32 = new(0x1000_0000, IsPorts: false, 0x1000_0000, 0x38_0000), Memory64 = default };
        using var bench = PciBench.With(settings, info);
        var bridge = bench.Bridge(0xB1, 4);
        for (ushort i = 0; i < 4; i++) bench.Plug((ushort)(0x10 + i), i, [PciBench.Memory(0x10_0000)], behind: bridge);
        bench.Plug(0x20, 5, [PciBench.Memory(0x1000)]);
        bench.Run(machine => Initialise(bench, machine));
        Assert.Equal([DriverStatus.Ok, DriverStatus.Ok, DriverStatus.Ok, DriverStatus.NoSpace], Enumerable.Range(0x10, 4).Select(id => bench.Entry((ushort)id).Status).Order());
        Assert.Equal(DriverStatus.Ok, bench.Entry(0x20).Status);
    }

    [Fact]
    public void A_bar_that_keeps_bits_it_may_not_is_no_bar()
    {
        using var bench = PciBench.Virt();
        var holes = bench.Plug(0x10, 2, [PciBench.Memory(0x1000)]);
        holes.Corrupt(PciRegister.Bar0 + 2, 0x40); // a bit of the address that is always set
        bench.Plug(0x11, 3, [PciBench.Memory(0x1000)]);
        bench.Run(machine => Initialise(bench, machine));
        Assert.Equal(DriverStatus.DeviceError, bench.Entry(0x10).Status);
        Assert.Equal(DriverStatus.Ok, bench.Entry(0x11).Status);
    }

    [Fact]
    public void Sizing_puts_the_register_back_and_decoding_is_off_meanwhile()
    {
        using var bench = PciBench.Virt();
        bench.Plug(0x10, 2, [PciBench.Memory(0x1000)]);
        bench.Run(machine =>
        {
            var config = bench.Info.Config;
            config.Write32(machine, new(0, 2, 0), PciRegister.Bar0, 0x1234_5000);
            config.Write16(machine, new(0, 2, 0), PciRegister.Command, PciCommand.Decode | PciCommand.BusMaster | PciCommand.Serr);
            PciScan.Run(machine, config, bench.Table);
            PciSizing.Run(machine, config, bench.Table);
            Assert.Equal(0x1234_5000u, config.Read32(machine, new(0, 2, 0), PciRegister.Bar0));
            Assert.Equal(PciCommand.Serr, config.Read16(machine, new(0, 2, 0), PciRegister.Command));
        });
    }

    [Fact]
    public void Nobody_answers_without_an_address_or_with_decoding_off_or_with_a_bridge_off()
    {
        using var bench = PciBench.Virt();
        var bridge = bench.Bridge(0xB1, 3);
        bench.Plug(0x10, 2, [PciBench.Memory(0x1000)], behind: bridge);
        bench.Machine.Monitors.JudgeDriver = false;
        bench.Run(machine =>
        {
            Assert.Equal(uint.MaxValue, machine.ReadRegister32(new(0x1000_0000)));
            Initialise(bench, machine);
            RegisterBlock block = Map(bench, 0x10, 0);
            block.Write32(machine, 0, 5);
            Assert.Equal(5u, block.Read32(machine, 0));
            foreach (ushort id in (ushort[])[0x10, 0xB1])
            {
                var address = bench.Entry(id).Address;
                bench.Info.Config.Write16(machine, address, PciRegister.Command, 0);
                Assert.Equal((uint.MaxValue, (ushort)0xFFFF, (byte)0xFF), (block.Read32(machine, 0), block.Read16(machine, 0), block.Read8(machine, 0)));
                block.Write32(machine, 0, 6);
                bench.Info.Config.Write16(machine, address, PciRegister.Command, PciCommand.MemorySpace);
                Assert.Equal(5u, block.Read32(machine, 0));
            }
            bench.Info.Config.Write16(machine, bench.Entry(0xB1).Address, PciRegister.BridgeMemoryBase, 0xFFF0);
            Assert.Equal(uint.MaxValue, block.Read32(machine, 0));
        });
    }

    [Fact]
    public void An_access_where_nobody_answers_is_told_to_the_driver()
        => Assert.Equal("register-access/unassigned-address", PciBench.Virt().Try(machine => machine.ReadRegister32(new(0x1000_0000)))?.Key);

    /// <summary>What was most likely forgotten, in the message and in what would mend it.</summary>
    [Theory]
    [InlineData("decode", "BAR0 of f10 (device 2.0) is there, and its function does not decode memory", "Memory Space Enable in the command register, once")]
    [InlineData("bridge decode", "BAR0 of f10 (device 2.0) is there, and bridgeb1 above it does not forward memory", "of each bridge above")]
    [InlineData("window", "no window of bridgeb1 above it is open for it (memory: closed, prefetchable memory: closed)", "Open a window of each bridge above")]
    [InlineData("upper half", "BAR0 of f11 (device 4.0) has that address but for its upper half, 0x80", "both registers of a 64-bit BAR")]
    [InlineData("unassigned", "BAR0 of f10 (device 2.0) has no address", "Assign each BAR an address")]
    [InlineData("beyond", "the nearest is BAR0 of f11 (device 4.0), from 0x8000000000 to 0x8000000fff", "Compare the offset")]
    public void Who_accesses_a_function_that_does_not_answer_is_told_why(string forgotten, string why, string mend)
    {
        using var bench = PciBench.Virt();
        bench.Plug(0x10, 2, [PciBench.Memory(0x1000)], behind: bench.Bridge(0xB1, 3));
        bench.Plug(0x11, 4, [PciBench.Wide(0x1000)]);
        var found = bench.Try(machine =>
        {
            Initialise(bench, machine);
            var (behind, bridge) = (bench.Entry(0x10).Address, bench.Entry(0xB1).Address);
            ulong at = Map(bench, 0x10, 0).Address, wide = Map(bench, 0x11, 0).Address;
            switch (forgotten)
            {
                case "decode": bench.Info.Config.Write16(machine, behind, PciRegister.Command, 0); break;
                case "bridge decode": bench.Info.Config.Write16(machine, bridge, PciRegister.Command, 0); break;
                case "window":
                    bench.Info.Config.Write16(machine, bridge, PciRegister.BridgeMemoryBase, 0xFFF0);
                    bench.Info.Config.Write16(machine, bridge, PciRegister.BridgePrefetchableBase, 0xFFF0);
                    break;
                case "upper half": at = (uint)wide; break;
                case "unassigned":
                    bench.Info.Config.Write32(machine, behind, PciRegister.Bar0, 0);
                    at = 0x10;
                    break;
                default: at = wide + 0x1010; break;
            }
            machine.ReadRegister32(new(at));
        });
        Assert.Equal("register-access/unassigned-address", found?.Key);
        Assert.Contains(why, found!.Message, StringComparison.Ordinal);
        Assert.Contains(mend, found.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_bars_that_overlap_the_first_answers_whatever_was_accessed_before()
    {
        using var bench = PciBench.Virt();
        bench.Plug(0x10, 2, [PciBench.Memory(0x1000)]);
        bench.Plug(0x11, 3, [PciBench.Memory(0x2000)]);
        bench.Run(machine =>
        {
            foreach (byte device in (byte[])[2, 3])
            {
                bench.Info.Config.Write32(machine, new(0, device, 0), PciRegister.Bar0, 0x1000_0000);
                bench.Info.Config.Write16(machine, new(0, device, 0), PciRegister.Command, PciCommand.MemorySpace);
            }
            machine.WriteRegister32(new(0x1000_1000), 8);
            machine.WriteRegister32(new(0x1000_0004), 9);
        });
        Assert.Equal([(0, 4u, 9UL)], ((ScratchFunction)bench.Host.Functions[1]).Written);
        Assert.Equal([(0, 0x1000u, 8UL)], ((ScratchFunction)bench.Host.Functions[2]).Written);
    }

    [Fact]
    public void Bus_mastering_needs_the_function_and_all_bridges_above()
    {
        using var bench = PciBench.Virt();
        var function = bench.Plug(0x10, 2, [PciBench.Memory(0x1000)], behind: bench.Bridge(0xB2, 1, bench.Bridge(0xB1, 3)));
        bench.Run(machine =>
        {
            Initialise(bench, machine);
            Assert.False(function.IsBusMaster);
            Assert.Equal(DriverStatus.Ok, bench.Table.EnableBusMaster(machine, bench.Info.Config, bench.Place(0x10)));
            Assert.True(function.IsBusMaster);
            bench.Table.DisableBusMaster(machine, bench.Info.Config, bench.Place(0xB1));
            Assert.False(function.IsBusMaster);
        });
    }
}
