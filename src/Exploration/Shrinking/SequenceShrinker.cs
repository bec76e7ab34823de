namespace Ringcheck.Exploration;

/// <summary>
/// Makes a failing sequence of operations smaller: cuts off what comes after the failure, removes chunks (delta debugging: Zeller and
/// Hildebrandt, IEEE TSE 2002), merges, puts simpler operations in their place, and where none of these helps any more, makes two
/// changes at once: what depends on each other (a queue's size and a chain that fills it) gets smaller only together.
/// A candidate that was tried is not tried again.
/// </summary>
/// <param name="stillFails">Runs a candidate: true if it fails in the same way.</param>
/// <param name="simpler">Simpler operations for one, simplest first.</param>
/// <param name="merge">What two operations, the first before the second, may be merged into, or null.</param>
public sealed class SequenceShrinker<T>(Func<IReadOnlyList<T>, bool> stillFails, Func<T, IEnumerable<T>> simpler, Func<T, T, T?> merge)
    where T : struct, IEquatable<T>
{
    /// <summary>Two changes at once are tried on operations that are at most so far apart: all pairs of a long sequence are too many.</summary>
    const int PairDistance = 12;

    /// <summary>
    /// Operations that are no simpler than one, tried in its place where fewer operations are enough then: a starting index just before
    /// the wrap for one of 0. Null: none.
    /// </summary>
    public Func<T, IEnumerable<T>>? InsteadOf { get; init; }

    /// <summary>
    /// Which of two neighbours comes first where their order makes no difference. Sequences in a canonical order show what can go (of two
    /// publications, one). Null: they stay as they are.
    /// </summary>
    public Comparison<T>? Order { get; init; }

    readonly HashSet<T[]> tried = new(SameSequence.Instance);
    T[] best = [];

    /// <summary>Candidates that were run.</summary>
    public int Executions { get; private set; }

    public IReadOnlyList<T> Shrink(IReadOnlyList<T> failing)
    {
        best = [.. failing];
        CutOff();
        do
        {
            while (RemoveChunks() | MergePairs() | Simplify())
            {
            }
        }
        while (Sort() || Exchange() || ChangeTwo());
        return best;
    }

    bool Try(T[] candidate)
    {
        if (!tried.Add(candidate)) return false;
        Executions++;
        if (!stillFails(candidate)) return false;
        best = candidate;
        return true;
    }

    /// <summary>What comes after the failure goes first, by bisection: most of a random sequence does.</summary>
    void CutOff()
    {
        int passes = 0;
        while (best.Length - passes > 1)
        {
            int middle = passes + (best.Length - passes) / 2;
            if (!Try(best[..middle])) passes = middle;
        }
    }

    bool RemoveChunks()
    {
        bool improved = false;
        for (int chunk = Math.Max(1, best.Length / 2); chunk >= 1; chunk /= 2)
        {
            for (int end = best.Length; end > 0;)
            {
                int start = Math.Max(0, end - chunk);
                improved |= Try([.. best[..start], .. best[end..]]);
                end = start;
            }
        }
        return improved;
    }

    bool MergePairs()
    {
        bool improved = false;
        for (int i = 0; i < best.Length; i++)
        {
            for (int j = i + 1; j < best.Length; j++)
            {
                if (merge(best[i], best[j]) is not { } merged || !Try([.. best[..i], merged, .. best[(i + 1)..j], .. best[(j + 1)..]])) continue;
                improved = true;
                j--;
            }
        }
        return improved;
    }

    bool Simplify()
    {
        bool improved = false;
        for (int i = 0; i < best.Length; i++)
        {
            foreach (var replacement in simpler(best[i]))
            {
                if (replacement.Equals(best[i]) || !Try([.. best[..i], replacement, .. best[(i + 1)..]])) continue;
                improved = true;
                break;
            }
        }
        return improved;
    }

    bool Sort()
    {
        bool improved = false;
        for (int i = 1; Order is not null && i < best.Length; i++)
        {
            for (int j = i; j > 0 && Order(best[j], best[j - 1]) < 0 && Try([.. best[..(j - 1)], best[j], best[j - 1], .. best[(j + 1)..]]); j--) improved = true;
        }
        return improved;
    }

    /// <summary>Another operation in the place of one, and fewer of those behind it.</summary>
    bool Exchange()
    {
        for (int i = 0; InsteadOf is not null && i < best.Length; i++)
        {
            foreach (var other in InsteadOf(best[i]))
            {
                for (int end = best.Length; end > i + 1; end--)
                {
                    for (int start = i + 1; start < end; start++)
                    {
                        if (Try([.. best[..i], other, .. best[(i + 1)..start], .. best[end..]])) return true;
                    }
                }
            }
        }
        return false;
    }

    /// <summary>Removes or simplifies two operations. True after the first success: the cheaper steps may help again.</summary>
    bool ChangeTwo()
    {
        for (int i = 0; i < best.Length; i++)
        {
            for (int j = i + 1; j < Math.Min(best.Length, i + 1 + PairDistance); j++)
            {
                foreach (var first in Changes(best[i]))
                {
                    foreach (var second in Changes(best[j]))
                    {
                        if (Try([.. best[..i], .. first, .. best[(i + 1)..j], .. second, .. best[(j + 1)..]])) return true;
                    }
                }
            }
        }
        return false;
    }

    /// <summary>Nothing in its place, or something simpler.</summary>
    IEnumerable<T[]> Changes(T operation) => simpler(operation).Where(replacement => !replacement.Equals(operation)).Select(replacement => new[] { replacement }).Prepend([]);

    sealed class SameSequence : IEqualityComparer<T[]>
    {
        public static readonly SameSequence Instance = new();

        public bool Equals(T[]? x, T[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(T[] obj)
        {
            var hash = new HashCode();
            foreach (var operation in obj) hash.Add(operation);
            return hash.ToHashCode();
        }
    }
}
