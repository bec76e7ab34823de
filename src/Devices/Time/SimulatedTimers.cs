using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// The virtual timers of all CPUs (Arm Architecture Reference Manual, D12 "The Generic Timer"), on the engine's clock. Time passes when a timer's agent runs: then the engine's clock goes to
/// its compare value. A level that goes down does so at once; one that goes up may be seen late.
/// </summary>
public sealed class SimulatedTimers
{
    /// <summary>QEMU's.</summary>
    public const uint Frequency = 62_500_000;

    const uint TicksPerMs = Frequency / 1_000;

    struct Timer
    {
        public ulong Compare;
        public uint Control;
    }

    readonly SimulatedMachine machine;
    readonly Timer[] timers;
    readonly ActionAgent[] agents;
    readonly GicV2 gic;

    internal SimulatedTimers(SimulatedMachine machine, GicV2 gic)
    {
        this.machine = machine;
        this.gic = gic;
        timers = new Timer[machine.Cpus.Count];
        agents = [.. machine.Cpus.Select((cpu, i) => machine.Engine.Add(new ActionAgent($"cntv{i}", () => Fires(i)) { PassesTime = true }))];
    }

    internal ulong Counter => machine.Engine.NowMs * TicksPerMs;

    internal uint ControlOf(CpuAgent cpu) => timers[cpu.Id].Control | (Counter >= timers[cpu.Id].Compare ? GenericTimerControl.Status : 0);

    internal void Write(CpuAgent cpu, ulong? compare, uint? control)
    {
        ref var timer = ref timers[cpu.Id];
        timer.Compare = compare ?? timer.Compare;
        timer.Control = (control ?? timer.Control) & (GenericTimerControl.Enable | GenericTimerControl.Mask);
        bool isArmed = timer.Control == GenericTimerControl.Enable;
        bool isHigh = isArmed && Counter >= timer.Compare;
        gic.SetPrivate(cpu, GicInterrupt.VirtualTimer, isHigh);
        // What lies beyond the end of the clock never comes.
        if (isArmed && !isHigh && timer.Compare < ulong.MaxValue - TicksPerMs) machine.Engine.Unblock(agents[cpu.Id]);
        else machine.Engine.Block(agents[cpu.Id]);
    }

    void Fires(int cpu)
    {
        machine.Engine.AdvanceTo((timers[cpu].Compare + TicksPerMs - 1) / TicksPerMs);
        gic.SetPrivate(machine.Cpus[cpu], GicInterrupt.VirtualTimer, high: true);
    }

    internal void Reset() => Array.Clear(timers);

    internal void Fold(ref StateHasher hasher)
    {
        foreach (var timer in timers)
        {
            hasher.Add(timer.Compare);
            hasher.Add(timer.Control);
        }
    }
}
