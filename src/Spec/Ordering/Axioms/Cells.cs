namespace Ringcheck.Ordering.Axioms;

/// <summary>
/// The finest ranges of bytes that no access of a record covers only in part, and for each the accesses and the coherence order: the
/// writes that cover it, in the order that their places give.
/// </summary>
internal sealed class Cells
{
    private ulong[] _bounds = [];
    private int[] _first = [], _events = [];
    private int[] _next = [], _place = [], _order = [];
    private int _boundCount, _writes, _open;
    private ExecutionRecord _record = null!;

    /// <summary>Number of ranges; some may be gaps that nobody accessed.</summary>
    public int Count => Math.Max(0, _boundCount - 1);

    /// <summary>Accesses to the range that was opened, in the order of the record.</summary>
    public ReadOnlySpan<int> Events => _events.AsSpan(_first[_open], _first[_open + 1] - _first[_open]);

    /// <summary>Writes to the range that was opened, in coherence order, without the initial one.</summary>
    public ReadOnlySpan<int> Coherence => _order.AsSpan(1, _writes);

    public void Load(ExecutionRecord record)
    {
        _record = record;
        int most = record.Count * 2;
        if (_bounds.Length < most) _bounds = new ulong[Math.Max(most, 128)];
        if (_next.Length < record.Count + 1)
        {
            int size = Math.Max(record.Count + 1, 64) * 2;
            (_next, _place, _order) = (new int[size], new int[size], new int[size]);
        }
        CollectBounds();
        SpreadEvents();
    }

    private void CollectBounds()
    {
        _boundCount = 0;
        foreach (ref readonly var e in _record.Events)
        {
            if (!e.IsAccess) continue;
            _bounds[_boundCount++] = e.Address;
            _bounds[_boundCount++] = e.Address + (ulong)e.Length;
        }
        var bounds = _bounds.AsSpan(0, _boundCount);
        bounds.Sort();
        int kept = 0;
        for (int i = 0; i < bounds.Length; i++)
        {
            if (kept == 0 || bounds[i] != bounds[kept - 1]) bounds[kept++] = bounds[i];
        }
        _boundCount = kept;
    }

    /// <summary>Lists the accesses of each range: counts first, then places.</summary>
    private void SpreadEvents()
    {
        if (_first.Length < _boundCount + 2) _first = new int[(_boundCount + 2) * 2];
        Array.Clear(_first, 0, _boundCount + 2);
        var events = _record.Events;
        for (int id = 0; id < events.Length; id++)
        {
            if (!events[id].IsAccess) continue;
            var (from, to) = RangesOf(events[id]);
            for (int range = from; range < to; range++) _first[range + 2]++;
        }
        for (int range = 2; range <= _boundCount + 1; range++) _first[range] += _first[range - 1];
        int total = _first[_boundCount + 1];
        if (_events.Length < total) _events = new int[total * 2];
        for (int id = 0; id < events.Length; id++)
        {
            if (!events[id].IsAccess) continue;
            var (from, to) = RangesOf(events[id]);
            for (int range = from; range < to; range++) _events[_first[range + 1]++] = id;
        }
    }

    /// <summary>The ranges that an access covers: from, and the one after the last.</summary>
    public (int From, int To) RangesOf(in ExecutionEvent e)
    {
        var bounds = _bounds.AsSpan(0, _boundCount);
        int from = bounds.BinarySearch(e.Address);
        ulong end = e.Address + (ulong)e.Length;
        int to = from;
        while (bounds[to] != end) to++;
        return (from, to);
    }

    /// <summary>Works out the coherence order of a range.</summary>
    /// <returns>-1, or a write whose place names no write of this range that was made before it.</returns>
    public int Open(int range)
    {
        _open = range;
        const int Head = 0;
        // A list from the back, in terms of record ids + 1: _next leads to the earlier write, so "before X" is "after X" here.
        // Head stands for the end of coherence order; _place of a write not yet in the list is -1.
        _writes = 0;
        var record = _record.Events;
        foreach (int id in Events) _place[id] = -1;
        _next[Head] = -1;
        foreach (int id in Events)
        {
            ref readonly var e = ref record[id];
            if (!e.IsWrite) continue;
            int after = e.Before < 0 ? Head : e.Before + 1;
            if (e.Before >= 0 && (e.Before >= id || !record[e.Before].IsWrite || !Covers(record[e.Before], range) || _place[e.Before] < 0)) return id;
            _next[id + 1] = _next[after];
            _next[after] = id + 1;
            _place[id] = 0;
            _writes++;
        }
        _order[0] = -1;
        int place = _writes;
        for (int link = _next[Head]; link > 0; link = _next[link])
        {
            _order[place] = link - 1;
            _place[link - 1] = place--;
        }
        return -1;
    }

    /// <summary>Place of a write in the coherence order of the range that was opened: 0 is the initial one (-1); -1 is none of its writes.</summary>
    public int PlaceOf(int write)
    {
        if (write == -1) return 0;
        if ((uint)write >= (uint)_record.Count) return -1;
        ref readonly var e = ref _record[write];
        return e.IsWrite && Covers(e, _open) ? _place[write] : -1;
    }

    private bool Covers(in ExecutionEvent e, int range) => e.Address <= _bounds[range] && _bounds[range + 1] <= e.Address + (ulong)e.Length;
}
