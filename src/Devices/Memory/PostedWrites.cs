using System.Runtime.InteropServices;
using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>
/// Register writes of one CPU on their way to one peripheral. They arrive in program order; when is a choice, and any read of that CPU from the same
/// peripheral comes after all of them (ordering of Device-nR memory, and of PCIe completions behind posted writes). Nothing orders the writes to two peripherals.
/// </summary>
/// <remarks>
/// Two CPUs' writes to one peripheral arrive in either order, unless the first CPU kept its later stores behind its write (a release, or a barrier for stores;
/// on x86 always) before the second CPU wrote: so a lock keeps them apart. Whether the second CPU saw that release is not asked. Where it did not, an execution
/// in which it writes first shows the other order.
/// </remarks>
public sealed class PostedWrites(SimulatedMachine machine, IBusDevice device, CpuAgent cpu, PostedWrites[] siblings, string name) : InlineAgent(name)
{
    /// <summary>No write of another CPU was made yet that has to arrive after this one.</summary>
    const int Nobody = int.MaxValue;

    /// <summary>One write on its way.</summary>
    /// <param name="Turn">In the order in which all CPUs made their writes to this peripheral.</param>
    /// <param name="KeptStores">What the CPU had kept behind when it wrote.</param>
    /// <param name="KeptBefore">Writes of other CPUs from this turn on arrive after it.</param>
    readonly record struct Posted(ulong Address, uint Offset, int Width, ulong Value, int Message, int Event, bool Late, int Turn, int KeptStores, int KeptBefore, int Issue);

    readonly List<Posted> onTheirWay = [];
    int lastEvent = -1, turns;

    /// <summary>What this CPU's writes to the peripheral carried so far, or -1: an answer is behind all of them.</summary>
    int ahead = -1;

    public CpuAgent Cpu => cpu;

    public override bool IsUrgent => true;

    /// <summary>Registers whose writes have not arrived.</summary>
    public IEnumerable<string> Registers => onTheirWay.Select(write => device.NameOf(write.Offset));

    /// <summary>Whether a write to a register of a peripheral has not arrived.</summary>
    internal bool IsOnItsWay(IBusDevice target, uint offset) => device == target && onTheirWay.Exists(write => write.Offset == offset);

    public override void Reset()
    {
        base.Reset();
        onTheirWay.Clear();
        lastEvent = ahead = -1;
        turns = 0;
    }

    /// <summary>The CPU writes: it arrives now, or later if it is posted.</summary>
    public void Write(WeakMemory memory, ulong address, uint offset, int width, ulong value)
    {
        bool waits = device.IsNonPosted(offset);
        if (waits) Push(memory);
        machine.Recorder?.Posts(device, address, offset, width, value);
        int sent = memory.Audit.Send(cpu.Id, memory.Audit.IsOn ? device.NameOf(offset) : "", lastEvent);
        lastEvent = sent;
        int turn = siblings[0].turns++;
        foreach (var other in siblings) other.KeepBefore(turn, this);
        bool arrivesNow = waits || (onTheirWay.Count == 0 && machine.Engine.Choose(ChoiceKind.Posted, 2) == 0);
        int message = memory.Machine.SendAfterStores(cpu.Id);
        if (ahead < 0) ahead = memory.Machine.NewMessage();
        memory.Machine.Join(ahead, message);
        var write = new Posted(address, offset, width, value, message, sent, Late: !arrivesNow, turn, machine.KeptStores(cpu.Id), Nobody, Issued(address, offset, value));
        if (arrivesNow)
        {
            machine.Recorder?.ArrivesAtOnce(device);
            Arrive(memory, write);
            return;
        }
        if (!machine.Engine.Draining) memory.PostedWrites++;
        onTheirWay.Add(write);
        Engine.Unblock(this);
    }

    int Issued(ulong address, uint offset, ulong value)
    {
        if (machine.Engine.Reducer is not { } reducer) return -1;
        var (reads, writes) = device.PartsOf(offset, writes: true, value);
        reducer.NotePosted(cpu, reads, writes);
        return reducer.Issue(address << 24 ^ value);
    }

    /// <summary>All that is on its way arrives now.</summary>
    public void Push(WeakMemory memory)
    {
        while (onTheirWay.Count > 0) Arrive(memory, Next());
    }

    /// <summary>The CPU is about to read a register: what it wrote arrives first, and what the device wrote to memory comes with the answer.</summary>
    public void BeforeRead(WeakMemory memory, uint offset)
    {
        Push(memory);
        foreach (var other in siblings) other.KeepBefore(siblings[0].turns, this);
        PushOthers(memory, siblings[0].turns);
        if (ahead >= 0) memory.Machine.Observe(cpu.Id, ahead);
        ulong parts = device.PartsOf(offset, writes: false, 0).Reads;
        if (device is { KeepsMessages: false, Master: { } master }) machine.Messages.Show(master, parts, memory.Audit.IsOn ? device.NameOf(offset) : "");
        lastEvent = machine.Messages.Observe(cpu, parts, lastEvent);
    }

    public override void Run()
    {
        Step++;
        Arrive(machine.Weak!, Next());
    }

    Posted Next()
    {
        var write = onTheirWay[0];
        onTheirWay.RemoveAt(0);
        if (onTheirWay.Count == 0) Engine.Block(this);
        return write;
    }

    /// <summary>Another CPU's access is made in a turn: what this CPU has kept later stores behind arrives before it.</summary>
    void KeepBefore(int turn, PostedWrites other)
    {
        if (other == this) return;
        foreach (ref var write in CollectionsMarshal.AsSpan(onTheirWay))
        {
            if (write.KeptBefore != Nobody || (machine.Weak!.Audit.Model == Ordering.MemoryModel.AArch64 && write.KeptStores == machine.KeptStores(cpu.Id))) continue;
            write = write with { KeptBefore = turn };
        }
    }

    /// <summary>Before an access that was made in a turn arrives: what other CPUs kept before it.</summary>
    void PushOthers(WeakMemory memory, int turn)
    {
        foreach (var other in siblings)
        {
            if (other == this) continue;
            int last = other.onTheirWay.Count - 1;
            while (last >= 0 && other.onTheirWay[last].KeptBefore > turn) last--;
            for (; last >= 0; last--) other.Arrive(memory, other.Next());
        }
    }

    void Arrive(WeakMemory memory, in Posted write)
    {
        if (write.Late) machine.Recorder?.Arrives(this, device, write.Event, write.Address, write.Offset, write.Width, write.Value);
        if (siblings.Length > 1) PushOthers(memory, write.Turn);
        ulong parts = device.PartsOf(write.Offset, writes: true, write.Value).Writes;
        machine.Messages.Tell(parts, write.Message, write.Event);
        if (device is { KeepsMessages: false, Master: { } master }) machine.Messages.TakeIn(master, parts);
        if (memory.Audit.IsOn && write.Late) memory.LateWrites.Add(device.NameOf(write.Offset));
        var reducer = machine.Engine.Reducer;
        reducer?.BeginArrival();
        machine.Monitors.Registers.Write(device, write.Address, write.Offset, write.Width, write.Value);
        machine.Arriving = cpu;
        device.Write(write.Offset, write.Width, write.Value);
        machine.Arriving = null;
        if (reducer is null) return;
        var (reads, writes) = device.PartsOf(write.Offset, writes: true, write.Value);
        reducer.EndArrival(reads, writes, write.Address << 24 ^ write.Value, write.Issue);
    }

    /// <summary>After memory was folded: what is on its way, and what its arrival will order.</summary>
    public void Fold(ref StateHasher hasher)
    {
        if (ahead >= 0 && machine.Weak!.Machine.FingerprintOf(ahead) is var (first, second) && (first | second) != 0)
        {
            hasher.Add(first);
            hasher.Add(second);
        }
        foreach (var write in onTheirWay)
        {
            var (a, b) = machine.Weak!.Machine.FingerprintOf(write.Message);
            hasher.Add(a);
            hasher.Add(b);
            hasher.Add(write.Address << 8 | (uint)write.Width);
            hasher.Add(write.Value);
            if (siblings.Length > 1) hasher.Add(OrderOf(write));
        }
    }

    /// <summary>What is before what, of all CPUs' writes: by turns, which start from a state's own oldest one.</summary>
    ulong OrderOf(in Posted write)
    {
        int oldest = write.Turn;
        foreach (var path in siblings)
        {
            if (path.onTheirWay.Count > 0) oldest = Math.Min(oldest, path.onTheirWay[0].Turn);
        }
        ulong kept = write.KeptBefore == Nobody ? 0xFFFF : (ulong)(write.KeptBefore - oldest);
        return (ulong)(write.Turn - oldest) << 32 | kept << 1 | (write.KeptStores == machine.KeptStores(cpu.Id) ? 1UL : 0);
    }
}
