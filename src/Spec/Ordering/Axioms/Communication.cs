namespace Ringcheck.Ordering.Axioms;

/// <summary>
/// Goes through the cells of a record: judges coherence and atomicity in each, and adds to ordered-before what the
/// cells decide, which is reads-from, coherence and from-reads between threads, and what AArch64 orders within a thread by location.
/// </summary>
internal sealed class Communication(Cells cells)
{
    private readonly BitMatrix _later = new(), _own = new();
    private int[] _seen = [], _last = [];
    private Accesses _accesses = null!;
    private BitMatrix _edges = null!;
    private MemoryModel _model;

    /// <summary>Adds to <paramref name="edges"/>; the first cell that breaks an axiom ends it.</summary>
    public AxiomaticResult AddTo(BitMatrix edges, Accesses accesses, MemoryModel model)
    {
        (_accesses, _edges, _model) = (accesses, edges, model);
        if (_seen.Length < accesses.Threads) (_seen, _last) = (new int[accesses.Threads], new int[accesses.Threads]);
        for (int cell = 0; cell < cells.Count; cell++)
        {
            int misplaced = cells.Open(cell);
            if (misplaced >= 0) return Broken(Axiom.WellFormed, new(misplaced, "before"), new(accesses.Record[misplaced].Before, "?"));
            if (cells.Events.Length == 0) continue;
            if ((Sources() ?? Internal() ?? Atomic()) is { } broken) return broken;
            AddEdges();
        }
        return AxiomaticResult.Consistent;
    }

    private static AxiomaticResult Broken(Axiom axiom, params ReadOnlySpan<CycleStep> cycle) => new(axiom, cycle.ToArray());

    private AxiomaticResult? Sources()
    {
        foreach (int id in cells.Events)
        {
            ref readonly var e = ref _accesses.Record[id];
            if (e.IsRead && cells.PlaceOf(e.Source) < 0) return Broken(Axiom.WellFormed, new(id, "rf"), new(e.Source, "?"));
        }
        return null;
    }

    /// <summary>
    /// A thread never goes back in coherence order: a load sees nothing older than what the thread saw or wrote before, and a store goes after
    /// that. These are the five shapes (CoWW, CoRW1, CoRW2, CoWR, CoRR) to which each cycle of po-loc | rf | co | fr comes down.
    /// </summary>
    private AxiomaticResult? Internal()
    {
        foreach (int id in cells.Events) (_seen[_accesses.Record[id].Thread], _last[_accesses.Record[id].Thread]) = (0, -1);
        foreach (int id in cells.Events)
        {
            ref readonly var e = ref _accesses.Record[id];
            int place = cells.PlaceOf(e.IsRead ? e.Source : id), seen = _seen[e.Thread];
            if (e.IsRead ? place < seen : place <= seen) return BackInTime(id, place, seen);
            (_seen[e.Thread], _last[e.Thread]) = (place, id);
        }
        return null;
    }

    private AxiomaticResult BackInTime(int id, int place, int seen)
    {
        int last = _last[_accesses.Record[id].Thread], newer = cells.Coherence[seen - 1];
        if (place == seen) return Broken(Axiom.Internal, new(last, "po-loc"), new(id, "rf"));
        string back = _accesses.Record[id].IsRead ? "fr" : "co";
        return last == newer
            ? Broken(Axiom.Internal, new(last, "po-loc"), new(id, back))
            : Broken(Axiom.Internal, new(last, "po-loc"), new(id, back), new(newer, "rf"));
    }

    private AxiomaticResult? Atomic()
    {
        foreach (int id in cells.Events)
        {
            ref readonly var e = ref _accesses.Record[id];
            if (!e.IsRead || e.Pair < 0) continue;
            int read = cells.PlaceOf(e.Source), written = cells.PlaceOf(e.Pair);
            if (written != read + 1) return Broken(Axiom.Atomic, new(id, "fr"), new(cells.Coherence[read], "co"), new(e.Pair, "rmw"));
        }
        return null;
    }

    private void AddEdges()
    {
        var coherence = cells.Coherence;
        _later.Reset(coherence.Length + 1, _accesses.Count);
        for (int place = coherence.Length - 1; place >= 0; place--)
        {
            _later.Row(place + 1).CopyTo(_later.Row(place));
            _later.Set(place, _accesses.NodeOf(coherence[place]));
        }
        foreach (int id in cells.Events)
        {
            ref readonly var e = ref _accesses.Record[id];
            int place = cells.PlaceOf(e.IsRead ? e.Source : id), node = _accesses.NodeOf(id);
            Bits.OrAndNot(_edges.Row(node), _later.Row(place), _accesses.OfThread(e.Thread));
            if (e.IsRead && e.Source >= 0) AddReadsFrom(e, node);
        }
        if (_model == MemoryModel.AArch64) AddOwnLaterWrites();
    }

    /// <summary>rfe; and within a thread, on AArch64, (addr | data);rfi and rmw;rfi. A value stored by an exchange counts as computed from the one it read.</summary>
    private void AddReadsFrom(in ExecutionEvent e, int node)
    {
        ref readonly var source = ref _accesses.Record[e.Source];
        int from = _accesses.NodeOf(e.Source);
        if (source.Thread != e.Thread) _edges.Set(from, node);
        if (source.Thread != e.Thread || _model != MemoryModel.AArch64) return;
        if (source.AddressDependency >= 0) _edges.Set(_accesses.NodeOf(source.AddressDependency), node);
        if (source.DataDependency >= 0) _edges.Set(_accesses.NodeOf(source.DataDependency), node);
        if (source.Pair < 0) return;
        _edges.Set(_accesses.NodeOf(source.Pair), node);
        if (e.Acquires) _edges.Set(from, node);
    }

    /// <summary>po-loc;[W].</summary>
    private void AddOwnLaterWrites()
    {
        _own.Reset(_accesses.Threads, _accesses.Count);
        var events = cells.Events;
        for (int i = events.Length - 1; i >= 0; i--)
        {
            ref readonly var e = ref _accesses.Record[events[i]];
            int node = _accesses.NodeOf(events[i]);
            Bits.Or(_edges.Row(node), _own.Row(e.Thread));
            if (e.IsWrite) _own.Set(e.Thread, node);
        }
    }
}
