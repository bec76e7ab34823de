namespace Ringcheck.Exploration;

/// <summary>
/// Makes a failing sequence of operations smaller: removes chunks (delta debugging: Zeller and Hildebrandt, IEEE TSE 2002), single operations
/// and pairs, merges neighbours, and puts simpler operations in their place, until none of these helps. A candidate that was
/// tried is not tried again.
/// </summary>
/// <param name="stillFails">Runs a candidate: true if it fails in the same way.</param>
/// <param name="simpler">Simpler operations for one, simplest first.</param>
/// <param name="merge">What two operations, the first before the second, may be merged into, or null.</param>
public sealed class SequenceShrinker<T>(Func<IReadOnlyList<T>, bool> stillFails, Func<T, IEnumerable<T>> simpler, Func<T, T, T?> merge)
    where T : struct, IEquatable<T>
{
    readonly HashSet<string> tried = [];

    /// <summary>Candidates that were run.</summary>
    public int Executions { get; private set; }

    public IReadOnlyList<T> Shrink(IReadOnlyList<T> failing)
    {
        var best = failing.ToList();
        while (RemoveChunks(ref best) | RemovePairs(ref best) | MergeNeighbours(ref best) | Simplify(ref best))
        {
        }
        return best;
    }

    bool Try(List<T> candidate, ref List<T> best)
    {
        if (!tried.Add(string.Join(';', candidate))) return false;
        Executions++;
        if (!stillFails(candidate)) return false;
        best = candidate;
        return true;
    }

    bool RemoveChunks(ref List<T> best)
    {
        bool improved = false;
        for (int chunk = Math.Max(1, best.Count / 2); chunk >= 1; chunk /= 2)
        {
            // From the end: what comes after the failure goes first, and in one piece.
            for (int end = best.Count; end > 0;)
            {
                int start = Math.Max(0, end - chunk);
                var candidate = new List<T>(best);
                candidate.RemoveRange(start, Math.Min(end, best.Count) - start);
                if (Try(candidate, ref best)) improved = true;
                end = Math.Min(start, best.Count);
            }
        }
        return improved;
    }

    bool RemovePairs(ref List<T> best)
    {
        for (int i = 0; i < best.Count; i++)
        {
            for (int j = i + 1; j < best.Count; j++)
            {
                var candidate = new List<T>(best);
                candidate.RemoveAt(j);
                candidate.RemoveAt(i);
                if (Try(candidate, ref best)) return true;
            }
        }
        return false;
    }

    bool MergeNeighbours(ref List<T> best)
    {
        for (int i = 0; i < best.Count; i++)
        {
            for (int j = i + 1; j < best.Count; j++)
            {
                if (merge(best[i], best[j]) is not { } merged) continue;
                var candidate = new List<T>(best) { [i] = merged };
                candidate.RemoveAt(j);
                if (Try(candidate, ref best)) return true;
            }
        }
        return false;
    }

    bool Simplify(ref List<T> best)
    {
        bool improved = false;
        for (int i = 0; i < best.Count; i++)
        {
            foreach (var replacement in simpler(best[i]))
            {
                if (replacement.Equals(best[i])) continue;
                var candidate = new List<T>(best) { [i] = replacement };
                if (!Try(candidate, ref best)) continue;
                improved = true;
                break;
            }
        }
        return improved;
    }
}
