using Ringcheck.Exploration;
using static Ringcheck.Tests.Properties.RingVerbs;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// The shortest failing sequences, by trying all of them: length 1, 2, 3... Operations that do nothing where they stand are left out,
/// since the sequence without them is shorter. Not all values are tried: sizes up to 8, chains of up to 4 pieces of one byte, the first
/// three chains in flight, returned lengths 0, and start indices around 0, 2^8, 2^15 and 2^16. A shrinker that finds
/// something shorter than this refutes it, and the test says so.
/// </summary>
public sealed class BruteForce(Func<IReadOnlyList<Operation>, Broken?> run)
{
    static readonly uint[] Starts = [.. Around(0), .. Around(0x100), .. Around(0x8000), .. Around(0x1_0000)];

    static readonly Operation[] Body =
    [
        Do(RingVerb.Publish), Do(RingVerb.Take), Do(RingVerb.Complete), Do(RingVerb.Complete, 1), Do(RingVerb.Complete, 2),
        Do(RingVerb.Add, 1, 0, 1), Do(RingVerb.Add, 0, 1, 1), Do(RingVerb.AddPair, 1, 1), Do(RingVerb.Add, 2, 0, 1), Do(RingVerb.Add, 1, 2, 1),
        Do(RingVerb.Add, 3, 0, 1), Do(RingVerb.Add, 4, 0, 1), Do(RingVerb.Interrupts), Do(RingVerb.Suppress, 1),
    ];

    static readonly Operation[] Initialisations = [.. from size in new uint[] { 2, 0, 1, 3 } from start in Starts select Do(RingVerb.Initialise, size, start)];

    readonly List<Operation> sequence = [];

    public long Executions { get; private set; }

    /// <summary>A shortest one, of at most <paramref name="most"/> operations; null if there is none.</summary>
    public IReadOnlyList<Operation>? Shortest(int most)
    {
        for (int length = 0; length <= most; length++)
        {
            if (Search(length, default)) return [.. sequence];
        }
        return null;
    }

    readonly record struct Counts(int Added, int Held, int Used);

    /// <summary>Only where the sequence ends is it run: all its prefixes were tried, and hold.</summary>
    bool Search(int left, Counts counts)
    {
        if (left == 0)
        {
            Executions++;
            return run(sequence) is not null;
        }
        foreach (var operation in Body)
        {
            if (After(operation, counts) is { } after && With(operation, left, after)) return true;
        }
        // What stands before an initialisation matters only if the initialisation is what fails: then one is enough.
        if (sequence.Count > 0 && left > 1 && sequence.Any(operation => operation.VerbOf() == RingVerb.Initialise)) return false;
        foreach (var initialisation in sequence.Count == 0 ? Initialisations : Initialisations[..1])
        {
            if (With(initialisation, left, default)) return true;
        }
        return false;
    }

    bool With(Operation operation, int left, Counts after)
    {
        sequence.Add(operation);
        if (Search(left - 1, after)) return true;
        sequence.RemoveAt(sequence.Count - 1);
        return false;
    }

    /// <summary>Null where the operation can do nothing.</summary>
    static Counts? After(Operation operation, Counts counts) => operation.VerbOf() switch
    {
        RingVerb.Publish => counts.Added == 0 ? null : new(0, counts.Held + counts.Added, counts.Used),
        RingVerb.Complete => counts.Held <= operation.A ? null : counts with { Held = counts.Held - 1, Used = counts.Used + 1 },
        RingVerb.Take => counts.Used == 0 ? counts : counts with { Used = counts.Used - 1 },
        RingVerb.Add or RingVerb.AddPair => counts with { Added = counts.Added + 1 },
        _ => counts,
    };

    static IEnumerable<uint> Around(int middle) => Enumerable.Range(middle - 4, 8).Where(index => index is >= 0 and <= 0xFFFF).Select(index => (uint)index);
}
