namespace Ringcheck.Ordering.Axioms;

/// <summary>
/// The program order that a model keeps, as rows of a matrix over accesses. Threads are walked backwards, so that the sets
/// "all later accesses" and "all accesses after the next fence of this kind" are at hand for each event.
/// AArch64 after aarch64.cat (Deacon; Pulte et al., POPL 2018): barrier-ordered-before, dependency-ordered-before and the
/// part of atomic-ordered-before inside one instruction. TSO after Owens, Sarkar and Sewell (TPHOLs 2009).
/// </summary>
internal sealed class ProgramOrder
{
    enum After
    {
        Here,
        Full,
        Load,
        Store,
        DsbStore,
        Isb,
        Kinds,
    }

    readonly BitMatrix after = new(), classes = new();
    Accesses accesses = null!;
    BitMatrix edges = null!;

    Span<ulong> Writes => classes.Row(0);

    Span<ulong> Exclusives => classes.Row(1);

    Span<ulong> Releases => classes.Row(2);

    Span<ulong> StrongAcquires => classes.Row(3);

    /// <summary>Adds the order kept to <paramref name="edges"/>. What depends on locations (po-loc to a write, forwarding) is <see cref="Communication"/>'s.</summary>
    public void AddTo(BitMatrix edges, Accesses accesses, MemoryModel model)
    {
        (this.accesses, this.edges) = (accesses, edges);
        Classify();
        after.Reset(accesses.Threads * (int)After.Kinds, accesses.Count);
        var events = accesses.Record.Events;
        for (int id = events.Length - 1; id >= 0; id--)
        {
            ref readonly var e = ref events[id];
            if (e.Kind == EventKind.Fence)
            {
                Fence(e);
            }
            else if (e.Kind == EventKind.Branch)
            {
                if (model == MemoryModel.AArch64) Control(e.Source, e.Thread);
            }
            else
            {
                int node = accesses.NodeOf(id);
                if (model == MemoryModel.AArch64) AArch64(id, node, e);
                else if (model == MemoryModel.Tso) Tso(node, e);
                else Bits.Or(edges.Row(node), Set(e.Thread, After.Here));
                Bits.Add(Set(e.Thread, After.Here), node);
            }
        }
    }

    void Classify()
    {
        classes.Reset(4, accesses.Count);
        for (int node = 0; node < accesses.Count; node++)
        {
            ref readonly var e = ref accesses.Record[accesses.EventOf(node)];
            if (e.IsWrite) Bits.Add(Writes, node);
            if (e.Pair >= 0) Bits.Add(Exclusives, node);
            if (e.Releases) Bits.Add(Releases, node);
            if (e.AcquiresStrongly) Bits.Add(StrongAcquires, node);
        }
    }

    Span<ulong> Set(int thread, After kind) => after.Row(thread * (int)After.Kinds + (int)kind);

    void Fence(in ExecutionEvent e)
    {
        if (KindOf(e.Fence) is { } kind) Set(e.Thread, After.Here).CopyTo(Set(e.Thread, kind));
    }

    static After? KindOf(Fence fence) => fence switch
    {
        Ordering.Fence.DmbFull or Ordering.Fence.DsbFull => After.Full,
        Ordering.Fence.DmbLoad or Ordering.Fence.DsbLoad => After.Load,
        Ordering.Fence.DmbStore => After.Store,
        Ordering.Fence.DsbStore => After.DsbStore,
        Ordering.Fence.Isb => After.Isb,
        _ => null,
    };

    /// <summary>Everything but a store before a later load; a locked instruction or MFENCE keeps that too.</summary>
    void Tso(int node, in ExecutionEvent e)
    {
        var row = edges.Row(node);
        if (e.IsRead || e.Pair >= 0)
        {
            Bits.Or(row, Set(e.Thread, After.Here));
            return;
        }
        Bits.OrAnd(row, Set(e.Thread, After.Here), Writes);
        Bits.OrAnd(row, Set(e.Thread, After.Here), Exclusives);
        Bits.Or(row, Set(e.Thread, After.Full));
        Bits.Or(row, Set(e.Thread, After.DsbStore));
    }

    void AArch64(int id, int node, in ExecutionEvent e)
    {
        var row = edges.Row(node);
        var later = Set(e.Thread, After.Here);
        Bits.Or(row, Set(e.Thread, After.Full));
        Bits.OrAnd(row, later, Releases);
        if (e.IsRead)
        {
            Bits.Or(row, Set(e.Thread, After.Load));
            if (e.Acquires) Bits.Or(row, later);
            if (e.Pair > id) Bits.Add(row, accesses.NodeOf(e.Pair));
        }
        else
        {
            Bits.Or(row, Set(e.Thread, After.DsbStore));
            Bits.OrAnd(row, Set(e.Thread, After.Store), Writes);
            if (e.Releases) Bits.OrAnd(row, later, StrongAcquires);
            if (e.Pair >= 0 && e.Order == AccessOrder.AcquireRelease) Bits.Or(row, later);
            if (e.DataDependency >= 0) edges.Set(accesses.NodeOf(e.DataDependency), node);
        }
        if (e.AddressDependency < 0) return;
        edges.Set(accesses.NodeOf(e.AddressDependency), node);
        Control(e.AddressDependency, e.Thread);
    }

    /// <summary>(ctrl | addr;po);[W] and (ctrl | addr;po);[ISB];po from the read to what comes after this point.</summary>
    void Control(int read, int thread)
    {
        var row = edges.Row(accesses.NodeOf(read));
        Bits.OrAnd(row, Set(thread, After.Here), Writes);
        Bits.Or(row, Set(thread, After.Isb));
    }
}
