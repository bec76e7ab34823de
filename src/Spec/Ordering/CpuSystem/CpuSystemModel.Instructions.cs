namespace Ringcheck.Ordering.CpuSystem;

/// <summary>
/// The instruction side. Each line of code has a version, one more at each store. A fetch may get any version from a floor on, and the floor
/// of a CPU rises by clean, DSB, invalidate, DSB and that CPU's ISB, in this order. Fetches are not even coherent with each other, so a new version seen
/// does not rule out the old one afterwards (Simner et al., ESOP 2020).
/// </summary>
public sealed partial class CpuSystemModel<THardware>
{
    // Versions of each line: stored; visible to what fills instruction caches; no longer in any instruction cache.
    readonly int[] newest = new int[CodeLines], cleaned = new int[CodeLines], invalidated = new int[CodeLines];

    // What maintenance of a CPU will have reached once it is complete; what an invalidation would have reached after the clean; floors.
    readonly int[] cleanAsked = new int[MaxCpus * CodeLines], invalidateAsked = new int[MaxCpus * CodeLines], floor = new int[MaxCpus * CodeLines];
    readonly int[] invalidateTried = new int[CodeLines];

    static bool IsCode(ulong physical) => physical - CodeBase < (ulong)CodeLines << LineBits;

    static int LineOf(ulong physical) => (int)((physical - CodeBase) >> LineBits);

    void ResetInstructions()
    {
        foreach (int[] each in (ReadOnlySpan<int[]>)[newest, cleaned, invalidated, cleanAsked, invalidateAsked, floor, invalidateTried]) Array.Clear(each);
    }

    void StoredCode(ulong physical) => newest[LineOf(physical)]++;

    /// <summary>DC CVAU for each line of a range.</summary>
    public void CleanDataCache(int cpu, ulong start, uint length)
    {
        var (first, end) = Lines(cpu, start, length);
        for (int line = first; line < end; line++) cleanAsked[cpu * CodeLines + line] = newest[line];
    }

    /// <summary>IC IVAU for each line of a range.</summary>
    public void InvalidateInstructions(int cpu, ulong start, uint length)
    {
        var (first, end) = Lines(cpu, start, length);
        for (int line = first; line < end; line++) Invalidate(cpu, line);
    }

    /// <summary>IC IALLUIS.</summary>
    public void InvalidateAllInstructions(int cpu, Site site)
    {
        int stale = 0;
        for (int line = 0; line < CodeLines; line++)
        {
            if (invalidated[line] < newest[line]) stale++;
            Invalidate(cpu, line);
        }
        if (stale == CodeLines) return;
        hardware.OverBroad(new(Obligation.InvalidateRange,
            $"IC IALLUIS in {site} empties every instruction cache of the system, and {stale} of {CodeLines} lines were written", "IC IVAU for each line that was written"));
    }

    void Invalidate(int cpu, int line)
    {
        invalidateAsked[cpu * CodeLines + line] = cleaned[line]; // what is not cleaned yet is filled again as it was
        invalidateTried[line] = newest[line];
    }

    void CompleteInstructionMaintenance(int cpu)
    {
        for (int line = 0; line < CodeLines; line++)
        {
            cleaned[line] = Math.Max(cleaned[line], cleanAsked[cpu * CodeLines + line]);
            invalidated[line] = Math.Max(invalidated[line], invalidateAsked[cpu * CodeLines + line]);
        }
    }

    void SynchroniseFetch(int cpu) => invalidated.CopyTo(floor.AsSpan(cpu * CodeLines));

    /// <summary>Runs the instruction at an address: the one stored last, or an older one.</summary>
    public void Fetch(int cpu, ulong address)
    {
        if (!TryTranslate(cpu, address, needsNormal: false, mayFault: false, out ulong physical)) return;
        if (!IsCode(physical)) throw new InvalidOperationException($"0x{physical:x} is not among the lines of code");
        int line = LineOf(physical);
        if (floor[cpu * CodeLines + line] >= newest[line] || hardware.Choose(2) == 0) return;
        var (missing, mend) = Missing(cpu, line);
        hardware.Broken(new(missing, $"cpu{cpu} runs what was at 0x{address:x} before it was written", mend));
    }

    (Obligation Missing, string Mend) Missing(int cpu, int line)
    {
        bool isCleanAsked = false, isInvalidateAsked = false;
        for (int other = 0; other < cpuCount; other++)
        {
            isCleanAsked |= cleanAsked[other * CodeLines + line] >= newest[line];
            isInvalidateAsked |= invalidateAsked[other * CodeLines + line] >= newest[line];
        }
        if (!isCleanAsked) return (Obligation.CleanAfterStore, "DC CVAU for the line, after storing it");
        if (cleaned[line] < newest[line]) return (Obligation.CompleteClean, "DSB ISH after DC CVAU, before IC IVAU");
        if (invalidated[line] >= newest[line]) return (Obligation.SynchroniseFetch, $"ISB on cpu{cpu} before running it");
        if (isInvalidateAsked) return (Obligation.CompleteInvalidate, "DSB ISH after IC IVAU");
        return invalidateTried[line] >= newest[line]
            ? (Obligation.CompleteClean, "DSB ISH between DC CVAU and IC IVAU")
            : (Obligation.InvalidateAfterClean, "IC IVAU for the line, after DC CVAU and DSB ISH");
    }

    /// <summary>The lines of a range, rounded outward. Maintenance by address is translated like an access, and takes no exception here.</summary>
    (int First, int End) Lines(int cpu, ulong start, uint length)
    {
        if (length == 0 || !TryTranslate(cpu, start, needsNormal: false, mayFault: false, out ulong physical) || !IsCode(physical)) return (0, 0);
        return (LineOf(physical), Math.Min(CodeLines, LineOf(physical + length - 1) + 1));
    }

    void FoldInstructions<TSink>(ref TSink sink) where TSink : struct, IStateSink
    {
        for (int line = 0; line < CodeLines; line++)
        {
            sink.Add((ulong)newest[line] << 48 | (ulong)cleaned[line] << 32 | (ulong)invalidated[line] << 16 | (uint)invalidateTried[line]);
            for (int cpu = 0; cpu < cpuCount; cpu++)
            {
                int at = cpu * CodeLines + line;
                sink.Add((ulong)cleanAsked[at] << 32 | (ulong)invalidateAsked[at] << 16 | (uint)floor[at]);
            }
        }
    }
}
