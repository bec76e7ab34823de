namespace Ringcheck.Ordering.Axioms;

/// <summary>
/// Goes through the cells of a record: judges coherence and atomicity in each, and adds to ordered-before what the
/// cells decide, which is reads-from, coherence and from-reads between threads, and what AArch64 orders within a thread by location.
/// </summary>
internal sealed class Communication(Cells cells)
{
    readonly BitMatrix later = new(), own = new();
    int[] newestSeen = [], lastEvent = [];
    Accesses accesses = null!;
    BitMatrix edges = null!;
    MemoryModel model;

    /// <summary>Adds to <paramref name="edges"/>; the first cell that breaks an axiom ends it.</summary>
    public AxiomaticResult AddTo(BitMatrix edges, Accesses accesses, MemoryModel model)
    {
        (this.accesses, this.edges, this.model) = (accesses, edges, model);
        if (newestSeen.Length < accesses.Threads) (newestSeen, lastEvent) = (new int[accesses.Threads], new int[accesses.Threads]);
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

    static AxiomaticResult Broken(Axiom axiom, params ReadOnlySpan<CycleStep> cycle) => new(axiom, cycle.ToArray());

    AxiomaticResult? Sources()
    {
        foreach (int id in cells.Events)
        {
            ref readonly var e = ref accesses.Record[id];
            if (e.IsRead && cells.PlaceOf(e.Source) < 0) return Broken(Axiom.WellFormed, new(id, "rf"), new(e.Source, "?"));
        }
        return null;
    }

    /// <summary>
    /// A thread never goes back in coherence order: a load sees nothing older than what the thread saw or wrote before, and a store goes after
    /// that. These are the five shapes (CoWW, CoRW1, CoRW2, CoWR, CoRR) to which each cycle of po-loc | rf | co | fr comes down.
    /// </summary>
    AxiomaticResult? Internal()
    {
        foreach (int id in cells.Events) (newestSeen[accesses.Record[id].Thread], lastEvent[accesses.Record[id].Thread]) = (0, -1);
        foreach (int id in cells.Events)
        {
            ref readonly var e = ref accesses.Record[id];
            int place = cells.PlaceOf(e.IsRead ? e.Source : id), seen = newestSeen[e.Thread];
            if (e.IsRead ? place < seen : place <= seen) return BackInTime(id, place, seen);
            (newestSeen[e.Thread], lastEvent[e.Thread]) = (place, id);
        }
        return null;
    }

    AxiomaticResult BackInTime(int id, int place, int seen)
    {
        int last = lastEvent[accesses.Record[id].Thread], newer = cells.Coherence[seen - 1];
        if (place == seen) return Broken(Axiom.Internal, new(last, "po-loc"), new(id, "rf"));
        string back = accesses.Record[id].IsRead ? "fr" : "co";
        return last == newer
            ? Broken(Axiom.Internal, new(last, "po-loc"), new(id, back))
            : Broken(Axiom.Internal, new(last, "po-loc"), new(id, back), new(newer, "rf"));
    }

    AxiomaticResult? Atomic()
    {
        foreach (int id in cells.Events)
        {
            ref readonly var e = ref accesses.Record[id];
            if (!e.IsRead || e.Pair < 0) continue;
            int read = cells.PlaceOf(e.Source), written = cells.PlaceOf(e.Pair);
            if (written != read + 1) return Broken(Axiom.Atomic, new(id, "fr"), new(cells.Coherence[read], "co"), new(e.Pair, "rmw"));
        }
        return null;
    }

    void AddEdges()
    {
        var coherence = cells.Coherence;
        later.Reset(coherence.Length + 1, accesses.Count);
        for (int place = coherence.Length - 1; place >= 0; place--)
        {
            later.Row(place + 1).CopyTo(later.Row(place));
            later.Set(place, accesses.NodeOf(coherence[place]));
        }
        foreach (int id in cells.Events)
        {
            ref readonly var e = ref accesses.Record[id];
            int place = cells.PlaceOf(e.IsRead ? e.Source : id), node = accesses.NodeOf(id);
            Bits.OrAndNot(edges.Row(node), later.Row(place), accesses.OfThread(e.Thread));
            if (e.IsRead && e.Source >= 0) AddReadsFrom(e, node);
        }
        if (model == MemoryModel.AArch64) AddOwnLaterWrites();
    }

    /// <summary>rfe; and within a thread, on AArch64, (addr | data);rfi and rmw;rfi. A value stored by an exchange counts as computed from the one it read.</summary>
    void AddReadsFrom(in ExecutionEvent e, int node)
    {
        ref readonly var source = ref accesses.Record[e.Source];
        int from = accesses.NodeOf(e.Source);
        if (source.Thread != e.Thread) edges.Set(from, node);
        if (source.Thread != e.Thread || model != MemoryModel.AArch64) return;
        if (source.AddressDependency >= 0) edges.Set(accesses.NodeOf(source.AddressDependency), node);
        if (source.DataDependency >= 0) edges.Set(accesses.NodeOf(source.DataDependency), node);
        if (source.Pair < 0) return;
        edges.Set(accesses.NodeOf(source.Pair), node);
        if (e.Acquires) edges.Set(from, node);
    }

    /// <summary>po-loc;[W].</summary>
    void AddOwnLaterWrites()
    {
        own.Reset(accesses.Threads, accesses.Count);
        var events = cells.Events;
        for (int i = events.Length - 1; i >= 0; i--)
        {
            ref readonly var e = ref accesses.Record[events[i]];
            int node = accesses.NodeOf(events[i]);
            Bits.Or(edges.Row(node), own.Row(e.Thread));
            if (e.IsWrite) own.Set(e.Thread, node);
        }
    }
}
