namespace Ringcheck.Ordering.CpuSystem;

/// <summary>A translation that one CPU may still use although the table says something else.</summary>
/// <param name="Root">Page number of the table.</param>
/// <param name="Page">Page number of the virtual address.</param>
/// <param name="Entry">The old entry; 0 for "not mapped".</param>
/// <param name="EndsWithIsb">Only this CPU's ISB is missing; otherwise a TLBI is.</param>
/// <param name="Changed">Where the table was changed.</param>
readonly record struct StaleTranslation(int Root, int Page, ulong Entry, bool EndsWithIsb, Site Changed);

/// <summary>A TLBI that no DSB has completed yet. Page -1: all of them.</summary>
readonly record struct TlbRequest(int Page, bool ReachesAll);

/// <summary>
/// The TLB of one CPU, as what is wrong in it. An entry that agrees with the table makes no difference, so only those that the table has left
/// behind are kept. Any valid entry of a table that a CPU has used may be in its TLB, used or not: walks are speculative.
/// </summary>
sealed class Tlb
{
    const int Capacity = 8;

    readonly StaleTranslation[] stale = new StaleTranslation[Capacity];
    readonly TlbRequest[] requests = new TlbRequest[Capacity];

    public int StaleCount { get; private set; }

    public int RequestCount { get; private set; }

    /// <summary>Tables that this CPU has translated with, by page number.</summary>
    public uint RootsUsed { get; set; }

    /// <summary>Pages that a TLBI was given for before the new entry could be seen: it was too early.</summary>
    public uint InvalidatedTooEarly { get; set; }

    /// <summary>Pages that another CPU has invalidated in its own TLB only.</summary>
    public uint InvalidatedElsewhere { get; set; }

    public ref readonly StaleTranslation this[int index] => ref stale[index];

    public void Reset()
    {
        StaleCount = RequestCount = 0;
        RootsUsed = InvalidatedTooEarly = InvalidatedElsewhere = 0;
    }

    /// <summary>Too many at once: the newest is left out (a bound of the model).</summary>
    public void Add(in StaleTranslation translation)
    {
        for (int i = 0; i < StaleCount; i++)
        {
            if (stale[i] with { Changed = default } == translation with { Changed = default }) return;
        }
        if (StaleCount < Capacity) stale[StaleCount++] = translation;
    }

    public void Request(TlbRequest request)
    {
        if (RequestCount == Capacity) throw new InvalidOperationException($"more than {Capacity} TLBI without a DSB");
        requests[RequestCount++] = request;
    }

    /// <summary>Takes out one request that this barrier completes: one to all CPUs takes a barrier for all of them.</summary>
    public bool TryTakeRequest(bool forAllCpus, out TlbRequest request)
    {
        for (int i = RequestCount - 1; i >= 0; i--)
        {
            request = requests[i];
            if (request.ReachesAll && !forAllCpus) continue;
            requests[i] = requests[--RequestCount];
            return true;
        }
        request = default;
        return false;
    }

    public bool IsRequested(int page)
    {
        for (int i = 0; i < RequestCount; i++)
        {
            if (requests[i].Page == page || requests[i].Page < 0) return true;
        }
        return false;
    }

    /// <summary>A TLBI has taken effect here. On the CPU that gave it, instructions that are in the pipeline already may still have the old translation.</summary>
    public void Invalidate(int page, bool keepUntilIsb)
    {
        uint pages = page < 0 ? uint.MaxValue : 1u << page;
        InvalidatedElsewhere &= ~pages;
        for (int i = StaleCount - 1; i >= 0; i--)
        {
            if ((page >= 0 && stale[i].Page != page) || stale[i].EndsWithIsb) continue;
            if (keepUntilIsb) stale[i] = stale[i] with { EndsWithIsb = true };
            else RemoveAt(i);
        }
    }

    public void Synchronise()
    {
        for (int i = StaleCount - 1; i >= 0; i--)
        {
            if (stale[i].EndsWithIsb) RemoveAt(i);
        }
    }

    void RemoveAt(int index) => Array.Copy(stale, index + 1, stale, index, --StaleCount - index);

    public void Fold<TSink>(ref TSink sink) where TSink : struct, IStateSink
    {
        sink.Add((ulong)StaleCount << 40 | (ulong)RequestCount << 32 | RootsUsed);
        sink.Add((ulong)InvalidatedTooEarly << 32 | InvalidatedElsewhere);
        for (int i = 0; i < StaleCount; i++)
        {
            sink.Add((ulong)stale[i].Root << 8 | (ulong)stale[i].Page << 1 | (stale[i].EndsWithIsb ? 1u : 0));
            sink.Add(stale[i].Entry);
        }
        for (int i = 0; i < RequestCount; i++) sink.Add((ulong)(requests[i].Page + 1) << 1 | (requests[i].ReachesAll ? 1u : 0));
    }
}
