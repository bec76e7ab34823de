using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Pci;

/// <summary>PCI Local Bus 3.0, 6.8.2 and 6.2.4: messages, masks and pending bits, and the pin that they are instead of.</summary>
public sealed class MsixTests
{
    static PciBench Bench(out ScratchFunction function, int vectors = 3)
    {
        var bench = PciBench.Virt();
        function = bench.Plug(0x10, 2, [PciBench.None, PciBench.Memory(0x1000)], vectors: vectors, behind: bench.Bridge(0xB1, 1));
        return bench;
    }

    static Msix Open(PciBench bench, SimMachine machine, bool asMaster = true)
    {
        Assert.Equal(DriverStatus.Ok, bench.Info.Initialise(machine, bench.Table));
        if (asMaster) Assert.Equal(DriverStatus.Ok, bench.Table.EnableBusMaster(machine, bench.Info.Config, bench.Place(0x10)));
        Assert.Equal(DriverStatus.Ok, Msix.Open(machine, bench.Info, bench.Entry(0x10), out Msix msix));
        return msix;
    }

    static uint? Taken(PciBench bench) => bench.Machine.Interrupts.TakeMessages() is not 0 and var taken ? (uint)System.Numerics.BitOperations.TrailingZeroCount(taken) : null;

    [Fact]
    public void A_vector_sends_its_message_once_it_is_unmasked()
    {
        using var bench = Bench(out var function);
        bench.Run(machine =>
        {
            Msix msix = Open(bench, machine);
            Assert.Equal(3, msix.Count);
            Assert.Equal(DriverStatus.Ok, msix.Enable(machine));
            for (ushort vector = 0; vector < 3; vector++) Assert.Equal(DriverStatus.Ok, msix.SetVector(machine, vector, new(0xFEE0_0000), 20u + vector));
            function.Signal(1);
            Assert.Null(Taken(bench));
            Assert.Equal((false, true, false), (msix.IsPending(machine, 0), msix.IsPending(machine, 1), msix.IsPending(machine, 2)));
            Assert.Equal(DriverStatus.Ok, msix.Unmask(machine, 1));
            Assert.Equal(21u, Taken(bench));
            Assert.False(msix.IsPending(machine, 1));
            function.Signal(1);
            Assert.Equal(21u, Taken(bench));
            Assert.Null(Taken(bench));
            Assert.Equal(DriverStatus.InvalidArgument, msix.Unmask(machine, 3));
        });
    }

    [Fact]
    public void The_mask_of_the_function_holds_all_vectors_back()
    {
        using var bench = Bench(out var function);
        bench.Run(machine =>
        {
            Msix msix = Open(bench, machine);
            msix.Enable(machine);
            msix.SetVector(machine, 2, new(0xFEE0_0000), 5);
            msix.Unmask(machine, 2);
            Assert.Equal(DriverStatus.Ok, msix.SetFunctionMask(machine, true));
            function.Signal(2);
            Assert.Null(Taken(bench));
            Assert.True(msix.IsPending(machine, 2));
            Assert.Equal(DriverStatus.Ok, msix.SetFunctionMask(machine, false));
            Assert.Equal(5u, Taken(bench));
        });
    }

    [Fact]
    public void Without_bus_mastering_or_with_msix_off_nothing_is_sent()
    {
        using var bench = Bench(out var function);
        bench.Run(machine =>
        {
            Msix msix = Open(bench, machine, asMaster: false);
            function.Signal(0);
            msix.Enable(machine);
            msix.SetVector(machine, 0, new(0xFEE0_0000), 5);
            msix.Unmask(machine, 0);
            function.Signal(0);
            Assert.Null(Taken(bench));
            Assert.False(msix.IsPending(machine, 0));
        });
    }

    [Fact]
    public void The_pin_is_high_unless_disabled_or_replaced_and_status_shows_it_always()
    {
        using var bench = Bench(out var function);
        int raised = 0;
        bench.Machine.Cpu.Handler = () =>
        {
            raised++;
            function.Raise(false);
        };
        bench.Run(machine =>
        {
            Msix msix = Open(bench, machine);
            machine.UnmaskInterrupts();
            function.Raise(true);
            machine.WaitForInterrupt(Deadline.Never);
            Assert.Equal(1, raised);
            PciInterrupts.SetDisabled(machine, bench.Info.Config, msix.Address, disabled: true);
            function.Raise(true);
            machine.WaitForInterrupt(machine.DeadlineAfter(1));
            Assert.Equal(1, raised);
            Assert.True(PciInterrupts.IsAsserted(machine, bench.Info.Config, msix.Address));
            PciInterrupts.SetDisabled(machine, bench.Info.Config, msix.Address, disabled: false);
            machine.WaitForInterrupt(machine.DeadlineAfter(1));
            Assert.Equal(2, raised);
            Assert.False(PciInterrupts.IsAsserted(machine, bench.Info.Config, msix.Address));
            msix.Enable(machine);
            function.Raise(true);
            machine.WaitForInterrupt(machine.DeadlineAfter(1));
            Assert.Equal(2, raised);
            Assert.Equal(DriverStatus.Ok, msix.Disable(machine));
            machine.WaitForInterrupt(machine.DeadlineAfter(1));
            Assert.Equal(3, raised);
        });
    }

    [Fact]
    public void Pins_are_turned_by_bridges_and_devices()
    {
        using var virt = PciBench.Virt();
        virt.Plug(0x10, 1, [], pin: 1);
        virt.Plug(0x11, 2, [], pin: 4);
        virt.Plug(0x12, 5, [], pin: 2, behind: virt.Bridge(0xB1, 3));
        virt.Plug(0x13, 6, [], pin: 0);
        virt.Plug(0x14, 7, [], pin: 9);
        virt.Run(machine => virt.Info.Initialise(machine, virt.Table));
        // 3 + (pin - 1 + device) % 4; behind the bridge, INTB# of device 5 is INTC# of device 3.
        Assert.Equal((4u, 3u + 1, 3u + 1), (virt.Entry(0x10).Interrupt, virt.Entry(0x11).Interrupt, virt.Entry(0x12).Interrupt));
        Assert.False(virt.Entry(0x13).HasInterrupt);
        Assert.False(virt.Entry(0x14).HasInterrupt);

        using var pc = PciBench.Pc();
        pc.Plug(0x10, 2, [], pin: 1);
        pc.Plug(0x11, 3, [], pin: 1);
        pc.Plug(0x12, 4, [], pin: 1);
        pc.Run(machine =>
        {
            pc.Info.Config.Write8(machine, new(0, 1, 0), PiixRoute.First + 3, 5);
            pc.Info.Initialise(machine, pc.Table);
            Assert.Equal(10, pc.Info.Config.Read8(machine, new(0, 2, 0), PciRegister.InterruptLine));
        });
        Assert.Equal((10u, 11u, 5u), (pc.Entry(0x10).Interrupt, pc.Entry(0x11).Interrupt, pc.Entry(0x12).Interrupt));
    }

    [Fact]
    public void A_pin_that_two_share_is_high_until_both_are_low()
    {
        using var bench = PciBench.Virt();
        var first = bench.Plug(0x10, 1, [], pin: 1);
        var second = bench.Plug(0x11, 5, [], pin: 1);
        int raised = 0;
        bench.Machine.Cpu.Handler = () =>
        {
            if (++raised == 1) first.Raise(false);
            else second.Raise(false);
        };
        bench.Run(machine =>
        {
            bench.Info.Initialise(machine, bench.Table);
            Assert.Equal(bench.Entry(0x10).Interrupt, bench.Entry(0x11).Interrupt);
            first.Raise(true);
            second.Raise(true);
            machine.UnmaskInterrupts();
            machine.WaitForInterrupt(machine.DeadlineAfter(1));
            Assert.Equal(2, raised);
        });
    }

    [Theory]
    [InlineData(0x04u, 0x06)] // table in a BAR that does not exist
    [InlineData(0x04u, 0x07)] // reserved BAR indicator
    [InlineData(0x05u, 0x10)] // table beyond the end of the BAR
    [InlineData(0x0Au, 0x10)] // pending bits far beyond it
    [InlineData(0x03u, 0x07)] // 2048 entries: more than there is room for
    [InlineData(0x09u, 0x00)] // pending bits on top of the table
    public void A_capability_that_points_elsewhere_is_refused(uint offset, byte value)
    {
        using var bench = Bench(out var function);
        function.Corrupt(0x40 + offset, value);
        bench.Run(machine =>
        {
            bench.Info.Initialise(machine, bench.Table);
            Assert.Equal(DriverStatus.DeviceError, Msix.Open(machine, bench.Info, bench.Entry(0x10), out _));
        });
    }

    [Fact]
    public void Without_the_capability_it_is_not_supported_and_one_vector_is_enough()
    {
        using var none = Bench(out _, vectors: 0);
        none.Run(machine =>
        {
            none.Info.Initialise(machine, none.Table);
            Assert.Equal(DriverStatus.NotSupported, Msix.Open(machine, none.Info, none.Entry(0x10), out _));
        });
        using var one = Bench(out var function, vectors: 1);
        one.Run(machine =>
        {
            Msix msix = Open(one, machine);
            Assert.Equal(1, msix.Count);
            msix.Enable(machine);
            msix.SetVector(machine, 0, new(0xFEE0_0000), 9);
            msix.Unmask(machine, 0);
            function.Signal(0);
            function.Signal(1);
            Assert.Equal(9u, Taken(one));
            Assert.Null(Taken(one));
        });
    }

    [Fact]
    public void A_function_that_does_not_keep_its_enable_bit_is_left_with_its_pin()
    {
        using var bench = Bench(out var function);
        function.Corrupt(0x43, 0);
        bench.Run(machine =>
        {
            Msix msix = Open(bench, machine);
            Assert.Equal(DriverStatus.DeviceError, msix.Enable(machine));
            Assert.Equal(0, bench.Info.Config.Read16(machine, msix.Address, PciRegister.Command) & PciCommand.InterruptDisable);
        });
    }
}
