namespace Ringcheck.Ordering.Axioms;

/// <summary>
/// The finest ranges of bytes that no access of a record covers only in part, and for each the accesses and the coherence order: the
/// writes that cover it, in the order that their places give.
/// </summary>
internal sealed class Cells
{
    ulong[] bounds = [];
    int[] first = [], members = [];
    int[] next = [], placeOf = [], order = [];
    int boundCount, writes, open;
    ExecutionRecord recorded = null!;

    /// <summary>Number of ranges; some may be gaps that nobody accessed.</summary>
    public int Count => Math.Max(0, boundCount - 1);

    /// <summary>Accesses to the range that was opened, in the order of the record.</summary>
    public ReadOnlySpan<int> Events => members.AsSpan(first[open], first[open + 1] - first[open]);

    /// <summary>Writes to the range that was opened, in coherence order, without the initial one.</summary>
    public ReadOnlySpan<int> Coherence => order.AsSpan(1, writes);

    public void Load(ExecutionRecord record)
    {
        recorded = record;
        int most = record.Count * 2;
        if (bounds.Length < most) bounds = new ulong[Math.Max(most, 128)];
        if (next.Length < record.Count + 1)
        {
            int size = Math.Max(record.Count + 1, 64) * 2;
            (next, placeOf, order) = (new int[size], new int[size], new int[size]);
        }
        CollectBounds();
        SpreadEvents();
    }

    void CollectBounds()
    {
        boundCount = 0;
        foreach (ref readonly var e in recorded.Events)
        {
            if (!e.IsAccess) continue;
            bounds[boundCount++] = e.Address;
            bounds[boundCount++] = e.Address + (ulong)e.Length;
        }
        var sorted = bounds.AsSpan(0, boundCount);
        sorted.Sort();
        int kept = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            if (kept == 0 || sorted[i] != sorted[kept - 1]) sorted[kept++] = sorted[i];
        }
        boundCount = kept;
    }

    /// <summary>Lists the accesses of each range: counts first, then places.</summary>
    void SpreadEvents()
    {
        if (first.Length < boundCount + 2) first = new int[(boundCount + 2) * 2];
        Array.Clear(first, 0, boundCount + 2);
        var events = recorded.Events;
        for (int id = 0; id < events.Length; id++)
        {
            if (!events[id].IsAccess) continue;
            var (from, to) = RangesOf(events[id]);
            for (int range = from; range < to; range++) first[range + 2]++;
        }
        for (int range = 2; range <= boundCount + 1; range++) first[range] += first[range - 1];
        int total = first[boundCount + 1];
        if (members.Length < total) members = new int[total * 2];
        for (int id = 0; id < events.Length; id++)
        {
            if (!events[id].IsAccess) continue;
            var (from, to) = RangesOf(events[id]);
            for (int range = from; range < to; range++) members[first[range + 1]++] = id;
        }
    }

    /// <summary>The ranges that an access covers: from, and the one after the last.</summary>
    public (int From, int To) RangesOf(in ExecutionEvent e)
    {
        var sorted = bounds.AsSpan(0, boundCount);
        int from = sorted.BinarySearch(e.Address);
        ulong end = e.Address + (ulong)e.Length;
        int to = from;
        while (sorted[to] != end) to++;
        return (from, to);
    }

    /// <summary>Works out the coherence order of a range.</summary>
    /// <returns>-1, or a write whose place names no write of this range that was made before it.</returns>
    public int Open(int range)
    {
        open = range;
        const int Head = 0;
        // A list from the back, in terms of record ids + 1: next leads to the earlier write, so "before X" is "after X" here.
        // Head stands for the end of coherence order; placeOf of a write not yet in the list is -1.
        writes = 0;
        var record = recorded.Events;
        foreach (int id in Events) placeOf[id] = -1;
        next[Head] = -1;
        foreach (int id in Events)
        {
            ref readonly var e = ref record[id];
            if (!e.IsWrite) continue;
            int after = e.Before < 0 ? Head : e.Before + 1;
            if (e.Before >= 0 && (e.Before >= id || !record[e.Before].IsWrite || !Covers(record[e.Before], range) || placeOf[e.Before] < 0)) return id;
            next[id + 1] = next[after];
            next[after] = id + 1;
            placeOf[id] = 0;
            writes++;
        }
        order[0] = -1;
        int place = writes;
        for (int link = next[Head]; link > 0; link = next[link])
        {
            order[place] = link - 1;
            placeOf[link - 1] = place--;
        }
        return -1;
    }

    /// <summary>Place of a write in the coherence order of the range that was opened: 0 is the initial one (-1); -1 is none of its writes.</summary>
    public int PlaceOf(int write)
    {
        if (write == -1) return 0;
        if ((uint)write >= (uint)recorded.Count) return -1;
        ref readonly var e = ref recorded[write];
        return e.IsWrite && Covers(e, open) ? placeOf[write] : -1;
    }

    bool Covers(in ExecutionEvent e, int range) => e.Address <= bounds[range] && bounds[range + 1] <= e.Address + (ulong)e.Length;
}
