using Ringcheck.Devices;
using Ringcheck.Kernel;
using Ringcheck.Ordering;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>gic-level</c>, <c>gic-edge</c>: the kernel's GICv2 driver and interrupt table over the simulated GIC, for a device that interrupts by a level, or by edges. <c>gic-inherited</c>: over one
/// that somebody else has used before; there the level never rises for nothing, so that each interrupt has a reason.
/// </summary>
sealed class GicScenario : IrqScenario
{
    public const string LevelName = "gic-level", EdgeName = "gic-edge", InheritedName = "gic-inherited",
        LevelSummary = "GICv2: a level-triggered device with three events, whose line may rise for nothing, and the kernel's interrupt table",
        InheritedSummary = "GICv2 as firmware left it, all enabled, pending and active: a level-triggered device with three events",
        EdgeSummary = "GICv2: an edge-triggered device with three events, some of which arrive as one interrupt";

    const int Events = 3, Line = 4, Slot = 0;
    const uint Id = GicInterrupt.FirstShared + Line;

    readonly GicV2<SimMachine> gic;
    readonly InterruptTable<GicV2<SimMachine>> table;
    readonly InterruptTrigger trigger;

    public GicScenario(InterruptTrigger trigger, MachineMemory memory, bool isInherited = false)
        : base(memory, machine => new GicV2(machine, shared: 32) { IsInherited = isInherited })
    {
        this.trigger = trigger;
        _ = new EventSource(Machine, Machine.Interrupts.AddLine(Line), trigger == InterruptTrigger.Level, Slot, Events, mayGlitch: !isInherited);
        gic = new(Cpu, new(GicV2.DistributorBase), new(GicV2.CpuBase));
        table = new(gic, capacity: 4);
    }

    public override string Bounds => $"{Events} events, 32 shared interrupts, {Engine.MaxPoints} points";

    protected override uint Expected => Events;

    protected override void PowerOn() => table.Clear();

    protected override void BringUp()
    {
        Check(gic.Initialise());
        gic.InitialiseCpu();
        Check(table.Register(Id, Serve));
        Check(gic.Configure(Id, trigger, GicV2<SimMachine>.PlainPriority, cpu: 0));
        Check(gic.Enable(Id));
        if (trigger == InterruptTrigger.Edge) Serve(Id); // an edge before it was enabled was forgotten with all that was pending
    }

    protected override InterruptOutcome OnInterrupt() => table.Handle();

    bool Serve(uint number) => EventSource.Serve(Cpu, Slot, Handled);
}
