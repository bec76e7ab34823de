using System.Numerics;
using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>
/// What register accesses carry to and from a device's memory accesses, on memories that order no more than they must: by parts of a peripheral
/// (<see cref="PeripheralBits"/>). A device that begins to serve comes after the stores that came before the register writes that it was told by. The answer to
/// a register read brings along what the device wrote before it last changed what is read: an interrupt status, the end of a reset. What it wrote
/// after that may or may not be there (a completion pushes posted writes before it, and when it was made is not known).
/// </summary>
public sealed class RegisterMessages(SimulatedMachine machine)
{
    const int None = -1;

    readonly int[] told = new int[64], shown = new int[64], shownEvent = new int[64];
    readonly List<int>[] toldEvents = [.. Enumerable.Range(0, 64).Select(_ => new List<int>())];
    ulong used;

    WeakMemory Memory => machine.Weak!;

    public void Reset()
    {
        Array.Fill(told, None);
        Array.Fill(shown, None);
        Array.Fill(shownEvent, None);
        for (; used != 0; used &= used - 1) toldEvents[BitOperations.TrailingZeroCount(used)].Clear();
    }

    /// <summary>A register write has arrived: what it carries is for whoever looks at the parts that it changed. Takes the message over.</summary>
    internal void Tell(ulong parts, int message, int sent)
    {
        used |= parts;
        for (; parts != 0; parts &= parts - 1)
        {
            int part = BitOperations.TrailingZeroCount(parts);
            if (told[part] == None) told[part] = Memory.Machine.NewMessage();
            Memory.Machine.Join(told[part], message);
            if (Memory.Audit.IsOn) toldEvents[part].Add(sent);
        }
        Memory.Machine.Drop(message);
    }

    /// <summary>The device's later accesses come after what it was told.</summary>
    internal void TakeIn(DmaPort master, ulong parts)
    {
        if (machine.Weak is not { } memory) return;
        for (parts &= used; parts != 0; parts &= parts - 1)
        {
            int part = BitOperations.TrailingZeroCount(parts);
            if (told[part] == None) continue;
            foreach (int sent in toldEvents[part]) memory.Audit.Receive(master.Thread, sent);
            toldEvents[part].Clear();
            memory.Machine.Receive(master.Thread, told[part]);
            memory.Machine.Drop(told[part]);
            told[part] = None;
        }
    }

    /// <summary>The device changes what registers show, after all that it did.</summary>
    internal void Show(DmaPort master, ulong parts, string words)
    {
        if (machine.Weak is not { } memory) return;
        used |= parts;
        int sent = memory.Audit.SendAfterAll(master.Thread, memory.Audit.IsOn ? words : "");
        for (; parts != 0; parts &= parts - 1)
        {
            int part = BitOperations.TrailingZeroCount(parts);
            if (shown[part] != None) memory.Machine.Drop(shown[part]);
            shown[part] = memory.Machine.SendAfterAll(master.Thread);
            shownEvent[part] = sent;
        }
    }

    /// <summary>A CPU reads a register. The last operation on its path, for the record.</summary>
    internal int Observe(CpuAgent cpu, ulong parts, int last)
    {
        int seen = None;
        for (parts &= used; parts != 0; parts &= parts - 1)
        {
            int part = BitOperations.TrailingZeroCount(parts);
            if (shown[part] == None) continue;
            if (shownEvent[part] != seen) last = Memory.Audit.Observe(cpu.Id, seen = shownEvent[part], last);
            Memory.Machine.Observe(cpu.Id, shown[part]);
        }
        return last;
    }

    /// <summary>After memory was folded.</summary>
    internal void Fold(ref StateHasher hasher)
    {
        for (ulong parts = used; parts != 0; parts &= parts - 1)
        {
            int part = BitOperations.TrailingZeroCount(parts);
            Fold(ref hasher, part, told[part]);
            Fold(ref hasher, part | 64, shown[part]);
        }
    }

    void Fold(ref StateHasher hasher, int what, int message)
    {
        if (message == None) return;
        var (a, b) = Memory.Machine.FingerprintOf(message);
        if ((a | b) == 0) return;
        hasher.Add((ulong)(uint)what);
        hasher.Add(a);
        hasher.Add(b);
    }
}
