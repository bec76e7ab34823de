namespace Ringcheck.Ordering.Axioms;

/// <summary>
/// Judges a recorded execution by the axioms of a memory model, after the fact and with the whole history in view. It shares no code with the
/// memory machine, which is never trusted alone. Keeps its memory from one record to the next; use one for each thread.
/// </summary>
/// <remarks>
/// The axioms are internal, atomic and external, as in aarch64.cat (Deacon; Alglave, Deacon, Grisenthwaite, Hacquard, Maranget,
/// TOPLAS 2021); SC and TSO are put in the same form. Time and memory are of the order of n * n / 64 words for n accesses.
/// Load buffering is accepted where the model allows it: po | rf may be cyclic.
/// </remarks>
public sealed class AxiomaticCheck(MemoryModel model)
{
    readonly OrderedBefore ordered = new();
    readonly Cycles cycles = new();

    public AxiomaticResult Check(ExecutionRecord record)
    {
        var result = ordered.Build(record, model);
        return !result.IsConsistent || cycles.IsAcyclic(ordered.Edges, ordered.Accesses.Count) ? result : Explain(record);
    }

    AxiomaticResult Explain(ExecutionRecord record)
    {
        var words = new RelationWords(record, ordered.Cells);
        var cycle = cycles.Shortest(ordered.Edges, ordered.Accesses.Count, cycles.OnCycle).ConvertAll(ordered.Accesses.EventOf);
        return new(Axiom.External, [.. cycle.Select((id, i) => new CycleStep(id, words.Of(id, cycle[(i + 1) % cycle.Count])))]);
    }
}
