namespace Ringcheck.Exploration;

/// <content>Revisits: an earlier read takes its value from a write that was just added; an access to a peripheral comes before an earlier one.</content>
public sealed partial class Reducer
{
    int[] map = new int[128];
    bool[] keep = new bool[128];
    readonly List<int> order = [];
    int revisiting = None;

    /// <summary>The step has ended: looks at what its accesses may mean for others.</summary>
    void Revisit()
    {
        for (int i = 0; i < written.Count && !learning && !engine.Draining; i++)
        {
            ref var mine = ref graph[written[i]];
            if (mine.IsPeripheral)
            {
                NoteParts(mine, in graph[mine.StepEnd].Clock);
                ComeEarlier(written[i]);
            }
            else
            {
                RevisitReads(written[i]);
            }
        }
        written.Clear();
    }

    /// <summary>The clock of an event that is not made (yet).</summary>
    void Time(int number)
    {
        ref var mine = ref graph[number];
        var clock = mine.Previous == None ? default : graph[mine.Previous].Clock;
        if (mine.Source != None) clock.Join(in graph[graph[mine.Source].StepEnd].Clock);
        clock[mine.Thread] = (ushort)(mine.Index + 1);
        mine.Clock = clock;
    }

    void RevisitReads(int write)
    {
        var prefix = graph[graph[write].StepEnd].Clock;
        revisiting = write;
        for (int read = graph.LastRead(graph[write].Location); read != None; read = graph[read].EarlierHere)
        {
            ref var at = ref graph[read];
            if (prefix.Has(at.Thread, at.Index)) continue;
            if (Keep(read, ref prefix, None)) PlanRead(read, write, ref prefix);
        }
    }

    /// <summary>
    /// Marks what stays when an earlier event is made again after later ones: all up to it, and what is in the prefix. False: something that goes was not the
    /// first choice, so this graph is reached from another one.
    /// </summary>
    /// <param name="stepOf">An event whose whole step stays, or None.</param>
    bool Keep(int again, ref Clock prefix, int stepOf)
    {
        if (!IsFirstChoice(again, ref prefix)) return false;
        int count = graph.Count;
        if (keep.Length < count) keep = new bool[count * 2];
        keep.AsSpan(0, again + 1).Fill(true);
        for (int e = again + 1; e < count; e++)
        {
            ref var at = ref graph[e];
            keep[e] = prefix.Has(at.Thread, at.Index) || (stepOf != None && at.Thread == graph[stepOf].Thread && at.StepEnd == graph[stepOf].StepEnd);
            if (!keep[e] && !IsFirstChoice(e, ref prefix)) return false;
        }
        return true;
    }

    /// <summary>
    /// Was the event the first choice (the newest source, the last place, read by none, not before another access) as seen from the events before it and from the
    /// prefix? Of all graphs that lead to the same revisit, exactly one has only such events among those that go.
    /// </summary>
    bool IsFirstChoice(int number, ref Clock prefix)
    {
        ref var mine = ref graph[number];
        if (Flaw == ReductionFlaw.AnythingGoes) return true;
        switch (mine.Kind)
        {
            case EventKind.Choice: return mine.Value == 0;
            case EventKind.Issue or EventKind.TimeOut: return true;
            case EventKind.Read:
                for (int write = mine.Source == None ? graph.First(mine.Location) : graph[mine.Source].After; write != None; write = graph[write].After)
                {
                    if (write != revisiting && IsBefore(write, number, ref prefix)) return false;
                }
                return true;
            case EventKind.Write:
                for (int write = mine.After; write != None; write = graph[write].After)
                {
                    if (write != revisiting && IsBefore(write, number, ref prefix)) return false;
                }
                for (int read = mine.FirstReader; read != None && Flaw != ReductionFlaw.ReadersForgotten; read = graph[read].NextReader)
                {
                    if (IsBefore(read, number, ref prefix)) return false;
                }
                return true;
            default:
                if (mine is { Kind: EventKind.Delivery, Value: NotYet }) return false;
                var chain = graph.Chain;
                for (int i = chain.Length - 1; i >= 0 && chain[i] != number; i--)
                {
                    if (chain[i] != revisiting && IsBefore(chain[i], number, ref prefix) && graph[chain[i]].ConflictsWith(mine)) return false;
                }
                return true;
        }
    }

    bool IsBefore(int other, int number, ref Clock prefix)
        => other <= number || prefix.Has(graph[other].Thread, graph[other].Index) || Flaw == ReductionFlaw.TooStrict;

    /// <summary>Plans in which a read returns a write that was added after it, at each place that the write can take.</summary>
    void PlanRead(int read, int write, ref Clock prefix)
    {
        if (!TryOrder(read, ref prefix)) return;
        var plan = Restricted();
        int newRead = map[read], newWrite = map[write];
        plan.Returns(newRead, newWrite);
        plan.Remove(newWrite);
        if (graph[write].IsUpdate)
        {
            int behind = plan[plan[newWrite].Previous].Source;
            int next = behind == None ? plan.First(plan[newWrite].Location) : plan[behind].After;
            if (next == None || !plan[next].IsUpdate) PushAt(plan, newWrite, behind);
        }
        else
        {
            int location = plan[newWrite].Location, thread = plan[newWrite].Thread;
            for (int after = plan.NewestWrite(location); ; after = plan[after].Before)
            {
                int next = after == None ? plan.First(location) : plan[after].After;
                if (next == None || !plan[next].IsUpdate) PushAt(plan, newWrite, after);
                if (after == None || plan[after].Thread == thread || (prefixComesBefore && plan[newWrite].Clock.Has(plan[after].Thread, plan[after].Index))) break;
            }
        }
        search.Return(plan);
    }

    void PushAt(ExecutionGraph plan, int write, int after)
    {
        plan.Insert(write, after);
        var copy = search.Blank();
        plan.CopyTo(copy);
        search.Push(copy);
        plan.Remove(write);
    }

    ExecutionGraph Restricted()
    {
        int count = graph.Count;
        if (map.Length < count) map = new int[count * 2];
        var plan = search.Blank();
        graph.Restrict(keep.AsSpan(0, count), map, plan);
        foreach (int e in order) plan.AppendToOrder(map[e]);
        return plan;
    }

    /// <summary>
    /// The order of a plan: what stays as it was made, then the step of what is made again, then what comes after that step. False: what it is made again after
    /// comes after that step itself.
    /// </summary>
    bool TryOrder(int again, ref Clock prefix)
    {
        int first = again;
        while (!graph[first].BeginsStep && graph[first].Previous != None) first = graph[first].Previous;
        ref var begin = ref graph[first];
        order.Clear();
        if (prefix.Has(begin.Thread, begin.Index)) return false;
        foreach (int e in graph.Order)
        {
            if (keep[e] && !ComesAfter(e, begin)) order.Add(e);
        }
        // A read-modify-write that was not carried out, and so is in no order yet.
        for (int e = unmade; e < graph.Count; e++)
        {
            if (keep[e]) order.Add(e);
        }
        foreach (int e in graph.Order)
        {
            if (keep[e] && ComesAfter(e, begin)) order.Add(e);
        }
        return true;
    }

    /// <summary>What revisits comes before what it revisits, whatever it came behind when it was made.</summary>
    bool ComesAfter(int number, in GraphEvent begin)
    {
        ref var at = ref graph[number];
        bool revisits = at.Thread == graph[revisiting].Thread && at.StepEnd == graph[revisiting].StepEnd;
        return !revisits && at.Clock.Has(begin.Thread, begin.Index);
    }

    // Peripherals

    /// <summary>Plans in which an access comes before an earlier one that it conflicts with.</summary>
    void ComeEarlier(int number)
    {
        revisiting = number;
        var mine = graph[number];
        var before = mine.Previous == None ? default : graph[mine.Previous].Clock;
        if (mine.Source != None) before.Join(in graph[graph[mine.Source].StepEnd].Clock);
        before[mine.Thread] = (ushort)(mine.Index + 1);
        var chain = graph.Chain;
        int at = chain.Length - 1;
        while (chain[at] != number) at--;
        for (int i = at - 1; i >= 0; i--)
        {
            int other = graph.Chain[i];
            if (!graph[other].ConflictsWith(mine) || before.Has(graph[other].Thread, graph[other].Index)) continue;
            var prefix = before;
            for (int j = 0; j < at; j++)
            {
                int third = graph.Chain[j];
                if (j == i || !graph[third].ConflictsWith(mine)) continue;
                bool stays = j < i || (third < other && !graph[third].ConflictsWith(graph[other]));
                if (stays) prefix.Join(in graph[graph[third].StepEnd].Clock);
            }
            if (prefix.Has(graph[other].Thread, graph[other].Index)) continue;
            if (Keep(other, ref prefix, number)) PlanEarlier(number, other, ref prefix);
        }
    }

    void PlanEarlier(int number, int other, ref Clock prefix)
    {
        ref var mine = ref graph[number];
        ref var again = ref graph[other];
        bool isStopped = (mine.Stops >> again.Thread & 1) != 0 && again.Kind is EventKind.Start or EventKind.Alive;
        if (NeedsWake(mine) && !IsAwake(mine.Thread, number, other)) return;
        uint levels = LinesBefore(other, number);
        if (mine.Kind == EventKind.Line && mine.Detail == 1 && (levels >> LineOf(mine) & 1) == 0) return;
        if (isStopped) keep[other] = false;
        if (!TryOrder(other, ref prefix)) return;
        if (isStopped) order.Remove(other);
        var plan = Restricted();
        if (mine.Kind is EventKind.Delivery or EventKind.Line) plan[map[number]].Value = levels >> LineOf(mine) & 1;
        if (!isStopped && again.Kind is EventKind.Delivery or EventKind.Line)
        {
            uint after = (mine.Writes & again.Reads) != 0 ? mine.Lines : levels;
            if (again.Kind == EventKind.Line && again.Detail == 1 && (after >> LineOf(again) & 1) == 0)
            {
                search.Return(plan);
                return;
            }
            plan[map[other]].Value = after >> LineOf(again) & 1;
        }
        search.Push(plan);
    }

    static bool NeedsWake(in GraphEvent mine) => mine.Kind == EventKind.Start || (mine.Stops >> mine.Thread & 1) != 0;

    static int LineOf(in GraphEvent mine) => System.Numerics.BitOperations.TrailingZeroCount(mine.Reads) - System.Numerics.BitOperations.TrailingZeroCount(PeripheralBits.Line(0));

    /// <summary>Was an agent asked to act, by what stays before an event?</summary>
    bool IsAwake(int thread, int number, int other)
    {
        for (int i = graph.ChainCount - 1; i >= 0; i--)
        {
            int at = graph.Chain[i];
            if (at == number || at == other || !keep[at]) continue;
            if ((graph[at].Wakes >> thread & 1) != 0) return true;
            if ((graph[at].Stops >> thread & 1) != 0) return false;
        }
        return false;
    }

    /// <summary>The levels of the interrupt lines after what stays before an event.</summary>
    uint LinesBefore(int other, int number)
    {
        for (int i = graph.ChainCount - 1; i >= 0; i--)
        {
            int at = graph.Chain[i];
            if (at != number && at != other && keep[at] && (graph[at].Writes & LineParts) != 0) return graph[at].Lines;
        }
        return 0;
    }
}
