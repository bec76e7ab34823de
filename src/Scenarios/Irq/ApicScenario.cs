using Ringcheck.Devices;
using Ringcheck.Kernel;
using Ringcheck.Ordering;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary><c>apic</c>: the kernel's local APIC and I/O APIC drivers and the same interrupt table as on a GIC, for a device that interrupts by a level.</summary>
sealed class ApicScenario : IrqScenario
{
    public const string Name = "apic", Summary = "local APIC and I/O APIC: a level-triggered device with two events, whose line may rise for nothing, and the kernel's interrupt table";

    const int Events = 2, Input = 16, Slot = 0;
    const uint Vector = LocalApicBit.FirstVector + Input;

    readonly Apic<SimMachine> apic;
    readonly InterruptTable<Apic<SimMachine>> table;

    public ApicScenario(MachineMemory memory)
        : base(memory, static machine => new Apics(machine))
    {
        _ = new EventSource(Machine, Machine.Interrupts.AddLine(Input), isLevel: true, Slot, Events);
        apic = new(new(Cpu, new(Apics.LocalBase)), new(Cpu, new(Apics.IoBase)));
        table = new(apic, capacity: 4);
    }

    public override string Bounds => $"{Events} events, {Engine.MaxPoints} points";

    protected override uint Expected => Events;

    protected override void PowerOn() => table.Clear();

    protected override void BringUp()
    {
        Check(apic.Local.Initialise());
        Check(apic.Io.Initialise());
        Check(table.Register(Vector, _ => EventSource.Serve(Cpu, Slot, Handled)));
        Check(apic.Io.Configure(Input, Vector, InterruptTrigger.Level, isActiveLow: false, apic.Local.Id));
        Check(apic.Io.Enable(Input));
    }

    protected override InterruptOutcome OnInterrupt() => table.Handle();
}
