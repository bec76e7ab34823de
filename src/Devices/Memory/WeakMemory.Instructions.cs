using System.Numerics;
using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <content>
/// What plain loads and stores are not: dependencies, read-modify-writes, and waits. Each is one access to one cell: an address at which several sizes were used is
/// an error here, since half an update means nothing.
/// </content>
public sealed unsafe partial class WeakMemory
{
    /// <summary>A load with dependencies; the location of <paramref name="access"/> is filled in here.</summary>
    public T Load<T>(int thread, ulong address, Access access) where T : unmanaged
    {
        T value = default;
        LoadCell(thread, access with { Location = OneCell(address, sizeof(T)) }, new(&value, sizeof(T)));
        return value;
    }

    /// <summary>A store with dependencies.</summary>
    public void Store<T>(int thread, ulong address, T value, Access access) where T : unmanaged
        => StoreCell(thread, access with { Location = OneCell(address, sizeof(T)) }, new(&value, sizeof(T)));

    /// <summary>
    /// Reads a value and writes <paramref name="operand"/>, or the sum of both, just after it in coherence order, as one. Which write it reads is a choice of
    /// source; that settles the place of its own.
    /// </summary>
    public T Update<T>(int thread, ulong address, T operand, bool adds, Access access) where T : unmanaged, IBinaryInteger<T>
    {
        int cell = OneCell(address, sizeof(T));
        access = access with { Location = cell };
        if (engine.Hashing) machine.Retire(); // as for a store
        int last = machine.Count(cell) - 1, place = last;
        if (engine.Reducer is { } reducer) place = FollowedUpdate<T>(reducer, thread, access, last, at => adds ? at + operand : operand);
        else if (last > 0) place = ChooseUpdate(thread, access, last);
        T before = ValueAt<T>(cell, place), after = adds ? before + operand : operand;
        int version = NewVersion();
        engine.Reducer?.NoteVersion(version, engine.Reducer.Updated(cells[cell].Key, ulong.CreateTruncating(after)));
        if (Audit.IsOn)
        {
            int next = place == last ? -1 : versions[machine.TagAt(cell, place + 1)].Event;
            versions[version].Event = Audit.Update(thread, cells[cell].Address, sizeof(T), access, versions[machine.TagAt(cell, place)].Event, next);
        }
        if (place == last)
        {
            Keep(machine.TagAt(cell, last), new(&before, sizeof(T)));
            ram.Store(address, after);
        }
        else
        {
            Keep(version, new(&after, sizeof(T)));
            if (!engine.Draining) (OlderLoads, EarlierStores) = (OlderLoads + 1, EarlierStores + 1);
        }
        machine.Update(thread, access, place, version);
        if (Waits.Any) Waits.Stored(address);
        return before;
    }

    int ChooseUpdate(int thread, in Access access, int last) => last - engine.Choose(ChoiceKind.Source, Updates(thread, access, last));

    ulong Updates(int thread, in Access access, int last)
    {
        int oldest = Math.Max(machine.OldestReadable(thread, access), last - MostOptions + 1);
        ulong options = 1;
        for (int place = last - 1; place >= oldest; place--)
        {
            if (machine.CanUpdate(thread, access, place)) options |= 1UL << (last - place);
        }
        return options;
    }

    /// <summary>Whether a load may return a value that satisfies the condition now.</summary>
    public bool CanSatisfy<T>(int thread, ulong address, Access access, Func<T, bool> until) where T : unmanaged
        => Satisfying(thread, access with { Location = OneCell(address, sizeof(T)) }, until) != 0;

    /// <summary>
    /// A load that only a value which satisfies the condition ends: a choice of source among those. If the newest does not satisfy and an older one
    /// does, option 0 is to see the newest and to wait on. False: waits on, and nothing was accessed.
    /// </summary>
    public bool TryLoad<T>(int thread, ulong address, Access access, Func<T, bool> until, out T value) where T : unmanaged
    {
        value = default;
        access = access with { Location = OneCell(address, sizeof(T)) };
        ulong satisfying = Satisfying(thread, access, until);
        if (satisfying == 0) return false;
        int last = machine.Count(access.Location) - 1, newer;
        if (engine.Reducer is { } reducer)
        {
            if (!FollowedWait(reducer, thread, access, until, satisfying, out int place)) return false;
            newer = last - place;
        }
        else
        {
            newer = engine.Choose(ChoiceKind.Source, satisfying | 1);
        }
        if ((satisfying >> newer & 1) == 0) return false;
        T read = default;
        LoadAt(thread, access, last - newer, last, new(&read, sizeof(T)));
        value = read;
        return true;
    }

    /// <summary>A bit for each write that a load may return and that satisfies the condition: how many newer ones there are.</summary>
    ulong Satisfying<T>(int thread, in Access access, Func<T, bool> until) where T : unmanaged
    {
        int last = machine.Count(access.Location) - 1, oldest = Math.Max(machine.OldestReadable(thread, access), last - MostOptions + 1);
        ulong satisfying = 0;
        for (int place = last; place >= oldest; place--)
        {
            if (machine.CanRead(thread, access, place) && until(ValueAt<T>(access.Location, place))) satisfying |= 1UL << (last - place);
        }
        return satisfying;
    }

    T ValueAt<T>(int cell, int place) where T : unmanaged
    {
        T value = default;
        var bytes = place == machine.Count(cell) - 1 ? ram.Span(cells[cell].Address, sizeof(T)) : OlderValue(machine.TagAt(cell, place), sizeof(T));
        bytes.CopyTo(new(&value, sizeof(T)));
        return value;
    }

    int OneCell(ulong address, int length)
    {
        int cell = CellAt(address, length);
        return cell >= 0 ? cell : throw new NotSupportedException($"{length} bytes at 0x{address:x} were accessed in other sizes before: this access has to be one");
    }

    /// <summary>A branch of a thread on the value kept in a slot.</summary>
    public void Branch(int thread, int slot)
    {
        if (Audit.IsOn) Audit.Branch(thread, slot);
        machine.Branch(thread, slot);
    }
}
