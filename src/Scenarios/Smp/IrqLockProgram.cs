using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using SpinLock = Ringcheck.Kernel.SpinLock;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>lock-irq</c>: main code of two CPUs and an interrupt handler of the first count under one lock. The handler may come at any moment at which interrupts are
/// not masked, and wait for the other CPU.
/// </summary>
sealed class IrqLockProgram(string variant) : LockProgram(cpus: 2, rounds: 1, variant)
{
    public const string Name = "lock-irq", Summary = "two CPUs and an interrupt handler count under an interrupt-safe lock";

    const string NoMask = "no-mask", UnmaskedEarly = "unmasked-early";

    public static readonly IReadOnlyList<string> Wrong = [NoMask, UnmaskedEarly];

    static readonly Hal.CpuAddress Word = SmpScenario.At(LockOffset);

    InterruptLine line = null!;
    ActionAgent source = null!;

    static IrqLock Lock => new(Word);

    /// <summary>Once by each CPU, and once by the handler.</summary>
    protected override uint Expected => base.Expected + 1;

    public override string Bounds => "each takes the lock once, the handler too";

    public override void Build(SmpScenario scenario)
    {
        base.Build(scenario);
        line = scenario.Machine.Interrupts.AddLine(0);
        source = scenario.Engine.Add(new ActionAgent("source", () => line.Set(true)));
        scenario.Machine.Cpu.Handler = OnInterrupt;
    }

    public override void PowerOn() => Scenario.Engine.Unblock(source);

    public override void Run(int cpu)
    {
        if (cpu == 0) Cpu.UnmaskInterrupts();
        if (Variant == NoMask) CountWithoutMasking();
        else CountMasked();
    }

    void CountWithoutMasking()
    {
        new SpinLock(Word).Acquire(Cpu);
        CountOnce();
        new SpinLock(Word).Release(Cpu);
    }

    void CountMasked()
    {
        bool wasMasked = Lock.Acquire(Cpu);
        CountOnce();
        if (Variant == UnmaskedEarly) Cpu.UnmaskInterrupts();
        Lock.Release(Cpu, wasMasked);
    }

    /// <summary>The handler comes in the end, if it has not come before.</summary>
    public override void TearDown()
    {
        Cpu.MaskInterrupts();
        while (Cpu.Load32(SmpScenario.At(FirstOffset)) < Expected)
        {
            Cpu.WaitForInterrupt(Hal.Deadline.Never);
            Cpu.UnmaskInterrupts();
            Cpu.MaskInterrupts();
        }
    }

    void OnInterrupt()
    {
        Scenario.Machine.Monitors.HandlerEntered();
        line.Set(false);
        bool wasMasked = Lock.Acquire(Cpu);
        CountOnce();
        Lock.Release(Cpu, wasMasked);
        Scenario.Machine.Monitors.HandlerLeft();
    }
}
