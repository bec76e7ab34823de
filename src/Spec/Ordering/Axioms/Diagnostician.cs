namespace Ringcheck.Ordering.Axioms;

/// <summary>
/// Explains an execution that a weak model allows: finds a cycle of program order, reads-from, coherence and from-reads that relies on as little
/// program order that the model does not keep as any does, and among those is short. Such a critical cycle is what a missing barrier
/// lets happen (Shasha and Snir, TOPLAS 1988; Alglave, Kroening, Nimal, Poetzl, "Don't sit on the fence", CAV 2014).
/// </summary>
/// <remarks>
/// Ordered-before of the model is acyclic, so each cycle takes at least one edge of program order that is not kept. Which accesses
/// are reached with 0, 1, 2... such edges is computed for all accesses with closed rows; the cycle itself is searched for breadth first from
/// at most <see cref="MostStarts"/> of the accesses that lie on one with the fewest, so that its length is a shortest one among those.
/// </remarks>
public sealed class Diagnostician(MemoryModel model)
{
    internal const int MostStarts = 128;

    readonly OrderedBefore ordered = new();
    readonly Cycles cycles = new();
    readonly WeakReach reach = new();
    readonly WeakCycle search = new();

    /// <summary>Explains a record.</summary>
    /// <param name="record">An execution that is consistent with the model.</param>
    /// <param name="involved">Accesses that matter, such as the load that got a wrong value: a cycle through one of them is preferred
    /// if there is one; else, and if empty, any cycle will do.</param>
    public Diagnosis Explain(ExecutionRecord record, params ReadOnlySpan<int> involved)
    {
        var built = ordered.Build(record, model);
        if (!built.IsConsistent) return new(DiagnosisKind.Inconsistent, built.Cycle, []);
        if (!cycles.IsAcyclic(ordered.Edges, ordered.Accesses.Count)) return new(DiagnosisKind.Inconsistent, new AxiomaticCheck(model).Check(record).Cycle, []);
        reach.Load(ordered, cycles.Finished);
        List<int> starts = [];
        int missing = Fewest(NodesOf(record, involved), starts);
        if (starts.Count == 0) missing = Fewest(Enumerable.Range(0, ordered.Accesses.Count), starts);
        if (starts.Count == 0) return new(DiagnosisKind.SequentiallyConsistent, [], []);
        List<WeakStep>? best = null;
        foreach (int start in starts)
        {
            best = search.Shortest(ordered, start, missing, best is null ? int.MaxValue : best.Count - 1) ?? best;
        }
        return Report(record, WithoutStoreThenLoad(record, starts, missing, best!) ?? best!);
    }

    /// <summary>
    /// Of cycles of one length, one that a cheaper barrier mends: the order from store to load, which takes a full one, is lost in most programs
    /// in many places where nobody needs it.
    /// </summary>
    List<WeakStep>? WithoutStoreThenLoad(ExecutionRecord record, List<int> starts, int missing, List<WeakStep> best)
    {
        if (Report(record, best).Missing.All(order => order.Kind != OrderKind.StoreLoad)) return null;
        foreach (int start in starts)
        {
            if (search.Shortest(ordered, start, missing, best.Count, storeThenLoad: false) is { } cheaper) return cheaper;
        }
        return null;
    }

    List<int> NodesOf(ExecutionRecord record, ReadOnlySpan<int> involved)
    {
        List<int> nodes = [];
        foreach (int id in involved)
        {
            if ((uint)id < (uint)record.Count && record[id].IsAccess) nodes.Add(ordered.Accesses.NodeOf(id));
        }
        return nodes;
    }

    /// <summary>The least number of edges not kept in a cycle through one of the nodes, and the first nodes that have such a cycle.</summary>
    int Fewest(IEnumerable<int> nodes, List<int> starts)
    {
        int least = ordered.Accesses.Threads + 1;
        foreach (int node in nodes)
        {
            int here = reach.Return(node, least);
            if (here < least) starts.Clear();
            if (here <= least && here <= ordered.Accesses.Threads && starts.Count < MostStarts) starts.Add(node);
            least = Math.Min(least, here);
        }
        return least;
    }

    Diagnosis Report(ExecutionRecord record, List<WeakStep> cycle)
    {
        var words = new RelationWords(record, ordered.Cells);
        List<CycleStep> steps = [];
        List<MissingOrder> missing = [];
        for (int i = 0; i < cycle.Count; i++)
        {
            int from = ordered.Accesses.EventOf(cycle[i].Node), to = ordered.Accesses.EventOf(cycle[(i + 1) % cycle.Count].Node);
            steps.Add(new(from, cycle[i].IsKept ? words.Of(from, to) : "po"));
            if (cycle[i].IsKept) continue;
            var kind = MissingOrder.KindOf(record[from], record[to]);
            missing.Add(new(record[from].Thread, from, to, kind, MissingOrder.FenceFor(kind), Observer(record, cycle, i + 1)));
        }
        return new(DiagnosisKind.Weak, steps, missing);
    }

    /// <summary>The first other thread that the cycle comes to after the later access.</summary>
    int Observer(ExecutionRecord record, List<WeakStep> cycle, int later)
    {
        int Thread(int step) => record[ordered.Accesses.EventOf(cycle[step % cycle.Count].Node)].Thread;
        int step = later;
        while (step < later + cycle.Count && Thread(step) == Thread(later)) step++;
        return Thread(step);
    }
}
