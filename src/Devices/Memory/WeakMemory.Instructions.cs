using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <content>
/// What plain loads and stores are not: dependencies and waits. Each is one access to one cell: an address at which several sizes were used is an error here.
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
    /// Whether any write that is still visible to anybody satisfies the condition: a load of this thread may return it, or not, or not any more. So this follows from
    /// the graph of the execution, whatever the schedule.
    /// </summary>
    public bool MaySatisfy<T>(ulong address, Func<T, bool> until) where T : unmanaged
    {
        int cell = OneCell(address, sizeof(T));
        for (int place = machine.Count(cell) - 1; place >= 0; place--)
        {
            if (until(ValueAt<T>(cell, place))) return true;
        }
        return false;
    }

    /// <summary>
    /// A load that only a value which satisfies the condition ends: a choice of source among those. If the newest does not satisfy and an older one that it may
    /// return does, option 0 is to see the newest and to wait on. False: waits on, and nothing was accessed.
    /// </summary>
    public bool TryLoad<T>(int thread, ulong address, Access access, Func<T, bool> until, out T value) where T : unmanaged
    {
        value = default;
        access = access with { Location = OneCell(address, sizeof(T)) };
        ulong satisfying = Satisfying(thread, access, until);
        int last = machine.Count(access.Location) - 1, newer;
        if (engine.Reducer is { } reducer)
        {
            if (!FollowedWait(reducer, thread, access, until, satisfying, out int place)) return false;
            newer = last - place;
        }
        else
        {
            newer = satisfying == 0 ? 0 : engine.Choose(ChoiceKind.Source, satisfying | 1);
            if ((satisfying >> newer & 1) == 0) return false;
        }
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
        return cell >= 0 ? cell : throw new InvalidOperationException($"the {length} bytes at 0x{address:x} are accessed as one, and in other pieces elsewhere");
    }

    /// <summary>A branch of a thread on the value kept in a slot.</summary>
    public void Branch(int thread, int slot)
    {
        if (Audit.IsOn) Audit.Branch(thread, slot);
        machine.Branch(thread, slot);
    }
}
