using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <content>
/// Read-modify-writes of words. Which write one reads is a choice; its own goes just after that. A comparison that fails is a load with the acquiring half
/// of the order; on x86 it is a locked instruction all the same, a full barrier.
/// </content>
public sealed unsafe partial class WeakMemory
{
    /// <summary>Carries an update out, and returns what was there.</summary>
    public uint Update(int thread, ulong address, in AtomicUpdate update, AccessOrder order, out bool older)
        => Update(thread, address, update, new Access(-1, order), out older);

    /// <summary>The same with dependencies; the location is filled in here.</summary>
    public uint Update(int thread, ulong address, in AtomicUpdate update, Access access, out bool older)
    {
        if (engine.Hashing) machine.Retire(); // as for a store
        if (engine.ActiveWatches != 0 && thread == engine.Running.Id && engine.Running.IsPolling) Remember(engine.Running);
        bool isLocked = Audit.Model == MemoryModel.Tso;
        if (isLocked) Fence(thread, Ordering.Fence.DmbFull);
        int cell = OneCell(address, sizeof(uint));
        access = access with { Location = cell };
        var load = access with
        {
            Order = access.Order switch
            {
                AccessOrder.AcquireRelease => AccessOrder.Acquire,
                AccessOrder.Release => AccessOrder.Plain,
                _ => access.Order,
            },
            DataView = Access.None,
        };
        int last = machine.Count(cell) - 1, place = last;
        if (engine.Reducer is { } reducer) place = FollowedUpdate(reducer, thread, access, load, update, last);
        else if (last > 0 && !(thread == engine.Running.Id && engine.Running.ReadsNewestOnly)) place = ChooseUpdated(thread, access, load, update, last);
        uint before = ValueAt<uint>(cell, place);
        older = place != last;
        if (older && !engine.Draining) OlderLoads++;
        if (update.Stores(before, out uint after)) Write(thread, access, place, after);
        else
        {
            if (Audit.IsOn) Audit.Read(thread, address, sizeof(uint), load, versions[machine.TagAt(cell, place)].Event, older);
            machine.Read(thread, load, place);
            if (isLocked) Fence(thread, Ordering.Fence.DmbFull);
        }
        return before;
    }

    int ChooseUpdated(int thread, in Access access, in Access load, in AtomicUpdate update, int last)
    {
        ulong options = Updates(thread, access, load, update, last);
        return options == 1 ? last : last - engine.Choose(ChoiceKind.Source, options);
    }

    int FollowedUpdate(Reducer reducer, int thread, in Access access, in Access load, in AtomicUpdate update, int last)
    {
        ulong options = Updates(thread, access, load, update, last);
        var (how, cell) = (update, access.Location);
        uint After(int place) => how.Stores(ValueAt<uint>(cell, place), out uint after) ? after : 0;
        int chosen = reducer.Update(machine, thread, access, load, cells[cell].Key, place => After(place), place => how.Stores(ValueAt<uint>(cell, place), out _));
        engine.Note(ChoiceKind.Source, options != 1, last - chosen);
        return chosen;
    }

    ulong Updates(int thread, in Access access, in Access load, in AtomicUpdate update, int last)
    {
        int oldest = Math.Max(machine.OldestReadable(thread, load), last - MostOptions + 1);
        ulong options = 1;
        for (int place = last - 1; place >= oldest; place--)
        {
            bool can = update.Stores(ValueAt<uint>(access.Location, place), out _) ? machine.CanUpdate(thread, access, place) : machine.CanRead(thread, load, place);
            if (can) options |= 1UL << (last - place);
        }
        return options;
    }

    /// <summary>Writes just after the write at a place, as the other half of reading that.</summary>
    void Write(int thread, in Access access, int place, uint after)
    {
        int cell = access.Location, end = machine.Count(cell), version = NewVersion();
        engine.Reducer?.NoteVersion(version, engine.Reducer.Updated(cells[cell].Key, after));
        var value = new ReadOnlySpan<byte>(&after, sizeof(uint));
        if (Audit.IsOn)
        {
            int next = place + 1 == end ? -1 : versions[machine.TagAt(cell, place + 1)].Event;
            versions[version].Event = Audit.Update(thread, cells[cell].Address, sizeof(uint), access, versions[machine.TagAt(cell, place)].Event, next);
        }
        if (place + 1 == end)
        {
            Keep(machine.TagAt(cell, end - 1), ram.Span(cells[cell].Address, sizeof(uint)));
            ram.Copy(cells[cell].Address, value);
        }
        else
        {
            Keep(version, value);
            if (!engine.Draining) EarlierStores++;
        }
        machine.Update(thread, access, place, version);
        if (Waits.Any) Waits.Stored(cells[cell].Address);
    }
}
