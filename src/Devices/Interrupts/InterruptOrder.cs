using System.Numerics;
using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>
/// What interrupts that are messages push before them, for each CPU, on memories that order no more than they must. Messages that were not taken yet arrive as one: the handler runs once
/// for them.
/// </summary>
sealed class InterruptOrder
{
    const int None = -1;

    readonly SimulatedMachine machine;
    readonly int[] messages;
    readonly List<int>[] sent;

    public InterruptOrder(SimulatedMachine machine)
    {
        this.machine = machine;
        messages = new int[machine.Cpus.Count];
        sent = [.. machine.Cpus.Select(_ => new List<int>())];
        Array.Fill(messages, None);
    }

    /// <summary>A master's earlier accesses come before the handlers of these CPUs, one bit for each.</summary>
    public void PushBefore(uint cpus, DmaPort sender)
    {
        if (machine.Weak is not { } memory) return;
        for (; cpus != 0; cpus &= cpus - 1)
        {
            int cpu = BitOperations.TrailingZeroCount(cpus);
            memory.Engine.Reducer?.NoteLine(machine.Cpus[cpu], high: true); // each message is an event of the line, though it is high already
            int newer = memory.Machine.SendAfterAll(sender.Thread);
            if (messages[cpu] != None)
            {
                memory.Machine.Join(newer, messages[cpu]);
                memory.Machine.Drop(messages[cpu]);
            }
            messages[cpu] = newer;
            if (memory.Audit.IsOn) sent[cpu].Add(memory.Audit.SendAfterAll(sender.Thread, "the interrupt message"));
        }
    }

    /// <summary>A CPU enters its handler.</summary>
    public void Taken(CpuAgent cpu)
    {
        if (messages[cpu.Id] == None) return;
        var memory = machine.Weak!;
        foreach (int each in sent[cpu.Id]) memory.Audit.Receive(cpu.Id, each);
        sent[cpu.Id].Clear();
        memory.Machine.Receive(cpu.Id, messages[cpu.Id]);
        memory.Machine.Drop(messages[cpu.Id]);
        messages[cpu.Id] = None;
    }

    public void Fold(ref StateHasher hasher)
    {
        foreach (int message in messages)
        {
            if (message == None) continue;
            var (a, b) = machine.Weak!.Machine.FingerprintOf(message);
            hasher.Add(a);
            hasher.Add(b);
        }
    }

    public void Reset()
    {
        Array.Fill(messages, None);
        foreach (var list in sent) list.Clear();
    }
}
