using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <content>What the reduction (<see cref="Reducer"/>) is told of registers, and the order that memory takes from them where it is sequentially consistent.</content>
public sealed partial class SimulatedMachine
{
    const int NoMessage = -1;

    /// <summary>For each part of a peripheral: what those who changed it, and those who looked at it, had done before.</summary>
    readonly int[] changed = new int[64], looked = new int[64];

    /// <summary>What an agent without a thread of memory hands on.</summary>
    readonly int[] carried = new int[64];

    /// <summary>Device engines that a register access may stop, by the part that says so.</summary>
    readonly List<(ulong Life, DmaPort Master)> lives = [];

    internal void MayStop(ulong life, DmaPort master) => lives.Add((life, master));

    /// <summary>Peripherals so far: the next one's number.</summary>
    internal int Peripherals { get; set; }

    /// <summary>
    /// All but what a cache that devices do not see, or an IOMMU, makes of accesses: that is judged in the order in which they happen to be made. And not more peripherals than
    /// there are bits for.
    /// </summary>
    bool ISystem.IsFollowed => Memory.IsCoherent && Iommu is null && Peripherals <= PeripheralBits.Most;

    /// <summary>A CPU comes to a register access.</summary>
    internal void Announce(CpuAgent cpu, ulong address, bool writes, ulong value)
    {
        var (reads, changes) = Bus.Find(address, out uint offset)?.PartsOf(offset, writes, value) ?? default;
        cpu.NextAccess = (reads | changes) == 0 ? default : new(address, 1, writes, IsRegister: true, reads, changes);
    }

    /// <summary>The access was carried out: one event, with whatever it led to.</summary>
    internal void Arrived(IBusDevice? device, uint offset, ulong address, bool writes, ulong value, PostedWrites? path)
    {
        var (reads, changes) = device?.PartsOf(offset, writes, value) ?? default;
        Engine.Reducer!.EndArrival(reads, changes, address << 1 ^ value << 24 ^ (writes ? 1UL : 0), path is null ? NoMessage : Engine.Reducer.LastOf(path));
    }

    void ForgetArrivals()
    {
        Array.Fill(changed, NoMessage);
        Array.Fill(looked, NoMessage);
        Array.Fill(carried, NoMessage);
    }

    /// <summary>
    /// Sequentially consistent: what one agent did before it touched a part comes before what another does after touching the same part later. On other
    /// memories, posted writes, answers and messages say what comes before what.
    /// </summary>
    void ISystem.Arrived(int agent, ulong reads, ulong writes)
    {
        if (Weak is not { } memory || Memory.Model != MemoryModel.SequentiallyConsistent) return;
        int thread = ThreadOf(agent);
        int done = thread >= 0 ? memory.Machine.SendAfterAll(thread) : memory.Machine.NewMessage();
        for (ulong rest = reads | writes; rest != 0; rest &= rest - 1)
        {
            int part = System.Numerics.BitOperations.TrailingZeroCount(rest);
            Take(memory, thread, done, changed[part]);
            if ((writes >> part & 1) != 0) Take(memory, thread, done, looked[part]);
        }
        foreach (var (life, master) in lives)
        {
            // It is stopped where it is: what it has done comes before.
            if ((writes & life) == 0 || master.Thread == thread) continue;
            int stopped = memory.Machine.SendAfterAll(master.Thread);
            Take(memory, thread, done, stopped);
            memory.Machine.Drop(stopped);
        }
        if (thread < 0)
        {
            Take(memory, thread, done, carried[agent]);
            Add(memory, ref carried[agent], done);
        }
        for (ulong rest = writes; rest != 0; rest &= rest - 1) Add(memory, ref changed[System.Numerics.BitOperations.TrailingZeroCount(rest)], done);
        for (ulong rest = reads; rest != 0; rest &= rest - 1) Add(memory, ref looked[System.Numerics.BitOperations.TrailingZeroCount(rest)], done);
        memory.Machine.Drop(done);
    }

    static void Take(WeakMemory memory, int thread, int done, int before)
    {
        if (before == NoMessage) return;
        memory.Machine.Join(done, before);
        if (thread >= 0) memory.Machine.Receive(thread, before);
    }

    static void Add(WeakMemory memory, ref int message, int more)
    {
        if (message == NoMessage) message = memory.Machine.NewMessage();
        memory.Machine.Join(message, more);
    }

    /// <summary>An agent's thread of memory, or -1.</summary>
    int ThreadOf(int agent)
    {
        foreach (var cpu in cpus)
        {
            if (cpu.Id == agent || cpu.Interrupt.Id == agent) return cpu.Id;
        }
        foreach (var master in masters)
        {
            if (master.Agent.Id == agent) return master.Thread;
        }
        return -1;
    }
}
