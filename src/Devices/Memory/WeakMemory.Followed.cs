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
        int place = reducer.Read(machine, thread, access, cells[access.Location].Key);
        engine.Note(ChoiceKind.Source, place != last || HasOlderSource(thread, access, last), last - place);
        return place;
    }

    /// <summary>Whether <see cref="Sources"/> has another one than the newest.</summary>
    bool HasOlderSource(int thread, in Access access, int last)
    {
        if (last == 0) return false;
        int oldest = Math.Max(machine.OldestReadable(thread, access), last - MostOptions + 1);
        for (int place = last - 1; place >= oldest; place--)
        {
            if (machine.CanRead(thread, access, place)) return true;
        }
        return false;
    }

    int FollowedPlace(Reducer reducer, int thread, in Access access, ReadOnlySpan<byte> source, int end, out int number)
    {
        int place = reducer.Write(machine, thread, access, cells[access.Location].Key, ValueOf(source), out number);
        engine.Note(ChoiceKind.Coherence, place != end || HasEarlierPlace(thread, access, end), end - place);
        return place;
    }

    /// <summary>Whether <see cref="Places"/> has another one than the last.</summary>
    bool HasEarlierPlace(int thread, in Access access, int end)
    {
        for (int place = end - 1; place > 0 && end - place < MostOptions; place--)
        {
            if (!machine.IsTaken(access.Location, place)) return machine.CanWrite(thread, access, place);
        }
        return false;
    }

    /// <summary>A load that waits. False: it has seen a newer value that does not end the wait, and waits for ever in this execution.</summary>
    bool FollowedWait<T>(Reducer reducer, int thread, in Access access, Func<T, bool> until, ulong satisfying, out int place) where T : unmanaged
    {
        int last = machine.Count(access.Location) - 1, cell = access.Location;
        bool Ends(int at) => until(ValueAt<T>(cell, at));
        place = reducer.Wait(machine, thread, access, cells[cell].Key, Ends);
        engine.Note(ChoiceKind.Source, (satisfying | 1) != 1, last - place);
        if (Ends(place)) return true;
        machine.Read(thread, access, place);
        return false;
    }
}
