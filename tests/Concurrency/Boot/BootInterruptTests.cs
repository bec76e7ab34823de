using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Boot;

/// <summary>Interrupts of a kernel that has booted: lines that are stuck, and lines that are masked.</summary>
public sealed class BootInterruptTests
{
    const uint DiskInterrupt = GicInterrupt.FirstShared + BootBench.DiskLine;

    /// <summary>A line that nobody has a reason for is masked after a few interrupts, and that is said.</summary>
    [Fact]
    public void A_storm_is_bounded_and_reported() => Assert.Null(BootBench.Run(static bench =>
    {
        bench.Line.Set(true);
        Assert.Equal(InterruptTable<VirtBoard<Ringcheck.Devices.SimMachine>>.MostUnclaimed, WaitOut(bench));
        Assert.All(bench.Outcomes.SkipLast(1), static outcome => Assert.Equal(InterruptOutcome.Unclaimed, outcome));
        Assert.Equal(InterruptOutcome.Masked, bench.Outcomes[^1]);
        Assert.EndsWith("[irq] 48: nobody claims it, masked\n", bench.Console, StringComparison.Ordinal);
    }));

    /// <summary>A request ends when its time is over, by the driver's last look, and the level is not lost while the line is masked.</summary>
    [Fact]
    public void A_device_whose_line_is_masked_is_heard_when_it_is_unmasked() => Assert.Null(BootBench.Run(static bench =>
    {
        Assert.Equal(DriverStatus.Ok, bench.Kernel.Disk(0).Read(new(3), bench.Buffer, timeoutMs: 100));
        Assert.Equal([InterruptOutcome.Handled], bench.Outcomes);
        Assert.Equal(DriverStatus.Ok, bench.Board.Disable(DiskInterrupt));
        var driver = bench.Kernel.Disk(0).Virtio!;
        Assert.Equal(DriverStatus.Ok, driver.Submit(BlkOperation.Read, new(4), [DmaSegment.Of(bench.Buffer)], out var id));
        Assert.Equal(DriverStatus.Ok, driver.Wait(id, 100, out _));
        Assert.Equal(100UL, bench.Engine.NowMs); // nobody has woken it: it has looked when its time was over
        Assert.Single(bench.Outcomes);
        Assert.Equal(DriverStatus.Ok, bench.Board.Enable(DiskInterrupt));
        WaitOut(bench);
        Assert.Equal(2, bench.Outcomes.Count); // its level has waited
    }));

    /// <summary>The timer's interrupt comes once for each deadline.</summary>
    [Fact]
    public void The_timer_ticks_once_for_each_deadline() => Assert.Null(BootBench.Run(static bench =>
    {
        for (uint expected = 1; expected <= 2; expected++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Kernel.SetDeadline(5));
            WaitOut(bench);
            Assert.Equal(expected, bench.Kernel.Ticks);
        }
    }));

    /// <summary>Too many handlers are an error of the disk, and what was registered for it until then is taken back.</summary>
    [Theory]
    [InlineData(true, 2, DriverStatus.InvalidArgument)]
    [InlineData(true, 1, DriverStatus.InvalidArgument)]
    [InlineData(false, 1, DriverStatus.NoSpace)]
    public void A_disk_that_fails_leaves_no_handler_behind(bool isOnPci, int handlers, DriverStatus status) => Assert.Null(BootBench.Run(bench =>
    {
        Assert.Equal(new(BootStage.Block, status), bench.Result);
        for (uint number = 0; number < 128; number++) Assert.Equal(number == GicInterrupt.VirtualTimer, bench.Kernel.Interrupts.IsRegistered(number));
    }, handlers, isOnPci));

    /// <summary>Lets time pass; returns how many interrupts there were until now.</summary>
    static int WaitOut(BootBench bench)
    {
        var deadline = bench.Cpu.DeadlineAfter(10);
        while (!bench.Cpu.HasPassed(deadline)) bench.Cpu.WaitForInterrupt(deadline);
        return bench.Outcomes.Count;
    }
}
