using System.Numerics;

namespace Ringcheck.Exploration;

/// <summary>
/// Each class of executions once: program order, which write each read returns, the order of writes to a location, the order of conflicting accesses to
/// peripherals (Kokologiannakis, Marmanis, Gladstein, Vafeiadis, "Truly stateless, optimal dynamic partial order reduction", POPL 2022). By re-execution:
/// a plan is the graph of an execution's beginning; carrying it out makes its events again, goes on with the first choice of everything to the end,
/// and leaves a plan for each other choice met on the way. Plans are independent of each other.
/// </summary>
/// <remarks>
/// What differs from the paper, and why, is said in docs/reduction.md: steps of several events, peripherals as objects whose accesses commute by parts,
/// interrupts, polling loops.
/// </remarks>
public sealed partial class Reducer(ReductionSearch search) : Strategy
{
    const int None = GraphEvent.None;

    readonly List<int> written = [];
    readonly int[] threadOf = new int[64], performed = new int[Clock.Threads];
    readonly Clock[] looked = new Clock[64], changed = new Clock[64];
    readonly List<CpuAgent> cpus = [];
    ExecutionGraph graph = new();
    int[] schedule = new int[128];
    int planned, position, threads, known;
    Engine engine = null!;
    Layout layout = search.Layout;
    Verdict verdict;
    bool stepBegins, learning, isForward;
    ulong usedParts;

    public override string Name => "exhaustive";

    public override bool PartsBeginnings => true;

    public ReductionSearch Search => search;

    /// <summary>For the tests of the tests.</summary>
    internal ReductionFlaw Flaw { get; init; }

    public override bool IsExhaustive => finished && search is { Unfit: 0, BeyondDepth: 0, LearnedLate: false } && !hasFreeTimers && !hasTimersAtOnce;

    public override string Bounds => string.Join(", ", BoundsMet());

    bool finished, hasFreeTimers, hasTimersAtOnce;

    IEnumerable<string> BoundsMet()
    {
        if (search.BeyondDepth > 0) yield return $"at most {search.MaximumDepth} choices that are not the first";
        if (search.Unfit > 0) yield return $"{search.Unfit} classes could not be carried out";
        if (search.LearnedLate) yield return "something was learned late; what came before was too coarse";
        if (hasFreeTimers) yield return "timers fire only when nothing else can happen";
        if (hasTimersAtOnce) yield return "of CPUs that wait in vain, the first one's time is up first";
    }

    public override bool Begin(long execution)
    {
        search.Return(graph);
        graph = null!;
        if (IsDivided && !PartsAreKnown && Scout()) return true;
        if (!search.TryTake(out graph!) && !TryTakePart(out graph!))
        {
            graph = search.Blank();
            finished = true;
            return false;
        }
        TakeUp();
        return true;
    }

    void TakeUp()
    {
        planned = graph.OrderCount;
        if (schedule.Length < planned) schedule = new int[graph.OrderCount * 2];
        graph.Order.CopyTo(schedule);
        isForward = graph.EndsInChoice;
        graph.BeginAgain();
        wanders = false;
        Prepare();
    }

    void Prepare()
    {
        if (graph.Count == 0) planned = 0;
        position = 0;
        verdict = Verdict.Complete;
        stepBegins = true;
        learning = false;
        known = layout.Version;
        written.Clear();
        Array.Fill(performed, None);
        looked.AsSpan().Clear();
        changed.AsSpan().Clear();
        usedParts = 0;
        ForgetLines();
        ForgetPolls();
    }

    /// <summary>Called by the engine before the first step of an execution.</summary>
    internal void Enter(Engine newEngine)
    {
        if (engine != newEngine) Attach(newEngine);
        if (engine.System?.IsFollowed != true)
            throw new NotSupportedException("this scenario's machine does not tell the reduction what it does: use the strategy 'states'");
    }

    void Attach(Engine newEngine)
    {
        engine = newEngine;
        threads = 0;
        cpus.Clear();
        foreach (var agent in engine.Agents)
        {
            if (agent is InterruptAgent || Array.Exists(engine.Agents, other => other is CpuAgent cpu && cpu.Timer == agent)) continue;
            if (threads == Clock.Threads) throw new InvalidOperationException($"the reduction knows at most {Clock.Threads} agents that act");
            threadOf[agent.Id] = threads++;
            if (agent is not CpuAgent processor) continue;
            cpus.Add(processor);
            threadOf[processor.Interrupt.Id] = threadOf[processor.Timer.Id] = threadOf[agent.Id];
        }
        hasFreeTimers = !engine.TimersOnlyWhenIdle;
    }

    /// <summary>The thread whose agent acts now.</summary>
    int CurrentThread => threadOf[engine.Current];

    public override void End(Engine engine)
    {
        if (verdict == Verdict.Complete && !learning) StepEnds();
        if (learning) verdict = Verdict.Learned;
        else if (verdict == Verdict.Complete && SomebodyWouldSeeMore()) verdict = Verdict.Blocked;
        else if (verdict == Verdict.Complete && position < planned) verdict = Verdict.Unfit;
        if (!wanders) search.Count(verdict, graph);
    }

    /// <summary>The rest of this execution shows nothing.</summary>
    void Stop(Verdict why)
    {
        verdict = why;
        engine.Drain();
    }

    // Who is next

    /// <summary>An agent is about to take a step, or a CPU has come to its next access.</summary>
    public void StepEnds()
    {
        if (written.Count > 0 && !wanders) Revisit();
        else written.Clear();
        stepBegins = true;
    }

    /// <summary>The agent that takes the next step.</summary>
    internal int Next(ulong options)
    {
        StepEnds();
        while (position < planned && !learning)
        {
            ref var next = ref graph[schedule[position]];
            int agent = AgentFor(next.Thread, next.Kind, options);
            if (next.Kind == EventKind.Delivery && CpuOf(next.Thread) is { } cpu && IsBeforeDelivery(cpu, options))
            {
                bool taken = next.Value == Taken;
                if (!DeliverAgain(cpu, options)) break;
                if (taken) return cpu.Interrupt.Id;
                continue;
            }
            if (agent >= 0) return agent;
            Stop(Verdict.Unfit);
            break;
        }
        return engine.Draining ? BitOperations.TrailingZeroCount(options) : wanders && !learning ? Stroll(options) : Turn(options);
    }

    CpuAgent? CpuOf(int thread)
    {
        foreach (var cpu in cpus)
        {
            if (threadOf[cpu.Id] == thread) return cpu;
        }
        return null;
    }

    int AgentFor(int thread, EventKind kind, ulong options)
    {
        if (CpuOf(thread) is not { } cpu)
        {
            for (ulong rest = options; rest != 0; rest &= rest - 1)
            {
                int id = BitOperations.TrailingZeroCount(rest);
                if (threadOf[id] == thread) return id;
            }
            return None;
        }
        var agent = kind == EventKind.TimeOut ? cpu.Timer : cpu.Active;
        return (options & agent.Bit) != 0 ? agent.Id : None;
    }

    /// <summary>
    /// Whatever this says, it says of the same graph always. Who serves comes first, so that the first execution is an ordinary one, and before whoever may stop it:
    /// a revisit takes steps away from who is stopped, it never gives more.
    /// </summary>
    int Turn(ulong options)
    {
        int first = None;
        for (ulong rest = options; rest != 0; rest &= rest - 1)
        {
            int id = BitOperations.TrailingZeroCount(rest);
            var agent = engine.Agents[id];
            if (agent is not InlineAgent || CpuOf(threadOf[id]) is not null) continue;
            if (agent.IsUrgent) return id;
            if (first == None || (agent is not ActionAgent && engine.Agents[first] is ActionAgent)) first = id;
        }
        if (first != None) return first;
        foreach (var cpu in cpus)
        {
            if (IsHeld(cpu)) continue;
            bool handler = (options & cpu.Interrupt.Bit) != 0;
            if (cpu.IsInHandler)
            {
                if (handler) return cpu.Interrupt.Id;
                continue;
            }
            bool runs = (options & cpu.Bit) != 0;
            if (!runs && !handler) continue;
            if (learning) return handler ? cpu.Interrupt.Id : cpu.Id; // as soon as it can be: handlers show what they touch
            if (IsBeforeDelivery(cpu, options) && Deliver(cpu, handler)) return cpu.Interrupt.Id;
            if (runs) return cpu.Id;
        }
        foreach (var agent in engine.Agents)
        {
            if ((options & agent.Bit) == 0 || agent is not ActionAgent) continue;
            hasTimersAtOnce |= !BitOperations.IsPow2(options);
            return agent.Id;
        }
        Stop(Verdict.Blocked);
        return BitOperations.TrailingZeroCount(options);
    }

    // Choices of devices and faults

    public override int Choose(in ChoicePoint point, Engine engine)
    {
        if (learning) return point.Default;
        switch (point.Kind)
        {
            case ChoiceKind.Posted or ChoiceKind.Begin: return 1; // what is always an event of its own
            case ChoiceKind.Device or ChoiceKind.Fault: return Pick(point);
            default: return point.Default;
        }
    }

    int Pick(in ChoicePoint point)
    {
        int thread = threadOf[point.Agent];
        ulong detail = point.Enabled;
        if (position < planned && graph[schedule[position]].Thread == thread)
        {
            int again = Again(EventKind.Choice, thread, detail);
            if (again < 0) return point.Default;
            Made(again, isNew: false);
            return (int)graph[again].Value;
        }
        int added = Add(EventKind.Choice, thread, detail);
        if (wanders)
        {
            graph[added].Value = (ulong)random.OneOf(point.Enabled);
            Made(added, isNew: true);
            return (int)graph[added].Value;
        }
        for (ulong rest = point.Enabled & ~1UL; rest != 0; rest &= rest - 1)
        {
            graph[added].Value = (ulong)BitOperations.TrailingZeroCount(rest);
            PushForward(added);
        }
        graph[added].Value = 0;
        Made(added, isNew: true);
        return 0;
    }

    // Events

    int Add(EventKind kind, int thread, ulong detail, int location = None)
    {
        NoteInPoll(thread);
        int added = graph.Append(new()
        {
            Kind = kind,
            Thread = (short)thread,
            Detail = detail,
            BeginsStep = stepBegins,
            Location = location,
            Source = None,
        });
        stepBegins = false;
        return added;
    }

    /// <summary>The event that the plan says is next. Negative: what happens now is another one, and the execution shows nothing.</summary>
    int Again(EventKind kind, int thread, ulong detail)
    {
        int number = schedule[position];
        ref var wanted = ref graph[number];
        if (wanted.Kind != kind || wanted.Thread != thread || wanted.Detail != detail)
        {
            Stop(Verdict.Unfit);
            return None;
        }
        position++;
        stepBegins = false;
        PollOf(thread).WasPlanned = true;
        return number;
    }

    /// <summary>The planned event of this kind, or a new one. Negative: see <see cref="Again"/>.</summary>
    int AgainOrNew(EventKind kind, int thread, ulong detail, out bool isNew)
    {
        isNew = position >= planned;
        return isNew ? Add(kind, thread, detail) : Again(kind, thread, detail);
    }

    /// <summary>If something was learned just now, the rest of this execution only goes on to learn more.</summary>
    void Learn() => learning |= layout.Version != known;

    /// <summary>The event has been made: its prefix is known.</summary>
    void Made(int number, bool isNew)
    {
        ref var mine = ref graph[number];
        var clock = mine.Previous == None ? default : graph[mine.Previous].Clock;
        if (mine.Source != None) clock.Join(in graph[graph[mine.Source].StepEnd].Clock);
        if (mine.Kind == EventKind.TimeOut) JoinAll(ref clock);
        if (mine.IsPeripheral) JoinConflicts(ref clock, mine);
        clock[mine.Thread] = (ushort)(mine.Index + 1);
        mine.Clock = clock;
        performed[mine.Thread] = number;
        graph.Performed(number);
        if (mine.IsPeripheral)
        {
            NoteParts(mine, in clock);
            engine.System?.Arrived(engine.Current, mine.Reads, mine.Writes);
        }
        bool mayRevisit = mine.Kind == EventKind.Write || (mine.IsPeripheral && mine.Kind != EventKind.Alive);
        if (mayRevisit && (isNew || EndsAnew(number))) written.Add(number);
    }

    void JoinAll(ref Clock clock)
    {
        foreach (int last in performed)
        {
            if (last != None) clock.Join(in graph[last].Clock);
        }
    }

    /// <summary>
    /// Made again, an access of others' interest is looked at once more only if its step now ends in another choice than when it was first looked at.
    /// </summary>
    bool EndsAnew(int number)
    {
        if (!isForward) return false;
        if (graph[number] is { Kind: EventKind.Write, IsUpdate: false, After: not None } && Flaw != ReductionFlaw.EarlierPlacesRevisit) return false; // at its first place only, as when it was new
        int last = schedule[planned - 1];
        return number != last && graph[number].StepEnd == graph[last].StepEnd;
    }

    /// <summary>A plan: what has been made, and then this event in the way that it has now.</summary>
    void PushForward(int last)
    {
        if (!wanders) search.Push(Forward(last));
    }

    ExecutionGraph Forward(int last)
    {
        var plan = search.Blank();
        graph.CopyTo(plan);
        plan.AppendToOrder(last);
        for (int rest = position; rest < planned; rest++) plan.AppendToOrder(schedule[rest]); // a choice that ends a step of which the plan held the beginning only
        plan.EndsInChoice = graph[last].Kind != EventKind.Write;
        return plan;
    }
}
