using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <content>
/// Iterations of polling loops that fail leave nothing behind (the contract of the seam): neither do their loads in memory. If they did, what a CPU saw while it had nothing to do
/// would be before what it waits for, and executions in which it looks only once would need to be explored beside.
/// </content>
public sealed unsafe partial class WeakMemory
{
    /// <summary>Memory as it was before an iteration's first load.</summary>
    sealed class Iteration(SetViewMachine machine)
    {
        public readonly SetViewMachine Machine = machine;
        public uint Number;
        public long Operations;
        public int Event;
    }

    /// <summary>For each CPU its code's, and its interrupt handler's.</summary>
    readonly Iteration?[] iterations;

    static int IndexOf(CpuAgent cpu) => 2 * cpu.Id + (cpu.IsInHandler ? 1 : 0);

    /// <summary>Called before a CPU's load, in a polling loop.</summary>
    void Remember(CpuAgent cpu)
    {
        var iteration = iterations[IndexOf(cpu)] ??= new(new(machine.Model, machine.Threads));
        if (iteration.Number == cpu.Iteration) return;
        iteration.Number = cpu.Iteration;
        iteration.Machine.CopyFrom(machine);
        iteration.Operations = machine.OperationsBut(cpu.Id);
        iteration.Event = Audit.Record.Count;
    }

    /// <summary>The CPU's iteration has failed. What it read while others wrote stays: it cannot be told from what they did.</summary>
    internal void TakeBack(CpuAgent cpu)
    {
        if (iterations[IndexOf(cpu)] is not { } iteration || iteration.Number != cpu.Iteration || iteration.Operations != machine.OperationsBut(cpu.Id)) return;
        machine.CopyFrom(iteration.Machine);
        if (Audit.IsOn) Audit.Forget(cpu.Id, iteration.Event);
    }
}
