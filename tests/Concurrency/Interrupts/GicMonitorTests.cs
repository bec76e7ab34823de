using Ringcheck.Devices;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Interrupts;

/// <summary>Each rule of the GIC's monitor objects to the mistake that it is about, and to nothing else that is tried here.</summary>
public sealed class GicMonitorTests
{
    static void Finds(string rule, Action<GicBench> program, string memory = "sc") => Assert.StartsWith($"gic/{rule}: ", GicBench.Run(program, memory), StringComparison.Ordinal);

    [Fact]
    public void An_interrupt_is_acknowledged_once() => Finds("acknowledged-twice", bench =>
    {
        bench.BringUp(GicBench.Id);
        bench.Line.Set(true);
        bench.ReadCpu(GicCpu.Acknowledge);
        bench.ReadCpu(GicCpu.Acknowledge);
    });

    [Fact]
    public void What_is_not_active_is_not_ended() => Finds("end-not-active", bench => bench.WriteCpu(GicCpu.EndOfInterrupt, GicBench.Id));

    [Fact]
    public void Nothing_pending_is_not_ended() => Finds("end-not-active", bench => bench.WriteCpu(GicCpu.EndOfInterrupt, GicInterrupt.Spurious));

    [Theory]
    [InlineData("sc")]
    [InlineData("arm")]
    public void A_level_is_served_before_its_end(string memory) => Finds("ended-before-served", bench => ServeAfterEnd(bench, InterruptTrigger.Level), memory);

    /// <summary>An edge is not lost by that order, nor given again.</summary>
    [Fact]
    public void An_edge_may_be_served_after_its_end() => Assert.Null(GicBench.Run(bench => ServeAfterEnd(bench, InterruptTrigger.Edge)));

    /// <summary>Something new has come before the end, and is served as well: the level that was given had fallen.</summary>
    [Fact]
    public void A_level_may_be_high_again_at_its_end() => Assert.Null(GicBench.Run(bench =>
    {
        bench.Handle = () =>
        {
            var taken = bench.Gic.Acknowledge();
            bench.Line.Set(false);
            bench.Line.Set(true);
            bench.Gic.End(taken);
            bench.Line.Set(false);
        };
        bench.BringUp(GicBench.Id);
        bench.Line.Set(true);
        bench.Cpu.UnmaskInterrupts();
    }));

    static void ServeAfterEnd(GicBench bench, InterruptTrigger trigger)
    {
        bench.Handle = () =>
        {
            bench.Gic.End(bench.Gic.Acknowledge());
            bench.Cpu.ReadRegister32(new(GicV2.CpuBase + GicCpu.PriorityMask)); // the end has arrived
            bench.Line.Set(false);
        };
        bench.BringUp(GicBench.Id, trigger);
        bench.Line.Set(true);
        bench.Cpu.UnmaskInterrupts();
    }

    [Fact]
    public void An_end_names_the_sender_of_a_software_generated_interrupt() => Finds("end-not-active", bench =>
    {
        bench.BringUp(3, InterruptTrigger.Edge);
        bench.Gic.Send(3, 1);
        Assert.Equal(3u, bench.ReadCpu(GicCpu.Acknowledge));
        bench.WriteCpu(GicCpu.EndOfInterrupt, 3 | 1 << 10);
    });

    [Fact]
    public void Interrupts_end_in_the_reverse_order() => Finds("end-out-of-order", bench =>
    {
        bench.Machine.Monitors.JudgeDriver = false; // two are acknowledged: no handler nests here
        bench.BringUp(GicBench.Id);
        bench.BringUp(GicBench.Id + 1, priority: 0x40);
        bench.Line.Set(true);
        Assert.Equal(GicBench.Id, bench.ReadCpu(GicCpu.Acknowledge));
        bench.Other.Set(true);
        Assert.Equal(GicBench.Id + 1, bench.ReadCpu(GicCpu.Acknowledge));
        bench.Machine.Monitors.JudgeDriver = true;
        bench.WriteCpu(GicCpu.EndOfInterrupt, GicBench.Id);
    });

    [Theory]
    [InlineData("sc")]
    [InlineData("arm")]
    public void A_handler_ends_what_it_acknowledged(string memory) => Finds("not-ended", bench =>
    {
        bench.Handle = () =>
        {
            bench.Gic.Acknowledge();
            bench.Line.Set(false);
        };
        bench.BringUp(GicBench.Id);
        bench.Line.Set(true);
        bench.Cpu.UnmaskInterrupts();
    }, memory);

    [Fact]
    public void A_level_that_is_not_quenched_is_a_storm() => Finds("storm", bench =>
    {
        bench.Handle = () => bench.Gic.End(bench.Gic.Acknowledge());
        bench.BringUp(GicBench.Id);
        bench.Line.Set(true);
        bench.Cpu.UnmaskInterrupts();
        for (int i = 0; i < 100; i++) bench.Cpu.Load32(new(SimulatedMachine.RamBase));
    });

    [Fact]
    public void A_line_that_is_raised_again_and_again_is_none() => Assert.Null(GicBench.Run(bench =>
    {
        bench.BringUp(GicBench.Id);
        for (int i = 0; i < 100; i++)
        {
            bench.Line.Set(true);
            bench.Gic.End(bench.Gic.Acknowledge());
        }
    }));

    [Fact]
    public void An_enabled_interrupt_has_a_target() => Finds("enabled-without-target", bench => bench.Gic.Enable(GicBench.Id));

    [Fact]
    public void An_enabled_interrupt_keeps_its_trigger() => Finds("reconfigured-while-enabled", bench =>
    {
        bench.BringUp(GicBench.Id);
        bench.Gic.Configure(GicBench.Id, InterruptTrigger.Edge, 0, cpu: 0);
    });

    [Theory]
    [InlineData(GicDistributor.Control + 2, 2)]
    [InlineData(GicDistributor.SetEnable, 1)]
    [InlineData(GicDistributor.Priority + 1, 2)]
    public void Registers_have_their_width(uint offset, int width) => Finds("width", bench =>
    {
        if (width == 1) bench.Cpu.ReadRegister8(new(GicV2.DistributorBase + offset));
        else bench.Cpu.ReadRegister16(new(GicV2.DistributorBase + offset));
    });

    [Theory]
    [InlineData(0x00Cu)]
    [InlineData(GicDistributor.Type)]
    [InlineData(GicDistributor.SetEnable + 16)]
    [InlineData(GicDistributor.Priority + 128)]
    public void Reserved_registers_are_left_alone(uint offset) => Finds("reserved-register", bench => bench.WriteDistributor(offset, 0));

    [Fact]
    public void The_acknowledge_register_is_not_written() => Finds("reserved-register", bench => bench.WriteCpu(GicCpu.Acknowledge, 0));

    [Fact]
    public void Messages_are_edges() => Finds("message-level", bench =>
    {
        bench.BringUp(GicBench.MessageId);
        Send(bench, GicV2.MessageBase + GicMessageFrame.SetSpi, GicBench.MessageId);
    });

    [Fact]
    public void Messages_go_to_the_frame() => Finds("message-address", bench => Send(bench, GicV2.MessageBase, GicBench.MessageId));

    [Fact]
    public void Messages_are_interrupts_of_the_frame() => Finds("message-data", bench => Send(bench, GicV2.MessageBase + GicMessageFrame.SetSpi, GicBench.Id));

    static void Send(GicBench bench, ulong address, uint data) => bench.Machine.Interrupts.Message(address, data, null!);
}
