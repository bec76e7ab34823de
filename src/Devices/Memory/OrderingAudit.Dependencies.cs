using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <content>Read-modify-writes and dependencies: only models of devices and litmus programs have the latter.</content>
public sealed partial class OrderingAudit
{
    /// <summary>For each thread, the read whose value was kept in each slot, or -1.</summary>
    int[][] kept = [];

    /// <summary>A read-modify-write; returns its write.</summary>
    public int Update(int thread, ulong address, int length, in Access access, int source, int next)
    {
        var (read, write) = Record.Update(thread, address, length, access.Order, source, next, Kept(thread, access.AddressView), Kept(thread, access.DataView));
        if (access.KeepView >= 0) Keep(thread, access.KeepView, read);
        if (next >= 0) unplain.Add(write);
        Recorder?.Audited(read, source, isOlder: false);
        Recorder?.AuditedWrite(write, next);
        Places.Reached(read);
        Places.Reached(write);
        return write;
    }

    /// <summary>A thread branches on the value kept in a slot.</summary>
    public void Branch(int thread, int slot) => Record.Branch(thread, Kept(thread, slot));

    int Kept(int thread, int slot) => slot < 0 || thread >= kept.Length || slot >= kept[thread].Length ? -1 : kept[thread][slot];

    void Keep(int thread, int slot, int read)
    {
        int threads = kept.Length;
        if (thread >= threads)
        {
            Array.Resize(ref kept, thread + 1);
            Array.Fill(kept, [], threads, kept.Length - threads);
        }
        int slots = kept[thread].Length;
        if (slot >= slots)
        {
            Array.Resize(ref kept[thread], slot + 4);
            Array.Fill(kept[thread], -1, slots, slot + 4 - slots);
        }
        kept[thread][slot] = read;
    }

    void ForgetKept()
    {
        foreach (int[] slots in kept) Array.Fill(slots, -1);
    }
}
