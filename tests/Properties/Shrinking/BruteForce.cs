using Ringcheck.Exploration;
using static Ringcheck.Tests.Properties.RingVerbs;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// The shortest failing sequences, by trying all of them: length 1, 2, 3... Operations that can do nothing where they stand are left
/// out, since the sequence without them is shorter. Not all arguments are tried: queues of up to 8, chains of up to 4 pieces of one byte,
/// returned lengths of 0, start indices around 0, 2^8, 2^15 and 2^16, and beyond 5 operations less of each. A shrinker that finds
/// something shorter refutes it, and the test says so.
/// </summary>
public sealed class BruteForce(Func<IReadOnlyList<Operation>, Broken?> run)
{
    /// <summary>From this length on, fewer arguments.</summary>
    const int Long = 6;

    static readonly uint[] AllStarts = [.. Around(0), .. Around(0x100), .. Around(0x8000), .. Around(0x1_0000)];
    static readonly Operation[] ShortInitialisations = [.. from size in new uint[] { 0, 1, 2, 3 } from start in AllStarts select Do(RingVerb.Initialise, size, start)];
    static readonly Operation[] LongInitialisations = [.. from size in new uint[] { 0, 1, 2 } from start in new uint[] { 0, 0xFFFF } select Do(RingVerb.Initialise, size, start)];
    static readonly Operation[] Adds =
    [
        Do(RingVerb.Add, 1, 0, 1), Do(RingVerb.AddPair, 1, 1), Do(RingVerb.Add, 2, 0, 1), Do(RingVerb.Add, 0, 1, 1), Do(RingVerb.Add, 1, 2, 1), Do(RingVerb.Add, 4, 0, 1),
    ];

    const int LongAdds = 3;

    readonly List<Operation> sequence = [];
    int length;

    public long Executions { get; private set; }

    /// <summary>A shortest one, of at most <paramref name="most"/> operations; null if there is none.</summary>
    public IReadOnlyList<Operation>? Shortest(int most)
    {
        for (length = 0; length <= most; length++)
        {
            if (Search(new(1, 1, [], [], []))) return [.. sequence];
        }
        return null;
    }

    /// <summary>Descriptors of the queue, those free, and of each chain: to publish, with the device, returned.</summary>
    sealed record Queue(uint Size, uint Free, uint[] Added, uint[] Held, uint[] Used);

    /// <summary>Only whole sequences are run: all shorter ones were, and hold.</summary>
    bool Search(Queue queue)
    {
        if (sequence.Count == length)
        {
            Executions++;
            return run(sequence) is not null;
        }
        foreach (var (operation, after) in Steps(queue))
        {
            sequence.Add(operation);
            if (Search(after)) return true;
            sequence.RemoveAt(sequence.Count - 1);
        }
        return false;
    }

    IEnumerable<(Operation, Queue)> Steps(Queue queue)
    {
        foreach (var add in length < Long ? Adds : Adds[..LongAdds])
        {
            uint pieces = add.A + add.B;
            if (pieces <= queue.Free) yield return (add, queue with { Free = queue.Free - pieces, Added = [.. queue.Added, pieces] });
        }
        if (queue.Added.Length > 0) yield return (Do(RingVerb.Publish), queue with { Added = [], Held = [.. queue.Held, .. queue.Added] });
        for (int i = 0; i < queue.Held.Length; i++)
        {
            yield return (Do(RingVerb.Complete, (uint)i), queue with { Held = [.. queue.Held[..i], .. queue.Held[(i + 1)..]], Used = [.. queue.Used, queue.Held[i]] });
        }
        if (queue.Used.Length > 0) yield return (Do(RingVerb.Take), queue with { Free = queue.Free + queue.Used[0], Used = queue.Used[1..] });
        else if (sequence.Count == length - 1) yield return (Do(RingVerb.Take), queue); // nothing to take, and nothing may come
        foreach (var initialisation in length < Long ? ShortInitialisations : LongInitialisations)
        {
            // A second one comes last: what follows it is a shorter sequence, unless it did not begin anew, which shows at once.
            if (sequence.Count > 0 && sequence.Count < length - 1) break;
            yield return (initialisation, new(1u << (int)initialisation.A, 1u << (int)initialisation.A, [], [], []));
        }
    }

    static IEnumerable<uint> Around(int middle) => Enumerable.Range(middle - 2, 4).Where(index => index is >= 0 and <= 0xFFFF).Select(index => (uint)index);
}
