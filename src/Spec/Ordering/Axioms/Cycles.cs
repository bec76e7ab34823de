namespace Ringcheck.Ordering.Axioms;

/// <summary>Looks for cycles in a relation. Each row is looked at once: the time is that of reading the matrix.</summary>
internal sealed class Cycles
{
    readonly BitMatrix sets = new();
    int[] stack = [], order = [];

    /// <summary>All nodes, each one after all that it leads to; after <see cref="IsAcyclic"/> said yes.</summary>
    public ReadOnlySpan<int> Finished => order.AsSpan(0, finished);

    int finished;

    /// <summary>A node of a cycle, after <see cref="IsAcyclic"/> said no.</summary>
    public int OnCycle { get; private set; }

    public bool IsAcyclic(BitMatrix edges, int count)
    {
        sets.Reset(2, count);
        Span<ulong> open = sets.Row(0), unseen = sets.Row(1);
        if (stack.Length < count) (stack, order) = (new int[count * 2], new int[count * 2]);
        for (int node = 0; node < count; node++) Bits.Add(unseen, node);
        finished = 0;
        for (int root = 0; root < count; root++)
        {
            if (!Bits.Has(unseen, root)) continue;
            int depth = 0;
            for (int next = root; ;)
            {
                if (next >= 0)
                {
                    if (Bits.Meet(edges.Row(next), open) || edges.Has(next, next)) return Found(edges, next, open);
                    stack[depth++] = next;
                    Bits.Add(open, next);
                    Bits.Remove(unseen, next);
                }
                if (depth == 0) break;
                next = Bits.First(edges.Row(stack[depth - 1]), unseen);
                if (next >= 0) continue;
                Bits.Remove(open, stack[--depth]);
                order[finished++] = stack[depth];
            }
        }
        return true;
    }

    bool Found(BitMatrix edges, int node, ReadOnlySpan<ulong> open)
    {
        OnCycle = edges.Has(node, node) ? node : Bits.First(edges.Row(node), open);
        return false;
    }

    /// <summary>A shortest cycle through a node that is on one, breadth first.</summary>
    public List<int> Shortest(BitMatrix edges, int count, int start)
    {
        sets.Reset(1, count);
        var unseen = sets.Row(0);
        for (int node = 0; node < count; node++) Bits.Add(unseen, node);
        int[] queue = new int[count + 1], from = new int[count];
        int head = 0, tail = 0;
        queue[tail++] = start;
        while (head < tail)
        {
            int node = queue[head++];
            if (edges.Has(node, start)) return PathTo(node, start, from);
            if (head == 1) Bits.Remove(unseen, start);
            for (int next; (next = Bits.First(edges.Row(node), unseen)) >= 0;)
            {
                Bits.Remove(unseen, next);
                from[next] = node;
                queue[tail++] = next;
            }
        }
        throw new InvalidOperationException("the node is on no cycle");
    }

    static List<int> PathTo(int node, int start, int[] from)
    {
        List<int> path = [];
        for (; node != start; node = from[node]) path.Add(node);
        path.Add(start);
        path.Reverse();
        return path;
    }
}
