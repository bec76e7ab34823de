using Ringcheck.Exploration;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>cpu-switch</c>: kernel threads in two address spaces take turns on one CPU; each uses a page that is its own, and one of them floating point. An interrupt
/// may come at any time: taking it synchronises the context, so it can hide what is missing.
/// </summary>
sealed class CpuSwitchScenario : CpuScenario
{
    public const string Name = "cpu-switch", Summary = "context switches between two address spaces, with an interrupt at any time";

    const int Turns = 4;
    const uint DeviceInterrupt = 3;

    readonly ActionAgent device;
    long turns, interrupts;

    public CpuSwitchScenario() : base(cpus: 1) => device = Engine.Add(new ActionAgent("device", () =>
    {
        if (!Engine.Draining) interrupts++;
        Machine.Raise(0, DeviceInterrupt);
    }));

    public override string Bounds => "1 CPU, 2 threads, 4 switches, 1 interrupt";

    public override IReadOnlyList<Premise> Premises => [new("turns taken", turns, Required: true), new("interrupts raised", interrupts, Required: true)];

    protected override void PowerOn()
    {
        PresetKernelTable();
        Threads.Preset(Machine);
        Engine.Unblock(device);
    }

    protected override void RunCpu(int cpu)
    {
        Cpu.UnmaskInterrupts();
        var current = Threads.Boot;
        ulong stackPointer = Threads.BootStack;
        for (int turn = 0; turn < Turns; turn++)
        {
            var next = turn % 2 == 0 ? Threads.A : Threads.B;
            stackPointer = ContextSwitch.SwitchTo(Cpu, current, next, stackPointer);
            Expect(stackPointer, Threads.StackOf(next), "the stack pointer");
            Threads.Work(Cpu, next);
            current = next;
            if (!Engine.Draining) turns++;
        }
    }

    protected override void Ended()
    {
        Expect(Machine.Peek(CpuMap.FrameA.Value), Threads.WorkDone(Threads.A), "what thread A has written");
        Expect(Machine.Peek(CpuMap.FrameB.Value), Threads.WorkDone(Threads.B), "what thread B has written");
    }
}
