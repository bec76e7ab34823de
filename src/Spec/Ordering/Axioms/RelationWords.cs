namespace Ringcheck.Ordering.Axioms;

/// <summary>Says in words why one access is ordered before another, for messages. Slow, and used for the few edges of one cycle.</summary>
internal sealed class RelationWords(ExecutionRecord record, Cells cells)
{
    public string Of(int earlier, int later)
    {
        ref readonly var a = ref record[earlier];
        ref readonly var b = ref record[later];
        foreach (var order in record.Orders)
        {
            if (order == (earlier, later)) return "order";
        }
        if (b.IsRead && b.Source == earlier) return "rf";
        if (a.Thread == b.Thread && earlier < later) return ProgramOrder(earlier, later);
        return a.IsRead ? "fr" : "co";
    }

    /// <summary>What keeps two accesses of one thread in order, or "po" if this does not know of anything.</summary>
    string ProgramOrder(int earlier, int later)
    {
        ref readonly var a = ref record[earlier];
        ref readonly var b = ref record[later];
        if (a.Pair == later) return "rmw";
        if (b.AddressDependency == earlier) return "addr";
        if (b.DataDependency == earlier) return "data";
        if (a.Acquires) return "acquire";
        if (b.Releases) return "release";
        string between = Between(earlier, later);
        if (between.Length > 0) return between;
        if (a.Releases && b.AcquiresStrongly) return "release-acquire";
        return Overlap(a, b) ? "po-loc" : "po";
    }

    string Between(int earlier, int later)
    {
        ref readonly var a = ref record[earlier];
        ref readonly var b = ref record[later];
        bool control = false;
        for (int id = earlier + 1; id < later; id++)
        {
            ref readonly var e = ref record[id];
            if (e.Thread != a.Thread) continue;
            if (e.Kind == EventKind.Fence)
            {
                if (control && e.Fence == Fence.Isb) return "ctrl-isb";
                if (Orders(e.Fence, a, b)) return Name(e.Fence);
            }
            control |= (e.Kind == EventKind.Branch && e.Source == earlier) || e.AddressDependency == earlier;
        }
        return control && b.IsWrite ? "ctrl" : "";
    }

    static bool Orders(Fence fence, in ExecutionEvent a, in ExecutionEvent b) => fence switch
    {
        Fence.DmbFull or Fence.DsbFull => true,
        Fence.DmbLoad or Fence.DsbLoad => a.IsRead,
        Fence.DmbStore => a.IsWrite && b.IsWrite,
        Fence.DsbStore => a.IsWrite,
        _ => false,
    };

    static string Name(Fence fence) => fence switch
    {
        Fence.DmbFull => "dmb",
        Fence.DmbLoad => "dmb.ld",
        Fence.DmbStore => "dmb.st",
        Fence.DsbFull => "dsb",
        Fence.DsbLoad => "dsb.ld",
        Fence.DsbStore => "dsb.st",
        _ => "isb",
    };

    bool Overlap(in ExecutionEvent a, in ExecutionEvent b)
    {
        var (first, second) = (cells.RangesOf(a), cells.RangesOf(b));
        return first.From < second.To && second.From < first.To;
    }
}
