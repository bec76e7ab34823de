namespace Ringcheck.Ordering.Axioms;

/// <summary>How many edges of program order that is not kept it takes to come back to an access.</summary>
internal sealed class WeakReach
{
    readonly BitMatrix closed = new(), afterwards = new(), sets = new();
    Accesses accesses = null!;

    /// <summary>Takes ordered-before and its nodes, each after all that it leads to.</summary>
    public void Load(OrderedBefore ordered, ReadOnlySpan<int> finished)
    {
        accesses = ordered.Accesses;
        Close(ordered.Edges, finished);
        JoinSuffixes();
    }

    /// <summary>Rows of what is reached by kept order alone, the node itself included.</summary>
    void Close(BitMatrix edges, ReadOnlySpan<int> finished)
    {
        closed.Reset(accesses.Count, accesses.Count);
        // Executions are recorded in about topological order, so the lowest successor that is still missing mostly leads to the next ones: about as
        // many rows are joined as a transitive reduction has edges.
        foreach (int node in finished)
        {
            var row = closed.Row(node);
            Bits.Add(row, node);
            for (int next; (next = Bits.FirstBeyond(edges.Row(node), row)) >= 0;) Bits.Or(row, closed.Row(next));
        }
    }

    /// <summary>Rows of what is reached from anything later in the thread.</summary>
    void JoinSuffixes()
    {
        afterwards.Reset(accesses.Count, accesses.Count);
        int[] next = new int[accesses.Threads];
        Array.Fill(next, -1);
        for (int node = accesses.Count - 1; node >= 0; node--)
        {
            int thread = accesses.Record[accesses.EventOf(node)].Thread;
            if (next[thread] >= 0)
            {
                Bits.Or(afterwards.Row(node), afterwards.Row(next[thread]));
                Bits.Or(afterwards.Row(node), closed.Row(next[thread]));
            }
            next[thread] = node;
        }
    }

    /// <summary>The least number of edges not kept on a cycle through a node; more than <paramref name="most"/> if it takes more.</summary>
    public int Return(int node, int most)
    {
        sets.Reset(2, accesses.Count);
        Span<ulong> reached = sets.Row(0), grown = sets.Row(1);
        closed.Row(node).CopyTo(reached);
        for (int missing = 1; missing <= most; missing++)
        {
            grown.Clear();
            for (int thread = 0; thread < accesses.Threads; thread++)
            {
                int first = Bits.First(reached, accesses.OfThread(thread));
                if (first >= 0) Bits.Or(grown, afterwards.Row(first));
            }
            if (Bits.Has(grown, node)) return missing;
            Bits.Or(reached, grown);
        }
        return most + 1;
    }
}
