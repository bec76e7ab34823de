using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Devices;

/// <summary>
/// Locks between CPUs, by what kernel code says of them (<see cref="ILockNotes"/>): who holds which, who waits, where. Tells apart misuse (given back by who does not
/// hold it, taken twice, taken by a handler that interrupted its holder), a lock that two hold, a cycle of waits, a wait that nobody will end, and a CPU
/// that is passed over. Who uses no lock where one is needed is not its business: that shows in the data.
/// </summary>
public sealed partial class LockMonitor(SimulatedMachine machine)
{
    const string Name = "locks";
    const int Nobody = -1;

    struct Lock
    {
        public ulong Address;
        public string? Name;
        public int Holder;
        public bool ByHandler;
        public Place Where;

        /// <summary>What whoever takes it next finds in memory that is no part of the simulation.</summary>
        public ulong HandedOver;
    }

    /// <summary>What one context of a CPU (main code, handler) waits for.</summary>
    struct Wait
    {
        public int Lock, PassedOver;
        public Place Where;
    }

    /// <summary>Where a lock is used, as the compiler fills it in.</summary>
    readonly record struct Place(string File, int Line, string Member)
    {
        public override string ToString() => $"{Path.GetFileName(File).Split('.')[0]}.{Member}, line {Line}";
    }

    Lock[] locks = new Lock[8];
    readonly Wait[] waits = new Wait[2 * machine.Cpus.Count];
    int count;

    /// <summary>
    /// A CPU that waits may see others take the lock so many times. A bound, and no proof: that nobody is passed over more often in bounded executions does not
    /// say that nobody ever is. Null where locks need not be fair.
    /// </summary>
    public int? MostPassedOver { get; set; }

    /// <summary>
    /// True where locks keep apart what is no memory of the machine, such as the fields of a driver: who takes a lock then has read, as far as pruning goes, all
    /// that its last holder knew.
    /// </summary>
    public bool ProtectsFields { get; set; }

    /// <summary>Locks taken, and waits for one, over all executions.</summary>
    public long Taken { get; private set; }

    public long Waits { get; private set; }

    /// <summary>Names a lock for reports. Once, before the first execution.</summary>
    public void Call(CpuAddress address, string name) => locks[Find(address.Value)].Name = name;

    internal void Reset()
    {
        foreach (ref var each in locks.AsSpan(0, count)) each = new() { Address = each.Address, Name = each.Name, Holder = Nobody };
        waits.AsSpan().Fill(new() { Lock = Nobody });
    }

    internal void Note(CpuAgent cpu, LockEvent what, ulong address, string file, int line, string member)
    {
        int at = Find(address);
        switch (what)
        {
            case LockEvent.Waits:
                NoteWait(cpu, at, new(file, line, member));
                break;
            case LockEvent.Taken:
                NoteTaken(cpu, at, new(file, line, member));
                break;
            default:
                NoteReleased(cpu, at, new(file, line, member));
                break;
        }
    }

    void NoteWait(CpuAgent cpu, int at, Place where)
    {
        ref var wait = ref WaitOf(cpu);
        if (wait.Lock == at) return; // it looked again
        wait = new() { Lock = at, Where = where };
        if (!machine.Engine.Draining) Waits++;
        if (locks[at].Holder == cpu.Id) HoldsItAlready(cpu, at, where);
        FindCycle(cpu);
    }

    void NoteTaken(CpuAgent cpu, int at, Place where)
    {
        ref var taken = ref locks[at];
        if (taken.Holder != Nobody) Fail("not-exclusive", $"{NameOf(cpu.Id)} takes {Words(at)} in {where} while {Has(at)}",
            "A lock is taken by one read-modify-write that finds it free.");
        taken.Holder = cpu.Id;
        taken.ByHandler = cpu.IsInHandler;
        taken.Where = where;
        if (!machine.Engine.Draining) Taken++;
        WaitOf(cpu).Lock = Nobody;
        if (ProtectsFields) cpu.Active.Observed(taken.Address, taken.HandedOver);
        if (MostPassedOver is { } most) PassOver(cpu, at, most);
    }

    void NoteReleased(CpuAgent cpu, int at, Place where)
    {
        ref var released = ref locks[at];
        if (released.Holder != cpu.Id) NotHeld(cpu, at, where);
        released.Holder = Nobody;
        if (ProtectsFields) released.HandedOver = cpu.Active.HistoryHash;
    }

    void PassOver(CpuAgent taker, int at, int most)
    {
        for (int i = 0; i < waits.Length; i++)
        {
            ref var wait = ref waits[i];
            if (wait.Lock != at || ++wait.PassedOver <= most) continue;
            Fail("starvation", $"{NameOf(i / 2)} waits for {Words(at)} in {wait.Where}, and others have taken it {wait.PassedOver} times since, {taker.Name} "
                + $"the last time (a bound of {most}, not a proof that it waits for ever)", "Serve who waits in turn: a ticket lock, or a queue.");
        }
    }

    /// <summary>After memory: who has what, who waits for what, and for how long.</summary>
    internal void Fold(ref StateHasher hasher)
    {
        for (int i = 0; i < count; i++)
        {
            hasher.Add((ulong)(uint)locks[i].Holder << 1 | (locks[i].ByHandler ? 1UL : 0));
            if (ProtectsFields) hasher.Add(locks[i].HandedOver);
        }
        foreach (var wait in waits) hasher.Add((ulong)(uint)wait.Lock << 32 | (uint)(MostPassedOver is null ? 0 : wait.PassedOver));
    }

    ref Wait WaitOf(CpuAgent cpu) => ref waits[2 * cpu.Id + (cpu.IsInHandler ? 1 : 0)];

    int Find(ulong address)
    {
        for (int i = 0; i < count; i++)
        {
            if (locks[i].Address == address) return i;
        }
        if (count == locks.Length) Array.Resize(ref locks, 2 * count);
        locks[count] = new() { Address = address, Holder = Nobody };
        return count++;
    }
}
