namespace Ringcheck.Ordering;

/// <content>Forgetting what nobody can see any more, exactly: no later answer of the machine depends on it.</content>
public sealed partial class SetViewMachine
{
    const int RetireFirstAt = 64;

    /// <summary>
    /// Retires each write that is overwritten in coherence order by one that every thread has seen, and settles each that everybody has
    /// seen itself. Called by the machine now and then; returns how many were retired.
    /// </summary>
    /// <remarks>
    /// A write whose overwriter is in what every later access of a thread is ordered after, or which coherence forbids to it, can neither
    /// be read nor be overtaken by that thread. Its views never grow again but through writes that are in the same sets
    /// themselves (sets are closed), so its own bit decides nothing.
    /// </remarks>
    public int Retire()
    {
        for (int t = 0; t < threadCount; t++) FindFloor(ref threads[t]);
        views.Clear(scratch);
        int before = liveWrites;
        for (int l = 0; l < locationCount; l++) RetireIn(l);
        if (liveWrites < before)
        {
            views.Forget(scratch);
            foreach (int write in views.MembersOf(scratch)) freeWrites[freeWriteCount++] = write;
        }
        for (int l = 0; l < locationCount; l++) DropImplied(l);
        if (liveWrites > views.Capacity * 3 / 4)
        {
            views.Widen();
            Array.Resize(ref writes, views.Capacity);
            Array.Resize(ref freeWrites, views.Capacity);
        }
        retireAt = Math.Max(RetireFirstAt, Math.Min(views.Capacity - 1, liveWrites * 2));
        return before - liveWrites;
    }

    /// <summary>What every later access of the thread is ordered after.</summary>
    void FindFloor(ref Thread thread)
    {
        if (model == MemoryModel.SequentiallyConsistent)
        {
            views.Set(thread.Floor, thread.ReadOld);
            return;
        }
        views.Set(thread.Floor, thread.WriteNew);
        if (model == MemoryModel.Tso)
        {
            views.Or(thread.Floor, thread.ReadOld);
            views.Or(thread.Floor, thread.WriteOld);
        }
        views.And(thread.Floor, thread.ReadNew);
    }

    /// <summary>Adds what is retired to <see cref="scratch"/>; its bits are still in the views.</summary>
    void RetireIn(int index)
    {
        ref var location = ref locations[index];
        int keep = location.Count - 1;
        while (keep > 0 && !IsPassed(index, keep)) keep--;
        for (int i = 0; i < keep; i++)
        {
            if (location.Order[i] == Settled) views.Free(location.Readers);
            else Release(index, location.Order[i]);
        }
        if (keep > 0)
        {
            if (location.Order[0] == Settled)
            {
                views.Free(location.View);
                location.View = location.Readers = ViewTable.Empty;
                foreach (ref var place in PlacesOf(index))
                {
                    if (place.Seen == Settled) place.Seen = Never;
                }
            }
            location.Count -= keep;
            Array.Copy(location.Order, keep, location.Order, 0, location.Count);
        }
        if (location.Order[0] != Settled && IsSettled(index, location.Order[0])) Settle(index);
        else if (location.View != ViewTable.Empty && IsKnownToAll(location.View))
        {
            views.Free(location.View);
            location.View = ViewTable.Empty;
        }
    }

    Span<Place> PlacesOf(int location) => places.AsSpan(location * threadCount, threadCount);

    /// <summary>No thread can read, or write, before this place any more.</summary>
    bool IsPassed(int location, int place)
    {
        int write = locations[location].Order[place];
        for (int t = 0; t < threadCount; t++)
        {
            if (!views.Has(threads[t].Floor, write) && SeenPlace(t, location) < place) return false;
        }
        return true;
    }

    int SeenPlace(int thread, int location)
    {
        int seen = PlaceOf(thread, location).Seen;
        if (seen == Never) return -1;
        ref var at = ref locations[location];
        for (int i = at.Count - 1; i >= 0; i--)
        {
            if (at.Order[i] == seen) return i;
        }
        return -1;
    }

    /// <summary>
    /// Reading the oldest visible write tells nobody anything: each thread has it in its floor, cannot read it any more, or would take
    /// nothing in with it.
    /// </summary>
    bool IsSettled(int location, int write)
    {
        for (int t = 0; t < threadCount; t++)
        {
            int floor = threads[t].Floor;
            if (views.Has(floor, write)) continue;
            int seen = SeenPlace(t, location);
            if (seen > 0) continue;
            if (seen < 0) return false;
            ref var place = ref PlaceOf(t, location);
            bool tellsNothing = place.Forward == write && !place.ForwardExclusive && views.IsEmpty(place.ForwardView);
            if (!tellsNothing && !views.IsSubset(writes[write].Before, floor)) return false;
        }
        return true;
    }

    void Settle(int index)
    {
        ref var location = ref locations[index];
        int write = location.Order[0];
        ref var record = ref writes[write];
        location.Tag = record.Tag;
        location.Readers = record.Readers;
        record.Readers = ViewTable.Empty;
        foreach (ref var place in PlacesOf(index))
        {
            if (place.Seen == write) place.Seen = Settled;
        }
        Release(index, write);
        location.Order[0] = Settled;
    }

    void Release(int location, int write)
    {
        ref var record = ref writes[write];
        views.Add(scratch, write);
        views.Free(record.Before);
        views.Free(record.Readers);
        record = default;
        liveWrites--;
        foreach (ref var place in PlacesOf(location))
        {
            if (place.Seen == write) place.Seen = Never;
            if (place.Forward != write) continue;
            place.Forward = Never;
            views.Free(place.ForwardView);
            place.ForwardView = ViewTable.Empty;
        }
    }

    bool IsKnownToAll(int row)
    {
        foreach (ref var thread in threads.AsSpan())
        {
            if (!views.IsSubset(row, thread.Floor)) return false;
        }
        return true;
    }

    /// <summary>Rows that say no more than what every later write is ordered after anyway.</summary>
    void DropImplied(int index)
    {
        ref var location = ref locations[index];
        if (location.Readers != ViewTable.Empty && IsKnownToAll(location.Readers))
        {
            views.Free(location.Readers);
            location.Readers = ViewTable.Empty;
        }
        for (int t = 0; t < threadCount; t++)
        {
            ref var place = ref PlaceOf(t, index);
            if (place.LocalReads == ViewTable.Empty || !views.IsSubset(place.LocalReads, threads[t].Floor)) continue;
            views.Free(place.LocalReads);
            place.LocalReads = ViewTable.Empty;
        }
    }

    /// <summary>
    /// Makes the newest write the only one, seen by all, with its view kept: reading it still tells what it told. Fewer behaviours than before
    /// (nobody reads an older value here any more), none that was not there.
    /// </summary>
    public void Collapse(int location)
    {
        ref var at = ref locations[location];
        int newest = at.Order[at.Count - 1];
        if (newest == Settled) return;
        int view = views.New(), readers = views.New();
        views.Set(view, writes[newest].Before);
        views.Add(view, newest);
        views.Or(readers, writes[newest].Readers);
        if (at.Order[0] == Settled)
        {
            views.Free(at.View);
            views.Free(at.Readers);
        }
        int tag = writes[newest].Tag;
        views.Clear(scratch);
        for (int i = 0; i < at.Count; i++)
        {
            if (at.Order[i] != Settled) Release(location, at.Order[i]);
        }
        views.Forget(scratch);
        foreach (int write in views.MembersOf(scratch)) freeWrites[freeWriteCount++] = write;
        at.Order[0] = Settled;
        at.Count = 1;
        (at.Tag, at.View, at.Readers) = (tag, view, readers);
        foreach (ref var place in PlacesOf(location)) (place.Seen, place.Forward) = (Settled, Never);
    }

    /// <summary>A location that begins as another one, which is collapsed first: the two are parts of what was one.</summary>
    public int AddLocationLike(int location, int tag)
    {
        Collapse(location);
        int part = AddLocation(tag);
        ref var from = ref locations[location];
        ref var to = ref locations[part];
        if (from.View != ViewTable.Empty) Join(ref to.View, from.View);
        if (from.Readers != ViewTable.Empty) Join(ref to.Readers, from.Readers);
        for (int t = 0; t < threadCount; t++)
        {
            int reads = PlaceOf(t, location).LocalReads;
            ref var place = ref PlaceOf(t, part);
            place.Seen = Settled;
            if (reads != ViewTable.Empty) Join(ref place.LocalReads, reads);
        }
        return part;
    }
}
