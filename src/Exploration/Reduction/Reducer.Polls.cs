namespace Ringcheck.Exploration;

/// <content>
/// Polling loops. A failed iteration leaves nothing behind (the contract of the seam), so its reads are no events: the loop waits until they would return
/// something else. Which older values would end it is tried out in place, from the oldest on.
/// </content>
public sealed partial class Reducer
{
    struct Poll
    {
        public bool IsActive, WasPlanned, SawOlder;

        /// <summary>The iteration's first event, or None; and what the CPU's step and the trace were then.</summary>
        public int From;

        /// <summary>The iteration's first read, or None; how many of its sources were tried, from the oldest, and the last of them.</summary>
        public int First, Trial, Tried;
        public bool IsTrying;

        /// <summary>This thread stays where it is in this execution.</summary>
        public bool IsHeld;
        public uint Step;
        public int Trace;
    }

    /// <summary>For each thread its loop, and behind them those of interrupt handlers, which may wait for a lock inside an iteration of the code that they interrupt.</summary>
    readonly Poll[] polls = new Poll[2 * Clock.Threads];
    readonly List<ExecutionGraph>[] later = [.. Enumerable.Range(0, 2 * Clock.Threads).Select(_ => new List<ExecutionGraph>())];
    readonly List<ExecutionGraph>[] laterTrials = [.. Enumerable.Range(0, 2 * Clock.Threads).Select(_ => new List<ExecutionGraph>())];

    void ForgetPolls()
    {
        for (int loop = 0; loop < polls.Length; loop++)
        {
            polls[loop] = default;
            Drop(later[loop]);
            Drop(laterTrials[loop]);
        }
    }

    /// <summary>The loop that a thread may be in now.</summary>
    int LoopOf(int thread) => CpuOf(thread) is { IsInHandler: true } ? Clock.Threads + thread : thread;

    int LoopOf(CpuAgent cpu) => threadOf[cpu.Id] + (cpu.IsInHandler ? Clock.Threads : 0);

    ref Poll PollOf(int thread) => ref polls[LoopOf(thread)];

    void Drop(List<ExecutionGraph> plans)
    {
        foreach (var plan in plans) search.Return(plan);
        plans.Clear();
    }

    void Release(List<ExecutionGraph> plans)
    {
        foreach (var plan in plans) search.Push(plan);
        plans.Clear();
    }

    /// <summary>The thread stays where it is.</summary>
    void Hold(int thread) => polls[thread].IsHeld = true;

    /// <summary>A thread stays, and what it saw last of what it waits for is not the newest any more: another execution shows it going on, or seeing that.</summary>
    bool SomebodyWouldSeeMore()
    {
        for (int thread = 0; thread < threads; thread++)
        {
            int last = IsHeld(thread) ? graph.LastOf(thread) : None;
            if (last != None && graph[last].IsWait && graph[last].Source != graph.NewestWrite(graph[last].Location)) return true;
        }
        return false;
    }

    /// <summary>An agent that has seen the newest of what it waits for, and is not to see anything else in this execution.</summary>
    public bool IsHeld(Agent agent) => IsHeld(threadOf[agent.Id]);

    bool IsHeld(int thread) => polls[thread].IsHeld || polls[Clock.Threads + thread].IsHeld;

    internal void PollBegins(CpuAgent cpu)
    {
        ref var poll = ref polls[LoopOf(cpu)];
        poll = new() { IsActive = true, IsHeld = poll.IsHeld };
        BeginIteration(ref poll);
    }

    static void BeginIteration(ref Poll poll)
    {
        poll.From = poll.First = None;
        poll.WasPlanned = poll.SawOlder = poll.IsTrying = false;
    }

    /// <summary>A new event of a thread: maybe the first one of an iteration.</summary>
    void NoteInPoll(int thread)
    {
        ref var poll = ref PollOf(thread);
        if (!poll.IsActive || poll.From != None || CpuOf(thread) is not { } cpu) return;
        poll.From = graph.Count;
        poll.Step = cpu.Active.Step;
        poll.Trace = engine.Trace.Count;
    }

    internal void PollEnds(CpuAgent cpu)
    {
        int loop = LoopOf(cpu);
        polls[loop].IsActive = false;
        if (learning || engine.Draining) return;
        Release(laterTrials[loop]);
        Release(later[loop]);
    }

    /// <summary>An iteration failed. True: try the next source at once. False: wait until something that it read has changed.</summary>
    internal bool PollFails(CpuAgent cpu)
    {
        if (learning || engine.Draining) return false;
        StepEnds();
        int thread = threadOf[cpu.Id], loop = LoopOf(cpu);
        ref var poll = ref polls[loop];
        Drop(laterTrials[loop]);
        if (poll.WasPlanned)
        {
            // Somebody gave it this value: it has seen the newest, and stays. If it has not, an execution in which it waited shows the same.
            Drop(later[loop]);
            if (poll.SawOlder) Stop(Verdict.Blocked);
            poll.IsHeld = true;
            return false;
        }
        if (later[loop].Count > 0 && !poll.IsTrying)
        {
            Release(later[loop]);
            poll.IsHeld = true;
            return false;
        }
        Release(later[loop]);
        bool again = poll.IsTrying || (wanders && poll.SawOlder);
        int trial = poll.Trial;
        bool isTakenBack = poll.From == None || TakeBack(poll.From, thread);
        if (isTakenBack) engine.System?.IterationFailed(cpu);
        again &= isTakenBack;
        if (again)
        {
            // The other try is the same access of the same step.
            cpu.Active.Step = poll.Step - 1;
            engine.Trace.RemoveRange(poll.Trace, engine.Trace.Count - poll.Trace);
        }
        BeginIteration(ref poll);
        poll.Trial = again ? trial + 1 : 0;
        return again;
    }

    /// <summary>The iteration's events, which are the last ones of the graph and nobody's source, have not taken place. False: somebody else's came between.</summary>
    bool TakeBack(int from, int thread)
    {
        bool hasPeripheral = false;
        for (int e = from; e < graph.Count; e++)
        {
            // An interrupt handler ran meanwhile: that does leave something behind, and the iteration stays.
            if (graph[e].Thread != thread || graph[e].Kind == EventKind.Write || graph[e] is { Kind: EventKind.Delivery, Value: Taken }) return false;
            hasPeripheral |= graph[e].IsPeripheral;
        }
        graph.Truncate(from);
        performed[thread] = graph.LastOf(thread);
        if (hasPeripheral) NotePartsAgain();
        return true;
    }

    void NotePartsAgain()
    {
        looked.AsSpan().Clear();
        changed.AsSpan().Clear();
        foreach (int e in graph.Chain) NoteParts(graph[e], in graph[graph[e].StepEnd].Clock);
    }

    bool IsFirstReadOfPoll(out int trial)
    {
        trial = 0;
        ref var poll = ref PollOf(CurrentThread);
        if (!poll.IsActive || poll.First != None) return false;
        trial = poll.Trial;
        return !poll.WasPlanned;
    }

    bool HoldsBack(int read)
    {
        int loop = LoopOf(graph[read].Thread);
        if (!polls[loop].IsActive || wanders) return false;
        later[loop].Add(Forward(read));
        return true;
    }

    /// <summary>Sources from the oldest on: those that do not end the loop are seen at once, without an execution for each.</summary>
    int ReadOldestFirst(Ordering.SetViewMachine memory, int machineThread, in Ordering.Access access, int read, int last, int trial)
    {
        int loop = LoopOf(graph[read].Thread), chosen = None;
        ref var poll = ref polls[loop];
        poll.First = read;
        // By the write and not by counting: what was tried is seen, and what is older than that cannot be read any more.
        int first = memory.OldestReadable(machineThread, access);
        if (trial > 0) first = Math.Max(first, PlaceOf(memory, access.Location, poll.Tried) + 1);
        for (int place = first; place <= last; place++)
        {
            if (!memory.CanRead(machineThread, access, place)) continue;
            if (chosen == None)
            {
                chosen = place;
                continue;
            }
            graph.Returns(read, WriteAt(memory, access.Location, place));
            laterTrials[loop].Add(Forward(read));
        }
        if (chosen == None) chosen = last;
        poll.Tried = WriteAt(memory, access.Location, chosen);
        poll.IsTrying = chosen != last;
        graph.Returns(read, WriteAt(memory, access.Location, chosen));
        Made(read, isNew: true);
        return chosen;
    }
}
