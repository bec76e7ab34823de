namespace Ringcheck.Ordering.Axioms;

/// <summary>A load that could have returned a store that follows from it, which no execution in program order shows.</summary>
/// <param name="Read">The load's event.</param>
/// <param name="Write">The store's: it comes after the load in program order and reads-from.</param>
/// <param name="Record">The record with the load moved late; the model allows it.</param>
public sealed record LateLoad(int Read, int Write, ExecutionRecord Record);

/// <summary>
/// Looks for load buffering in an execution that was run in program order: a load of a buffer that is then handed on, with no load-to-store order, may still
/// be on its way when the new owner stores to that buffer. A candidate is a load whose next store in coherence order is another thread's, follows from the load,
/// and is not reached from it by kept program order; the axioms judge it with the load moved late.
/// </summary>
/// <remarks>
/// One load is moved at a time, by one store; a value other than the one that was read could have led the program elsewhere, which is not followed up. It is
/// a bug all the same in code that relies on no dependency. Complements the machine, which covers all else.
/// </remarks>
/// <param name="model">Only AArch64 has it.</param>
/// <param name="longestBranchedOn">
/// Loads of up to so many bytes are taken to be branched on by what follows, which orders later stores: a flag that decides whether to ring a doorbell does not
/// take the value that it has because of that doorbell. 0 takes no load for that.
/// </param>
public sealed class LoadBuffering(MemoryModel model, int longestBranchedOn = 0)
{
    readonly OrderedBefore ordered = new();
    readonly AxiomaticCheck check = new(model);
    readonly ExecutionRecord moved = new();
    readonly BitMatrix sets = new();
    readonly List<(int Read, int Write)> candidates = [];
    bool[] reached = [];

    /// <summary>The first such load of a consistent record, or null. A model that keeps loads before stores has none.</summary>
    public LateLoad? Find(ExecutionRecord record)
    {
        if (model != MemoryModel.AArch64 || !ordered.Build(record, model).IsConsistent) return null;
        Collect(record);
        foreach (var (read, write) in candidates)
        {
            if (IsOrdered(read, write) || !Follows(record, read, write)) continue;
            moved.CopyFrom(record);
            moved.Redirect(read, write);
            if (check.Check(moved).IsConsistent) return new(read, write, moved);
        }
        return null;
    }

    void Collect(ExecutionRecord record)
    {
        candidates.Clear();
        var cells = ordered.Cells;
        for (int cell = 0; cell < cells.Count; cell++)
        {
            cells.Open(cell);
            foreach (int id in cells.Events)
            {
                ref readonly var read = ref record[id];
                if (!read.IsRead || read.Acquires || read.Pair >= 0 || read.Length <= longestBranchedOn) continue;
                int place = cells.PlaceOf(read.Source);
                if (place >= cells.Coherence.Length) continue;
                int write = cells.Coherence[place];
                ref readonly var store = ref record[write];
                bool coversAll = store.Address <= read.Address && read.Address + (ulong)read.Length <= store.Address + (ulong)store.Length;
                if (write > id && store.Thread != read.Thread && coversAll) candidates.Add((id, write));
            }
        }
    }

    /// <summary>Whether kept order leads from the load, by way of something later in its own thread, to the store.</summary>
    bool IsOrdered(int read, int write)
    {
        int count = ordered.Accesses.Count, from = ordered.Accesses.NodeOf(read), to = ordered.Accesses.NodeOf(write);
        sets.Reset(2, count);
        Span<ulong> seen = sets.Row(0), open = sets.Row(1);
        Bits.OrAnd(open, ordered.Edges.Row(from), ordered.Accesses.OfThread(ordered.Accesses.Record[read].Thread));
        for (int node; (node = Bits.FirstBeyond(open, seen)) >= 0;)
        {
            if (node == to) return true;
            Bits.Add(seen, node);
            Bits.Or(open, ordered.Edges.Row(node));
        }
        return false;
    }

    /// <summary>Program order and reads-from, both of which a record has in order.</summary>
    bool Follows(ExecutionRecord record, int read, int write)
    {
        if (reached.Length < record.Count) reached = new bool[record.Count * 2];
        Span<bool> threads = stackalloc bool[ordered.Accesses.Threads];
        threads.Clear();
        threads[record[read].Thread] = true;
        Array.Clear(reached, 0, record.Count);
        reached[read] = true;
        for (int id = read + 1; id <= write; id++)
        {
            ref readonly var e = ref record[id];
            reached[id] = threads[e.Thread] || (e.IsRead && e.Source >= 0 && reached[e.Source]);
            threads[e.Thread] |= reached[id];
        }
        return reached[write];
    }
}
