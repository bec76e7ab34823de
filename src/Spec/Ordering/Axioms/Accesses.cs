namespace Ringcheck.Ordering.Axioms;

/// <summary>The accesses of a record, numbered from 0 without gaps, with the set of those of each thread.</summary>
internal sealed class Accesses
{
    int[] eventOf = [], nodeOf = [];
    readonly BitMatrix ofThread = new();

    public ExecutionRecord Record { get; private set; } = null!;

    public int Count { get; private set; }

    /// <summary>One more than the highest thread.</summary>
    public int Threads { get; private set; }

    public int EventOf(int node) => eventOf[node];

    public int NodeOf(int id) => nodeOf[id];

    public Span<ulong> OfThread(int thread) => ofThread.Row(thread);

    public void Load(ExecutionRecord record)
    {
        Record = record;
        if (nodeOf.Length < record.Count) (eventOf, nodeOf) = (new int[record.Count * 2], new int[record.Count * 2]);
        Count = Threads = 0;
        for (int id = 0; id < record.Count; id++)
        {
            ref readonly var e = ref record[id];
            Threads = Math.Max(Threads, e.Thread + 1);
            nodeOf[id] = e.IsAccess ? Count : -1;
            if (e.IsAccess) eventOf[Count++] = id;
        }
        ofThread.Reset(Threads, Count);
        for (int node = 0; node < Count; node++) ofThread.Set(record[eventOf[node]].Thread, node);
    }

    /// <summary>An event whose dependencies, length or explicit orders name what they may not, or -1.</summary>
    public int Malformed()
    {
        for (int id = 0; id < Record.Count; id++)
        {
            ref readonly var e = ref Record[id];
            bool good = e.Thread >= 0 && (!e.IsAccess || (e.Length > 0 && e.Address + (ulong)e.Length > e.Address))
                && IsEarlierRead(e.AddressDependency, id) && IsEarlierRead(e.DataDependency, id)
                && (e.Kind != EventKind.Branch || (e.Source >= 0 && IsEarlierRead(e.Source, id)));
            if (!good) return id;
        }
        foreach (var (earlier, later) in Record.Orders)
        {
            if (!IsAccess(earlier)) return earlier;
            if (!IsAccess(later)) return later;
        }
        return -1;
    }

    bool IsAccess(int id) => (uint)id < (uint)Record.Count && Record[id].IsAccess;

    bool IsEarlierRead(int read, int id) => read == -1 || (read >= 0 && read < id && Record[read].IsRead && Record[read].Thread == Record[id].Thread);
}
