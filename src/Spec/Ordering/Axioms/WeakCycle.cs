namespace Ringcheck.Ordering.Axioms;

/// <summary>An access on a cycle, and whether the model keeps the order to the next one.</summary>
internal readonly record struct WeakStep(int Node, bool IsKept);

/// <summary>Breadth-first search for a shortest cycle through one access, over pairs of an access and the number of edges not kept so far.</summary>
internal sealed class WeakCycle
{
    readonly BitMatrix unseen = new();
    int[] queue = [], cameFrom = [], length = [];
    int[] doneTo = [];
    bool storeThenLoad;

    /// <summary>A shortest cycle with so many edges not kept, or null if it would be longer than <paramref name="longest"/>.</summary>
    /// <param name="storeThenLoad">Whether an edge that is not kept may lead from a store to a load.</param>
    public List<WeakStep>? Shortest(OrderedBefore ordered, int start, int missing, int longest, bool storeThenLoad = true)
    {
        this.storeThenLoad = storeThenLoad;
        int count = ordered.Accesses.Count, head = 0, tail = 0;
        int[] next = Prepare(ordered.Accesses, missing + 1);
        Visit(start, -1, ref tail);
        while (head < tail)
        {
            int state = queue[head++], node = state % count, layer = state / count;
            if (length[state] > longest) return null;
            int back = layer == missing ? (ordered.Edges.Has(node, start) ? 1 : 0) : layer + 1 == missing && IsLater(ordered.Accesses, node, start) ? 2 : 0;
            if (back > 0) return PathTo(state, count, closesKept: back == 1);
            for (int to; (to = Bits.First(ordered.Edges.Row(node), unseen.Row(layer))) >= 0;) Visit(layer * count + to, state, ref tail);
            if (layer < missing) VisitLater(ordered.Accesses, state, next, ref tail);
        }
        return null;
    }

    /// <summary>Goes by program order to all later accesses of the thread, up to where that was done before.</summary>
    void VisitLater(Accesses accesses, int state, int[] next, ref int tail)
    {
        int count = accesses.Count, node = state % count, layer = state / count + 1;
        bool toAll = storeThenLoad || !IsStore(accesses, node);
        ref int done = ref doneTo[layer * accesses.Threads + accesses.Record[accesses.EventOf(node)].Thread];
        for (int to = next[node]; to >= 0 && to <= done; to = next[to])
        {
            if (unseen.Has(layer, to) && (toAll || IsStore(accesses, to))) Visit(layer * count + to, state, ref tail);
        }
        if (toAll) done = Math.Min(done, node);
    }

    /// <summary>Empties the tables; returns the next access of the same thread for each, -1 for the last.</summary>
    int[] Prepare(Accesses accesses, int layers)
    {
        int count = accesses.Count, states = layers * count;
        if (queue.Length < states) (queue, cameFrom, length) = (new int[states], new int[states], new int[states]);
        unseen.Reset(layers, count);
        if (doneTo.Length < layers * accesses.Threads) doneTo = new int[layers * accesses.Threads];
        Array.Fill(doneTo, int.MaxValue);
        int[] next = new int[count], last = new int[accesses.Threads];
        Array.Fill(last, -1);
        for (int node = count - 1; node >= 0; node--)
        {
            for (int layer = 0; layer < layers; layer++) unseen.Set(layer, node);
            ref int later = ref last[accesses.Record[accesses.EventOf(node)].Thread];
            (next[node], later) = (later, node);
        }
        return next;
    }

    void Visit(int state, int from, ref int tail)
    {
        int count = unseen.Columns;
        Bits.Remove(unseen.Row(state / count), state % count);
        cameFrom[state] = from;
        length[state] = from < 0 ? 1 : length[from] + 1;
        queue[tail++] = state;
    }

    bool IsLater(Accesses accesses, int node, int start)
        => node < start && accesses.Record[accesses.EventOf(node)].Thread == accesses.Record[accesses.EventOf(start)].Thread
            && (storeThenLoad || !IsStore(accesses, node) || IsStore(accesses, start));

    static bool IsStore(Accesses accesses, int node) => accesses.Record[accesses.EventOf(node)].IsWrite;

    List<WeakStep> PathTo(int state, int count, bool closesKept)
    {
        List<WeakStep> path = [new(state % count, closesKept)];
        for (int from = cameFrom[state]; from >= 0; from = cameFrom[state = from]) path.Add(new(from % count, from / count == state / count));
        path.Reverse();
        return path;
    }
}
