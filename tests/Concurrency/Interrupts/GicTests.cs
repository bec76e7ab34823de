using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Interrupts;

/// <summary>The kernel's GICv2 driver, its message frame and its interrupt table over the simulated GIC, step by step.</summary>
public sealed class GicTests
{
    static void Passes(Action<GicBench> program) => Assert.Null(GicBench.Run(program));

    [Fact]
    public void Nothing_pending_is_spurious() => Passes(bench =>
    {
        Assert.True(bench.Gic.Acknowledge().IsNone);
        Assert.Equal(GicInterrupt.Spurious, bench.ReadCpu(GicCpu.Acknowledge));
    });

    [Fact]
    public void A_level_that_has_fallen_is_spurious_and_an_edge_is_not() => Passes(bench =>
    {
        bench.BringUp(GicBench.Id);
        bench.BringUp(GicBench.Id + 1, InterruptTrigger.Edge);
        bench.Line.Set(true);
        bench.Line.Set(false);
        Assert.True(bench.Gic.Acknowledge().IsNone);
        bench.Other.Set(true);
        bench.Other.Set(false);
        Assert.Equal(GicBench.Id + 1, bench.Gic.Acknowledge().Number);
    });

    [Fact]
    public void The_more_urgent_interrupt_comes_first_and_of_equals_the_lower_number() => Passes(bench =>
    {
        bench.BringUp(GicBench.Id, priority: 0x80);
        bench.BringUp(GicBench.Id + 1, priority: 0x70);
        bench.Line.Set(true);
        bench.Other.Set(true);
        var first = bench.Gic.Acknowledge();
        Assert.Equal(GicBench.Id + 1, first.Number);
        bench.Other.Set(false);
        bench.Gic.End(first);
        Assert.Equal(GicBench.Id, bench.Gic.Acknowledge().Number);
    });

    [Fact]
    public void The_priority_mask_holds_back_what_is_not_more_urgent() => Passes(bench =>
    {
        bench.BringUp(GicBench.Id, priority: 0x80);
        bench.WriteCpu(GicCpu.PriorityMask, 0x80);
        bench.Line.Set(true);
        Assert.True(bench.Gic.Acknowledge().IsNone);
        bench.WriteCpu(GicCpu.PriorityMask, 0x90);
        Assert.Equal(GicBench.Id, bench.Gic.Acknowledge().Number);
    });

    [Fact]
    public void A_disabled_interrupt_waits() => Passes(bench =>
    {
        bench.BringUp(GicBench.Id);
        Assert.Equal(DriverStatus.Ok, bench.Gic.Disable(GicBench.Id));
        bench.Line.Set(true);
        Assert.True(bench.Gic.Acknowledge().IsNone);
        bench.Gic.Enable(GicBench.Id);
        Assert.Equal(GicBench.Id, bench.Gic.Acknowledge().Number);
    });

    /// <summary>From its return on: the write has arrived, whatever the memory.</summary>
    [Theory]
    [InlineData("sc")]
    [InlineData("arm")]
    public void A_disabled_interrupt_is_given_no_more(string memory)
    {
        IScenario Build() => new GicBench(bench =>
        {
            bench.Handle = () => bench.Engine.Fail(new("test", "given", [], "an interrupt is given that was disabled", ""));
            bench.BringUp(GicBench.Id);
            bench.Gic.Disable(GicBench.Id);
            bench.Line.Set(true);
            bench.Cpu.UnmaskInterrupts();
            bench.Cpu.Load32(new(SimulatedMachine.RamBase));
        }, memory);
        var result = new Explorer(Build, StrategyCatalog.Create("deepening", 1, Build), new(500)).Run(TestContext.Current.CancellationToken);
        Assert.Null(result.Violation?.Message);
    }

    /// <summary>What an earlier owner left enabled, pending and active is none of this kernel's, of shared interrupts and of a CPU's own.</summary>
    [Theory]
    [InlineData(GicBench.Id)]
    [InlineData(GicInterrupt.VirtualTimer)]
    public void What_was_inherited_is_forgotten(uint id) => Assert.Null(GicBench.Run(bench =>
    {
        Assert.True(bench.Gic.Acknowledge().IsNone);
        bench.BringUp(id);
        Assert.True(bench.Gic.Acknowledge().IsNone);
        if (id == GicBench.Id) bench.Line.Set(true);
        else new GenericTimer<SimMachine>(bench.Cpu).SetDeadline(0);
        Assert.Equal(id, bench.Gic.Acknowledge().Number);
    }, isInherited: true));

    [Fact]
    public void What_there_is_not_is_refused() => Passes(bench =>
    {
        Assert.Equal(128u, bench.Gic.Count);
        Assert.Equal(DriverStatus.InvalidArgument, bench.Gic.Configure(128, InterruptTrigger.Level, 0, 0));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Gic.Configure(40, InterruptTrigger.Level, 0, cpu: 8));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Gic.Configure(3, InterruptTrigger.Level, 0, 0));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Gic.Enable(128));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Gic.Send(16, 1));
    });

    [Fact]
    public void A_message_becomes_an_interrupt_of_its_own() => Passes(bench =>
    {
        var frame = new GicV2m<SimMachine>(bench.Cpu, bench.Gic, new(GicV2.MessageBase), new(GicV2.MessageBase));
        Assert.Equal(DriverStatus.Ok, frame.Initialise());
        Assert.Equal(DriverStatus.Ok, frame.Allocate(0xA0, 0, out var first));
        Assert.Equal(DriverStatus.Ok, frame.Allocate(0xA0, 0, out var second));
        Assert.NotEqual(first.Interrupt, second.Interrupt);
        bench.Gic.Enable(second.Interrupt);
        bench.Machine.Interrupts.Message(second.Address.Value, second.Data, null!);
        var taken = bench.Gic.Acknowledge();
        Assert.Equal(second.Interrupt, taken.Number);
        bench.Gic.End(taken);
        Assert.Equal(DriverStatus.Ok, frame.Free(first.Interrupt));
        Assert.Equal(DriverStatus.InvalidArgument, frame.Free(first.Interrupt));
        for (int i = 0; i < 47; i++) Assert.Equal(DriverStatus.Ok, frame.Allocate(0xA0, 0, out _));
        Assert.Equal(DriverStatus.NoSpace, frame.Allocate(0xA0, 0, out _));
    });

    [Fact]
    public void An_interrupt_that_nobody_handles_is_masked_and_reported() => Passes(bench =>
    {
        var table = new InterruptTable<GicV2<SimMachine>>(bench.Gic, 1);
        bench.BringUp(GicBench.Id);
        bench.Line.Set(true);
        Assert.Equal(InterruptOutcome.Masked, table.Handle());
        Assert.Equal(GicBench.Id, table.Last);
        Assert.Equal(InterruptOutcome.Spurious, table.Handle());
    });

    [Fact]
    public void A_shared_interrupt_asks_all_and_is_masked_when_none_claims_it_for_too_long() => Passes(bench =>
    {
        var table = new InterruptTable<GicV2<SimMachine>>(bench.Gic, 2);
        int asked = 0;
        Assert.Equal(DriverStatus.Ok, table.Register(GicBench.Id, _ => asked++ < 2));
        Assert.Equal(DriverStatus.Ok, table.Register(GicBench.Id, _ => asked++ < 0));
        Assert.Equal(DriverStatus.NoSpace, table.Register(GicBench.Id, _ => true));
        bench.BringUp(GicBench.Id);
        bench.Line.Set(true);
        Assert.Equal(InterruptOutcome.Handled, table.Handle());
        Assert.Equal(2, asked);
        for (int i = 1; i < InterruptTable<GicV2<SimMachine>>.MostUnclaimed; i++) Assert.Equal(InterruptOutcome.Unclaimed, table.Handle());
        Assert.Equal(InterruptOutcome.Masked, table.Handle());
    });

    [Fact]
    public void The_timer_interrupts_until_it_is_stopped_and_a_deadline_that_has_passed_is_not_lost() => Passes(bench =>
    {
        var timer = new GenericTimer<SimMachine>(bench.Cpu);
        bench.BringUp(GicInterrupt.VirtualTimer);
        Assert.False(timer.HasFired());
        Assert.Equal(DriverStatus.Ok, timer.SetDeadline(timer.Now + timer.TicksOf(5)));
        Assert.True(bench.Gic.Acknowledge().IsNone);
        bench.Cpu.WaitForInterrupt(Hal.Deadline.Never);
        Assert.Equal(5u, bench.Engine.NowMs);
        var taken = bench.Gic.Acknowledge();
        Assert.Equal(GicInterrupt.VirtualTimer, taken.Number);
        Assert.True(timer.HasFired());
        bench.Gic.End(taken);
        Assert.True(bench.Gic.Acknowledge().IsNone);
        timer.SetDeadline(0);
        Assert.Equal(GicInterrupt.VirtualTimer, bench.Gic.Acknowledge().Number);
    });
}
