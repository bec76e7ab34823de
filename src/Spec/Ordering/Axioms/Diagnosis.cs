namespace Ringcheck.Ordering.Axioms;

/// <summary>The class of an earlier and of a later access.</summary>
public enum OrderKind : byte
{
    StoreStore,
    StoreLoad,
    LoadLoad,
    LoadStore,
}

/// <summary>Program order that the model does not keep, and that the execution needed.</summary>
/// <param name="Thread">The thread that makes both accesses.</param>
/// <param name="Earlier">Event id of the first.</param>
/// <param name="Later">Event id of the second.</param>
/// <param name="Kind">The classes of the two.</param>
/// <param name="Fence">The weakest barrier that would give it, if placed between them.</param>
/// <param name="Observer">The thread to which they appeared in the other order.</param>
public readonly record struct MissingOrder(int Thread, int Earlier, int Later, OrderKind Kind, Fence Fence, int Observer)
{
    internal static OrderKind KindOf(in ExecutionEvent earlier, in ExecutionEvent later) => (earlier.IsWrite, later.IsWrite) switch
    {
        (true, true) => OrderKind.StoreStore,
        (true, false) => OrderKind.StoreLoad,
        (false, false) => OrderKind.LoadLoad,
        _ => OrderKind.LoadStore,
    };

    internal static Fence FenceFor(OrderKind kind) => kind switch
    {
        OrderKind.StoreStore => Fence.DmbStore,
        OrderKind.StoreLoad => Fence.DmbFull,
        _ => Fence.DmbLoad,
    };
}

public enum DiagnosisKind : byte
{
    /// <summary>The execution is sequentially consistent: it is no ordering bug.</summary>
    SequentiallyConsistent,

    /// <summary>No order of all accesses explains it: <see cref="Diagnosis.Missing"/> says what program order would have ruled it out.</summary>
    Weak,

    /// <summary>The model itself does not allow the execution; there is nothing to diagnose but the machine or its record.</summary>
    Inconsistent,
}

/// <summary>Why an execution is not sequentially consistent.</summary>
/// <param name="Kind">What sort of execution it is.</param>
/// <param name="Cycle">A cycle of program order and communication; the relation "po" marks order that is not kept.</param>
/// <param name="Missing">Its program-order edges that the model does not keep.</param>
public sealed record Diagnosis(DiagnosisKind Kind, IReadOnlyList<CycleStep> Cycle, IReadOnlyList<MissingOrder> Missing)
{
    /// <summary>The cycle in one line; empty if there is none.</summary>
    public string Describe(ExecutionRecord record) => Cycle.Count == 0 ? "" : AxiomaticResult.Describe(record, Cycle);
}
