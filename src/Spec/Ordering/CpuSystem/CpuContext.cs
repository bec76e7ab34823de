namespace Ringcheck.Ordering.CpuSystem;

/// <summary>
/// A system register that was written and not yet synchronised has two values: the one it had at the last synchronisation and the one written last. What was
/// written in between is left out.
/// </summary>
struct SystemRegister
{
    public ulong New, Old;
    public bool IsPending;
    public Site Written;

    public void Write(ulong value, Site site)
    {
        if (!IsPending) Old = New;
        IsPending = true;
        New = value;
        Written = site;
    }

    /// <summary>A context synchronisation event: ISB, or taking an exception or returning from it.</summary>
    public void Synchronise()
    {
        Old = New;
        IsPending = false;
        Written = default;
    }

    public readonly void Fold<TSink>(ref TSink sink) where TSink : struct, IStateSink
    {
        sink.Add(New);
        sink.Add(Old);
        sink.Add(IsPending ? 1u : 0);
    }
}

/// <summary>The system registers of one CPU.</summary>
sealed class CpuContext
{
    public SystemRegister Table, Mmu, FloatingPoint;

    public void Reset() => Table = Mmu = FloatingPoint = default;

    public void Synchronise()
    {
        Table.Synchronise();
        Mmu.Synchronise();
        FloatingPoint.Synchronise();
    }

    public void Fold<TSink>(ref TSink sink) where TSink : struct, IStateSink
    {
        Table.Fold(ref sink);
        Mmu.Fold(ref sink);
        FloatingPoint.Fold(ref sink);
    }
}
