using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Ordering;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary><c>timer</c>: a kernel's tick, the generic timer over the GIC. Time may pass at any moment; each deadline comes once, and not before its time.</summary>
sealed class TimerScenario : IrqScenario
{
    public const string Name = "timer", Summary = "generic timer: three deadlines over the GIC, time passes at any moment";

    const uint Ticks = 3, PeriodMs = 10, Id = GicInterrupt.VirtualTimer;

    readonly GicV2<SimMachine> gic;
    readonly InterruptTable<GicV2<SimMachine>> table;
    readonly GenericTimer<SimMachine> timer;
    ulong deadline;

    public TimerScenario(MachineMemory memory)
        : base(memory, static machine => new GicV2(machine, shared: 32))
    {
        Engine.TimersOnlyWhenIdle = false;
        gic = new(Cpu, new(GicV2.DistributorBase), new(GicV2.CpuBase));
        table = new(gic, capacity: 2);
        timer = new(Cpu);
    }

    public override string Bounds => $"{Ticks} deadlines, {Engine.MaxPoints} points";

    protected override uint Expected => Ticks;

    protected override void PowerOn() => table.Clear();

    protected override void BringUp()
    {
        Check(gic.Initialise());
        gic.InitialiseCpu();
        Check(table.Register(Id, Tick));
        Check(gic.Configure(Id, InterruptTrigger.Level, GicV2<SimMachine>.PlainPriority, cpu: 0));
        deadline = timer.Now + timer.TicksOf(PeriodMs);
        Check(timer.SetDeadline(deadline));
        Check(gic.Enable(Id));
    }

    protected override InterruptOutcome OnInterrupt() => table.Handle();

    protected override void Judge()
    {
        if (Engine.NowMs < Ticks * PeriodMs) Fail("early", $"{Ticks} deadlines of {PeriodMs} ms have passed after {Engine.NowMs} ms", "Round a deadline up.");
    }

    /// <summary>The next deadline follows the last one, not the moment at which it was noticed.</summary>
    bool Tick(uint number)
    {
        if (!timer.HasFired()) return false;
        if (timer.Now < deadline) Fail("early", "the timer has fired before its deadline", "Compare with the counter.");
        uint ticks = Cpu.Load32(Handled) + 1;
        Cpu.Store32(Handled, ticks);
        if (ticks == Ticks) return true;
        deadline += timer.TicksOf(PeriodMs);
        Check(timer.SetDeadline(deadline));
        return true;
    }
}
