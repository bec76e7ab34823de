namespace Ringcheck.Ordering.Axioms;

/// <summary>What an execution must satisfy.</summary>
public enum Axiom : byte
{
    None,

    /// <summary>The record makes sense: each read's source wrote the bytes read, and places and dependencies name such events as they must.</summary>
    WellFormed,

    /// <summary>Coherence, or sequential consistency for each location: acyclic(po-loc | rf | co | fr).</summary>
    Internal,

    /// <summary>Nothing comes between the halves of a read-modify-write in coherence order: empty(rmw &amp; (fr; co)).</summary>
    Atomic,

    /// <summary>No event is ordered before itself: acyclic(ordered-before of the model).</summary>
    External,
}

/// <summary>An event of a cycle, and the relation by which it comes before the next one of the cycle.</summary>
/// <param name="Event">Id in the record.</param>
/// <param name="Relation">rf, co, fr, rmw, order, po-loc, or what keeps program order: acquire, release, dmb.ld, addr...</param>
public readonly record struct CycleStep(int Event, string Relation);

/// <summary>The judgement of <see cref="AxiomaticCheck"/>.</summary>
/// <param name="Violated">The first axiom that does not hold, or <see cref="Axiom.None"/>.</param>
/// <param name="Cycle">The events that break it; the last one leads back to the first. Empty if all hold.</param>
public sealed record AxiomaticResult(Axiom Violated, IReadOnlyList<CycleStep> Cycle)
{
    internal static AxiomaticResult Consistent { get; } = new(Axiom.None, []);

    public bool IsConsistent => Violated == Axiom.None;

    /// <summary>One line: "External: T0 W 0x10 -dmb.st-> ...", with thread, kind, address and id of each event.</summary>
    public string Describe(ExecutionRecord record) => IsConsistent ? "consistent" : $"{Violated}: {Describe(record, Cycle)}";

    internal static string Describe(ExecutionRecord record, IReadOnlyList<CycleStep> cycle)
        => string.Concat(cycle.Select(step => $"{Name(record, step.Event)} -{step.Relation}-> ")) + Name(record, cycle[0].Event);

    static string Name(ExecutionRecord record, int id)
    {
        if ((uint)id >= (uint)record.Count) return $"(no event {id})";
        ref readonly var e = ref record[id];
        return $"T{e.Thread} {(e.IsRead ? 'R' : 'W')} 0x{e.Address:x} (#{id})";
    }
}
