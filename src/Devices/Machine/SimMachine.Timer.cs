using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Devices;

/// <content>The generic timer, where the machine has one: system registers, each access a scheduling point.</content>
public readonly partial struct SimMachine : IGenericTimer
{
    const ulong TimerMark = 4UL << 60;

    public uint CounterFrequency => machine.HasCounterFrequency ? SimulatedTimers.Frequency : 0;

    public ulong ReadCounter()
    {
        var cpu = machine.Engine.Running;
        cpu.Point();
        cpu.Active.Observed(TimerMark, Timers.Counter);
        return Timers.Counter;
    }

    public void WriteTimerCompare(ulong ticks) => Change(ticks, control: null);

    public uint ReadTimerControl()
    {
        var cpu = machine.Engine.Running;
        cpu.Point();
        uint control = Timers.ControlOf(cpu);
        cpu.Active.Observed(TimerMark, control);
        return control;
    }

    public void WriteTimerControl(uint control) => Change(compare: null, control);

    SimulatedTimers Timers => (machine.Interrupts as GicV2)?.Timers
        ?? throw new InvalidOperationException("only a machine with a GIC has generic timers here");

    void Change(ulong? compare, uint? control)
    {
        var cpu = machine.Engine.Running;
        cpu.Point();
        cpu.Active.Observed(TimerMark, 0);
        machine.Engine.Reducer?.BeginArrival();
        Timers.Write(cpu, compare, control);
        machine.Engine.Reducer?.EndArrival(0, 0, compare ?? control ?? 0);
    }
}
