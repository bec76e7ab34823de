namespace Ringcheck.Ordering.Axioms;

/// <summary>Ordered-before of a record, as a matrix over its accesses (not closed under transitivity), and the axioms judged on the way.</summary>
internal sealed class OrderedBefore
{
    readonly ProgramOrder programOrder = new();
    readonly Communication communication;

    public OrderedBefore() => communication = new(Cells);

    public Accesses Accesses { get; } = new();

    public Cells Cells { get; } = new();

    public BitMatrix Edges { get; } = new();

    /// <summary>Builds the matrix. It is whole if the result is consistent; whether it is acyclic is for the caller to see.</summary>
    public AxiomaticResult Build(ExecutionRecord record, MemoryModel model)
    {
        Accesses.Load(record);
        if (Accesses.Malformed() is >= 0 and int malformed) return new(Axiom.WellFormed, [new(malformed, "?")]);
        Cells.Load(record);
        Edges.Reset(Accesses.Count, Accesses.Count);
        programOrder.AddTo(Edges, Accesses, model);
        foreach (var (earlier, later) in record.Orders) Edges.Set(Accesses.NodeOf(earlier), Accesses.NodeOf(later));
        return communication.AddTo(Edges, Accesses, model);
    }
}
