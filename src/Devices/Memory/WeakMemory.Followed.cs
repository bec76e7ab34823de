using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <content>
/// Accesses under the reduction (<see cref="Reducer"/>): it says which write a load returns and which place a store takes. The trace notes that as a choice all the
/// same, so that what it finds is replayed like anything else.
/// </content>
public sealed unsafe partial class WeakMemory
{
    /// <summary>A write that is no event: initial, or to what one thread alone uses.</summary>
    const int NotFollowed = -1;

    /// <summary>What a write of more than 8 bytes is told from another one by.</summary>
    static ulong ValueOf(ReadOnlySpan<byte> source)
    {
        ulong word = 0;
        if (source.Length > sizeof(ulong))
        {
            foreach (byte each in source) word = Hashing.Mix(word, each);
            return word;
        }
        source.CopyTo(new Span<byte>(&word, sizeof(ulong)));
        return word;
    }

    int FollowedSource(Reducer reducer, int thread, in Access access, int last)
    {
        ulong options = last > 0 ? Sources(thread, access, last) : 1;
        int place = reducer.Read(machine, thread, access, cells[access.Location].Key);
        engine.Note(ChoiceKind.Source, options, last - place);
        return place;
    }

    int FollowedPlace(Reducer reducer, int thread, in Access access, ReadOnlySpan<byte> source, int end, out int number)
    {
        ulong options = Places(thread, access, end);
        int place = reducer.Write(machine, thread, access, cells[access.Location].Key, ValueOf(source), out number);
        engine.Note(ChoiceKind.Coherence, options, end - place);
        return place;
    }

    /// <summary>A load that waits. False: it has seen a newer value that does not end the wait, and waits for ever in this execution.</summary>
    bool FollowedWait<T>(Reducer reducer, int thread, in Access access, Func<T, bool> until, ulong satisfying, out int place) where T : unmanaged
    {
        int last = machine.Count(access.Location) - 1, cell = access.Location;
        bool Ends(int at) => until(ValueAt<T>(cell, at));
        place = reducer.Wait(machine, thread, access, cells[cell].Key, Ends);
        engine.Note(ChoiceKind.Source, satisfying | 1, last - place);
        if (Ends(place)) return true;
        machine.Read(thread, access, place);
        return false;
    }
}
