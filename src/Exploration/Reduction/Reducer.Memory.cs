using Ringcheck.Ordering;

namespace Ringcheck.Exploration;

/// <content>Loads, stores and read-modify-writes of shared locations, on a memory that says what is possible.</content>
public sealed partial class Reducer
{
    int[] writeOf = new int[256];
    int half = None, unmade = int.MaxValue;

    /// <summary>What a write follows from, through program order and reads, is also before it in coherence order: on all memories but AArch64's.</summary>
    bool prefixComesBefore;

    /// <summary>The number of a location; the same in all executions.</summary>
    public int LocationAt(ulong address, int length) => layout.LocationAt(address, length);

    /// <summary>A location is cut here in all executions.</summary>
    public bool IsCut(ulong address) => layout.IsCut(address);

    /// <summary>A location that has been used as one is used in parts.</summary>
    public void Cut(ulong address)
    {
        layout.Cut(address);
        Learn();
    }

    /// <summary>Which event a version of memory's was written by: called for each version as it is made, <see cref="GraphEvent.None"/> for initial ones.</summary>
    public void NoteVersion(int version, int number)
    {
        if (version >= writeOf.Length) Array.Resize(ref writeOf, Math.Max(version + 1, writeOf.Length * 2));
        writeOf[version] = number;
    }

    int WriteAt(SetViewMachine memory, int cell, int place) => writeOf[memory.TagAt(cell, place)];

    int PlaceOf(SetViewMachine memory, int cell, int write)
    {
        for (int place = memory.Count(cell) - 1; place >= 0; place--)
        {
            if (WriteAt(memory, cell, place) == write) return place;
        }
        return None;
    }

    bool IsOfOthersInterest(int location, int thread)
    {
        bool shared = layout.IsShared(location, thread);
        Learn();
        return shared && !learning;
    }

    /// <summary>The place in coherence order of the write that a load returns.</summary>
    /// <param name="memory">What is possible.</param>
    /// <param name="access">By the memory's numbers.</param>
    /// <param name="machineThread">By the memory's numbers.</param>
    /// <param name="location">By <see cref="LocationAt"/>.</param>
    public int Read(SetViewMachine memory, int machineThread, in Access access, int location) => Read(memory, machineThread, access, location, null);

    /// <summary>
    /// The same for a load that waits, of whose writes at least one ends it. The newest may be one that does not: then the thread has seen that, and stays.
    /// </summary>
    /// <param name="ends">Whether the write at a place ends the wait.</param>
    public int Wait(SetViewMachine memory, int machineThread, in Access access, int location, Func<int, bool> ends)
    {
        int place = Read(memory, machineThread, access, location, ends);
        if (learning || engine.Draining)
        {
            while (!ends(place) && place > 0) place--;
        }
        else if (!ends(place))
        {
            if (place == memory.Count(access.Location) - 1) Hold(CurrentThread);
            else Stop(Verdict.Blocked);
        }
        return place;
    }

    int Read(SetViewMachine memory, int machineThread, in Access access, int location, Func<int, bool>? ends)
    {
        int last = memory.Count(access.Location) - 1, thread = CurrentThread;
        if (!IsOfOthersInterest(location, thread)) return last;
        if (position < planned) return ReadAgain(memory, machineThread, access, thread, location, isUpdate: false);
        int read = Add(EventKind.Read, thread, 0, location);
        graph[read].IsWait = ends is not null;
        if (ends is null && !wanders && IsFirstReadOfPoll(out int trial)) return ReadOldestFirst(memory, machineThread, access, read, last, trial);
        int chosen = None;
        for (int place = last, oldest = memory.OldestReadable(machineThread, access); place >= oldest; place--)
        {
            if (!memory.CanRead(machineThread, access, place) || (place < last && ends?.Invoke(place) == false)) continue;
            if (chosen == None)
            {
                chosen = place;
                continue;
            }
            if (wanders && random.Below(2) == 0) chosen = place;
            graph.Returns(read, WriteAt(memory, access.Location, place));
            PushRead(read);
        }
        if (chosen != last) PollOf(thread).SawOlder = true;
        graph.Returns(read, WriteAt(memory, access.Location, chosen));
        Made(read, isNew: true);
        return chosen;
    }

    int ReadAgain(SetViewMachine memory, int machineThread, in Access access, int thread, int location, bool isUpdate)
    {
        int last = memory.Count(access.Location) - 1;
        int read = Again(EventKind.Read, thread, 0);
        if (read < 0) return last;
        if (graph[read].Location != location)
        {
            Stop(Verdict.Unfit);
            return last;
        }
        int place = PlaceOf(memory, access.Location, graph[read].Source);
        if (place < 0 || !(isUpdate ? memory.CanUpdate(machineThread, access, place) : memory.CanRead(machineThread, access, place)))
        {
            Stop(place < 0 ? Verdict.Unfit : Verdict.Refused);
            return last;
        }
        Made(read, isNew: false);
        if (place != last) PollOf(thread).SawOlder = true;
        return place;
    }

    /// <summary>The place that a store takes, and its event (<see cref="GraphEvent.None"/> if nobody else uses the location).</summary>
    public int Write(SetViewMachine memory, int machineThread, in Access access, int location, ulong value, out int number)
    {
        int end = memory.Count(access.Location), thread = CurrentThread;
        prefixComesBefore = memory.Model != MemoryModel.AArch64 || Flaw == ReductionFlaw.PrefixComesBefore;
        number = None;
        if (!IsOfOthersInterest(location, thread)) return end;
        if (position < planned) return WriteAgain(memory, machineThread, access, thread, location, value, end, out number);
        number = AddWrite(thread, location, value);
        int wandered = end;
        int newest = end > 0 ? WriteAt(memory, access.Location, end - 1) : None;
        for (int place = end - 1; place > 0; place--)
        {
            if (memory.IsTaken(access.Location, place)) continue;
            if (!memory.CanWrite(machineThread, access, place)) break;
            graph.Insert(number, WriteAt(memory, access.Location, place - 1));
            PushForward(number);
            graph.Remove(number);
            if (wanders && random.Below(2) == 0) wandered = place;
        }
        if (wanders && wandered < end) newest = WriteAt(memory, access.Location, wandered - 1);
        graph.Insert(number, newest);
        Made(number, isNew: true);
        return wandered;
    }

    int AddWrite(int thread, int location, ulong value)
    {
        int write = Add(EventKind.Write, thread, value, location);
        graph[write].Value = value;
        return write;
    }

    int WriteAgain(SetViewMachine memory, int machineThread, in Access access, int thread, int location, ulong value, int end, out int number)
    {
        number = Again(EventKind.Write, thread, value);
        if (number < 0) return end;
        if (graph[number].Location != location)
        {
            Stop(Verdict.Unfit);
            return end;
        }
        int place = PlannedPlace(memory, access.Location, number);
        if (place < end && (place < 1 || !memory.CanWrite(machineThread, access, place)))
        {
            Stop(place < 1 ? Verdict.Unfit : Verdict.Refused);
            return end;
        }
        Made(number, isNew: false);
        return place;
    }

    /// <summary>Just after the nearest earlier write in planned coherence order that has been made; 0: that one is not visible any more.</summary>
    int PlannedPlace(SetViewMachine memory, int cell, int write)
    {
        for (int before = graph[write].Before; ; before = graph[before].Before)
        {
            int place = PlaceOf(memory, cell, before);
            if (place >= 0) return place + 1;
            if (before == None) return 0;
        }
    }

    /// <summary>
    /// The place of the write that a read-modify-write returns; it puts its own just after it. The events: <see cref="Updated"/> says the second once the value
    /// is known.
    /// </summary>
    /// <param name="memory">What is possible.</param>
    /// <param name="machineThread">By the memory's numbers.</param>
    /// <param name="access">By the memory's numbers.</param>
    /// <param name="load">What it is where it does not store.</param>
    /// <param name="location">By <see cref="LocationAt"/>.</param>
    /// <param name="resultOf">What it would store, for the write at a place.</param>
    /// <param name="stores">Whether it would: a comparison that fails stores nothing.</param>
    public int Update(SetViewMachine memory, int machineThread, in Access access, in Access load, int location, Func<int, ulong> resultOf, Func<int, bool> stores)
    {
        int last = memory.Count(access.Location) - 1, thread = CurrentThread;
        half = None;
        if (!IsOfOthersInterest(location, thread)) return last;
        if (position < planned)
        {
            int again = schedule[position];
            int place = PlaceOf(memory, access.Location, graph[again].Source);
            bool isUpdate = place >= 0 && stores(place);
            place = ReadAgain(memory, machineThread, isUpdate ? access : load, thread, location, isUpdate);
            if (!engine.Draining && isUpdate) half = again;
            return place;
        }
        int read = Add(EventKind.Read, thread, 0, location);
        graph[read].IsUpdate = true;
        int chosen = None;
        for (int place = last, oldest = memory.OldestReadable(machineThread, access); place >= oldest; place--)
        {
            bool isUpdate = stores(place);
            if (!memory.CanRead(machineThread, isUpdate ? access : load, place)) continue;
            graph.Returns(read, WriteAt(memory, access.Location, place));
            if (isUpdate && !memory.CanUpdate(machineThread, access, place)) ReviseWithoutRoom(read, resultOf(place));
            else if (chosen == None || (wanders && random.Below(2) == 0)) chosen = place;
            else PushRead(read);
        }
        if (chosen == None)
        {
            Stop(Verdict.Refused);
            return last;
        }
        graph.Returns(read, WriteAt(memory, access.Location, chosen));
        Made(read, isNew: true);
        if (stores(chosen)) half = read;
        return chosen;
    }

    /// <summary>The second half of the read-modify-write just chosen.</summary>
    public int Updated(int location, ulong value)
    {
        if (half == None || engine.Draining) return None;
        int read = half, thread = graph[read].Thread, write;
        half = None;
        if (position < planned)
        {
            ref var next = ref graph[schedule[position]];
            if (next.Kind != EventKind.Write || next.Thread != thread || next.Previous != read)
            {
                Stop(Verdict.Unfit);
                return None;
            }
            write = schedule[position++];
            Made(write, isNew: false);
            return write;
        }
        write = AddWrite(thread, location, value);
        graph[write].IsUpdate = true;
        graph.Insert(write, graph[read].Source);
        Made(write, isNew: true);
        return write;
    }

    /// <summary>
    /// There is no room just behind this source now (another read-modify-write has it, or an order forbids it), but there is once what is in the way is taken back.
    /// </summary>
    void ReviseWithoutRoom(int read, ulong value)
    {
        if (Flaw == ReductionFlaw.NoVirtualWrites) return;
        if (wanders) return;
        Time(read);
        int write = AddWrite(graph[read].Thread, graph[read].Location, value);
        graph[write].IsUpdate = true;
        graph.Insert(write, graph[read].Source);
        Time(write);
        unmade = read;
        RevisitReads(write);
        unmade = int.MaxValue;
        graph.Truncate(write);
    }

    /// <summary>A plan for another source; in a polling loop only once its iteration has ended.</summary>
    void PushRead(int read)
    {
        if (!HoldsBack(read)) PushForward(read);
    }
}
