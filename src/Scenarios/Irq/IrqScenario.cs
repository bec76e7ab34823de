using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Ordering;

namespace Ringcheck.Scenarios;

/// <summary>
/// One CPU whose kernel brings an interrupt controller up, registers a handler, and sleeps until so many events were handled. They may happen at any moment. Judged: that each event is
/// handled, and once; that nothing comes for ever; and by the controller's monitor how it is used.
/// </summary>
abstract class IrqScenario : IBarrierScenario
{
    /// <summary>How many events were handled: written by the handler, read by the rest.</summary>
    protected static readonly CpuAddress Handled = new(SimulatedMachine.RamBase);

    long handled, spurious, unclaimed;

    protected IrqScenario(MachineMemory memory, Func<SimulatedMachine, InterruptController> interrupts)
    {
        Machine = new(1 << 20, memory, interrupts: interrupts);
        Cpu = new(Machine);
        Machine.Cpu.Handler = Enter;
    }

    public Engine Engine => Machine.Engine;

    public BarrierSites Barriers => Machine.Barriers;

    public IReadOnlyList<Operation> Program { get; set; } = [];

    public virtual IReadOnlyList<Premise> Premises =>
    [
        new("events handled", handled, Required: true),
        new("spurious interrupts", spurious, Required: false),
        new("interrupts that nobody claimed", unclaimed, Required: false),
        .. Machine.MemoryPremises,
    ];

    public abstract string Bounds { get; }

    protected SimulatedMachine Machine { get; }

    protected SimMachine Cpu { get; }

    /// <summary>Events that happen in an execution.</summary>
    protected abstract uint Expected { get; }

    public void Reset(Strategy strategy)
    {
        Machine.Reset(strategy);
        PowerOn();
    }

    public void Run()
    {
        Engine.Begins(-1, "brings up the controller and the device");
        BringUp();
        Engine.Begins(-1, "sleeps until all has happened");
        Cpu.UnmaskInterrupts();
        Cpu.MaskInterrupts();
        Progress();
        while (Cpu.Load32(Handled) < Expected)
        {
            Cpu.WaitForInterrupt(Deadline.Never);
            Cpu.UnmaskInterrupts();
            Cpu.MaskInterrupts();
            Progress();
        }
        Machine.Cpu.Finish();
        Engine.RunToRest();
        if (Engine.Draining) return;
        uint total = Machine.Ram.Load<uint>(Handled.Value);
        if (total != Expected) Fail("wrong-count", $"{total} events were handled, and {Expected} happened", "Count an event when it is taken from the device, and nowhere else.");
        Judge();
        handled += total;
    }

    public string Describe(Operation operation) => "nothing";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => Machine.Dispose();

    protected abstract void PowerOn();

    /// <summary>The kernel's part, until interrupts may come.</summary>
    protected abstract void BringUp();

    /// <summary>The kernel's interrupt entry.</summary>
    protected abstract InterruptOutcome OnInterrupt();

    /// <summary>After each interrupt: what else the kernel does.</summary>
    protected virtual void Progress()
    {
    }

    /// <summary>At the end, when all has come to rest.</summary>
    protected virtual void Judge()
    {
    }

    protected void Check(DriverStatus status)
    {
        if (status != DriverStatus.Ok) Fail("bring-up", $"the controller or the device could not be brought up: {status}", "Follow the architecture's order.");
    }

    protected void Fail(string rule, string message, string mend) => Engine.Fail(new("interrupts", rule, [], message, mend));

    void Enter()
    {
        Machine.Monitors.HandlerEntered();
        var outcome = OnInterrupt();
        if (!Engine.Draining)
        {
            if (outcome == InterruptOutcome.Spurious) spurious++;
            if (outcome == InterruptOutcome.Unclaimed) unclaimed++;
        }
        if (outcome == InterruptOutcome.Masked) Fail("masked", "the kernel has masked an interrupt of a device that is well", "A handler claims each interrupt for which its device has a reason.");
        Machine.Monitors.HandlerLeft();
    }
}
