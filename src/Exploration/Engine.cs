using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ringcheck.Exploration;

/// <summary>What the engine must know of the system that it runs.</summary>
public interface ISystem
{
    /// <summary>All shared state that decides the future, monitors included; coverage counters stay out.</summary>
    void Fold(ref StateHasher hasher);

    /// <summary>Nobody can run, and this CPU still waits: what was lost, in the system's own words.</summary>
    Violation LostWakeUp(CpuAgent waiting);

    /// <summary>Something that may be waited for has changed: see <see cref="Engine.Touch"/>.</summary>
    void Touched(ulong watchKey)
    {
    }

    /// <summary>An iteration of a CPU's polling loop has failed: by the contract of the seam it leaves nothing behind.</summary>
    void IterationFailed(CpuAgent cpu)
    {
    }

    /// <summary>
    /// After an execution that was <see cref="Engine.Audited"/>: what an independent check finds wrong with the system itself, or null.
    /// </summary>
    Violation? Audit() => null;

    /// <summary>True if the system tells <see cref="Engine.Reducer"/> of all that agents share.</summary>
    bool IsFollowed => false;

    /// <summary>An agent has looked at, and changed, parts of peripherals: under the reduction, where memory may take its order from that.</summary>
    void Arrived(int agent, ulong reads, ulong writes)
    {
    }

    /// <summary>
    /// After an execution that was <see cref="Engine.Audited"/> and failed: what made it fail, in lines for people. The same execution is run once more after the
    /// first call, so that the system may look closer at what it found; the second answer counts.
    /// </summary>
    IReadOnlyList<string> Explain() => [];
}

/// <summary>Runs executions: who takes the next step, what was chosen, how it ended. Knows no virtio.</summary>
public sealed class Engine
{
    /// <summary>Scheduling points after which an execution is said not to end.</summary>
    public const uint DefaultMaxPoints = 20_000;

    readonly List<Agent> agents = [];
    readonly List<CpuAgent> cpus = [];
    Agent[] byId = [];
    InlineAgent?[] inlineById = [];
    Strategy strategy = PlainRun.Instance;
    ulong timersMask;
    bool isSealed;

    /// <summary>The choices of this execution that were not the plain ones.</summary>
    public List<Deviation> Trace { get; } = [];

    public ISystem? System { get; set; }

    /// <summary>What executions have come to, as the monitors see it.</summary>
    public Coverage Coverage { get; } = new();

    /// <summary>One bit for each agent that can take the next step.</summary>
    public ulong Ready;

    /// <summary>True if a strategy looks at fingerprints: agents and memory keep their hashes.</summary>
    public bool Hashing { get; private set; }

    public uint Points { get; private set; }

    /// <summary>Choices that this execution had (places where more than one option was enabled).</summary>
    public uint Positions { get; private set; }

    public uint MaxPoints { get; set; } = DefaultMaxPoints;

    /// <summary>
    /// True: a timer fires only when nothing else can run, so that a time-out means that nobody would ever answer. False: it may
    /// fire whenever it is armed, since how long others take is not ours to say.
    /// </summary>
    public bool TimersOnlyWhenIdle { get; set; } = true;

    /// <summary>True once the strategy pruned: the execution runs on with plain choices, and nothing in it counts.</summary>
    public bool Draining { get; private set; }

    /// <summary>True: what this execution does to memory is recorded, and held against the axioms of its memory at the end.</summary>
    public bool Audited { get; internal set; }

    public Violation? Violation { get; private set; }

    /// <summary>Who is told what an execution does while it is recorded; null in all others.</summary>
    public ExecutionObserver? Observer { get; set; }

    /// <summary>The strategy that follows each access, while it does; null for all others.</summary>
    public Reducer? Reducer { get; private set; }

    /// <summary>True if the strategy wants to part a device's waking up from its first access.</summary>
    internal bool PartsBeginnings { get; private set; }

    /// <summary>The agent that runs now.</summary>
    public int Current;

    /// <summary>Virtual time, in milliseconds since the machine started.</summary>
    public ulong NowMs { get; private set; }

    /// <summary>The CPU on whose stack everything runs now.</summary>
    public CpuAgent Running { get; internal set; } = null!;

    /// <summary>The execution has ended on one CPU, and the others unwind.</summary>
    internal bool Ending;

    /// <summary>Polling loops whose reads are watched now; 0 lets memory skip <see cref="Touch"/> for bulk copies.</summary>
    public int ActiveWatches { get; set; }

    public Agent[] Agents => byId;

    /// <summary>The same, of those that step inline; null for CPUs and interrupts. Saves a checked cast at each step.</summary>
    internal InlineAgent?[] InlineAgents => inlineById;

    /// <summary>
    /// Adds an agent. The order is part of replay strings: CPUs first, then devices. Of the ready agents, the lowest id is the
    /// plain choice when the running one cannot go on.
    /// </summary>
    public T Add<T>(T agent) where T : Agent
    {
        if (isSealed) throw new InvalidOperationException("agents are added before the first execution");
        Register(agent);
        if (agent is CpuAgent cpu) cpus.Add(cpu);
        if (agent is ActionAgent { PassesTime: true }) timersMask |= agent.Bit;
        return agent;
    }

    /// <summary>Interrupts come after all devices, timers last: plain means that whoever can work does, before time passes.</summary>
    void Seal()
    {
        isSealed = true;
        foreach (var cpu in cpus) Register(cpu.Interrupt);
        foreach (var cpu in cpus)
        {
            Register(cpu.Timer);
            timersMask |= cpu.Timer.Bit;
        }
    }

    void Register(Agent agent)
    {
        if (agents.Count == 64) throw new InvalidOperationException("at most 64 agents");
        agent.Id = agents.Count;
        agent.Engine = this;
        agents.Add(agent);
        byId = [.. agents];
        inlineById = [.. agents.Select(each => each as InlineAgent)];
    }

    public void Block(Agent agent) => Ready &= ~agent.Bit;

    public void Unblock(Agent agent) => Ready |= agent.Bit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAlone(Agent agent) => Ready == agent.Bit;

    /// <summary>The CPU that runs begins with an operation of the program, by its place there, or with a part that has none: for those who record.</summary>
    public void Begins(int operation, string part = "") => Observer?.Begins(Running, operation, part);

    public void AdvanceTo(ulong timeMs) => NowMs = Math.Max(NowMs, timeMs);

    /// <summary>Starts an execution: all agents afresh. The caller then resets its own state.</summary>
    public void Reset(Strategy newStrategy)
    {
        if (!isSealed) Seal();
        strategy = newStrategy;
        Hashing = strategy.NeedsFingerprints;
        Ready = 0;
        Points = Positions = 0;
        ActiveWatches = 0;
        Draining = Ending = false;
        Violation = null;
        Coverage.Begin(this, strategy.NeedsCoverage);
        Current = 0;
        NowMs = 0;
        if (cpus.Count > 0) Running = cpus[0];
        Trace.Clear();
        Reducer = strategy as Reducer;
        PartsBeginnings = strategy.PartsBeginnings;
        Reducer?.Enter(this);
        foreach (var agent in byId) agent.Reset();
    }

    /// <summary>Nothing in the rest of this execution counts.</summary>
    internal void Drain()
    {
        Draining = true;
        Reducer = null;
    }

    /// <summary>A choice that <see cref="Reducer"/> made by itself, for the trace: as if <see cref="Choose(ChoiceKind, ulong)"/> had been asked.</summary>
    /// <param name="kind">What was chosen.</param>
    /// <param name="hadOthers">Whether there was more than the plain option, so that it was a choice at all.</param>
    /// <param name="pick">0 for the plain one.</param>
    public void Note(ChoiceKind kind, bool hadOthers, int pick)
    {
        if (!hadOthers) return;
        var agent = byId[Current];
        if (agent is CpuAgent cpu) agent = cpu.Active;
        agent.Step++;
        if (Draining) return;
        Positions++;
        if (pick != 0) Trace.Add(new(kind, agent.Id, agent.Step, pick));
    }

    /// <summary>Ends the execution with a violation. The first one counts.</summary>
    [global::System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public void Fail(Violation violation)
    {
        if (!Draining) Violation ??= violation;
        Observer?.Failed(violation);
        throw ExecutionEnd.Instance;
    }

    /// <summary>An execution that ended well was audited: what that found.</summary>
    internal void Judge(Violation? found)
    {
        if (!Draining) Violation ??= found;
        if (found is not null) Observer?.Failed(found);
    }

    /// <summary>Driver or device code threw: a violation like any other, with a replay line.</summary>
    internal void Crashed(Exception exception)
    {
        if (Draining) return;
        string where = exception.StackTrace?.Split('\n')[0].Trim() ?? "";
        if (where.IndexOf(" in ", StringComparison.Ordinal) is var path and > 0) where = where[..path];
        string kind = exception is InsufficientExecutionStackException ? "endless-recursion" : exception.GetType().Name;
        Violation ??= new("driver-exception", kind, [], $"{exception.GetType().Name}: {exception.Message} {where}",
            "Driver code throws nothing: check each word that the device can write before using it.");
        Observer?.Failed(Violation);
    }

    /// <summary>Something that a polling CPU may have read has changed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Touch(ulong watchKey)
    {
        if (ActiveWatches != 0) TouchWatches(watchKey);
    }

    void TouchWatches(ulong watchKey)
    {
        foreach (var cpu in cpus) cpu.Touch(watchKey);
        System?.Touched(watchKey);
    }

    /// <summary>The one door for what devices and faults may decide: 0 to count - 1, and 0 is the plain one.</summary>
    public int Choose(ChoiceKind kind, int count) => count <= 1 ? 0 : Choose(kind, (1UL << count) - 1);

    /// <summary>The same, where not all numbers are enabled. 0 is, and is the plain one.</summary>
    public int Choose(ChoiceKind kind, ulong enabled)
    {
        if (enabled == 1) return 0;
        var agent = byId[Current];
        // Of a CPU, whoever acts now: after a handler that unmasking let in, Current still names it.
        if (agent is not InlineAgent) agent = Running.Active;
        agent.Step++; // several decisions within one step have keys of their own
        int pick = Decide(new ChoicePoint(kind, agent.Id, agent.Step, enabled, 0));
        agent.Observed(0xC0, (ulong)pick);
        return pick;
    }

    /// <summary>The one door for schedules: an agent id. Keep running the current agent unless told otherwise.</summary>
    internal int NextAgent()
    {
        ulong options = Ready;
        if (TimersOnlyWhenIdle && (options & ~timersMask) != 0) options &= ~timersMask;
        if (options == 0) Idle();
        int plain = (options >> Current & 1) != 0 ? Current : BitOperations.TrailingZeroCount(options);
        if (Reducer is { } reducer) return NextOf(reducer, options, plain);
        if (BitOperations.IsPow2(options)) return plain;
        return Decide(new ChoicePoint(ChoiceKind.Schedule, Current, byId[Current].Step, options, plain));
    }

    int NextOf(Reducer reducer, ulong options, int plain)
    {
        int pick = reducer.Next(options);
        if (Draining) return plain;
        if (BitOperations.IsPow2(options)) return plain;
        Positions++;
        if (pick != plain) Trace.Add(new(ChoiceKind.Schedule, Current, byId[Current].Step, pick));
        return pick;
    }

    int Decide(in ChoicePoint point)
    {
        if (Draining) return point.Default;
        Positions++;
        int pick = strategy.Choose(point, this);
        if (pick == Strategy.Prune)
        {
            Draining = true;
            Hashing = false; // nothing that follows is looked at
            return point.Default;
        }
        if (pick == point.Default) return pick;
        Trace.Add(new(point.Kind, point.Agent, point.Step, pick));
        Observer?.Chose(point, pick);
        return pick;
    }

    /// <summary>Nobody can run. With a CPU waiting, that is a lost wake-up.</summary>
    void Idle()
    {
        foreach (var cpu in cpus)
        {
            if (cpu.Finished) continue;
            Fail(System?.LostWakeUp(cpu) ?? new("lost-notification", "nobody-runs", [],
                $"{cpu.Name} waits for {cpu.WaitsFor}, and nothing else can run", "Whoever changes what is waited for must say so."));
        }
        throw ExecutionEnd.Instance;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountPoint()
    {
        if (++Points > MaxPoints) TooManyPoints();
    }

    void TooManyPoints() => Fail(new("progress", "no-end", [],
        $"the execution did not end within {MaxPoints} scheduling points (a bound, not a proof that it never ends)",
        "Bound every loop that depends on what the other side writes."));

    /// <summary>After all CPUs are done: lets devices come to rest. Timers stay: time may stop here.</summary>
    public void RunToRest()
    {
        while ((Ready & ~timersMask) != 0)
        {
            Ready &= ~timersMask;
            int next = NextAgent();
            Current = next;
            if (inlineById[next] is not { } inline) return;
            inline.Run();
        }
    }

    /// <summary>All that decides the future: shared state, who is ready, time, and each agent's history.</summary>
    public Fingerprint Fingerprint()
    {
        var hasher = new StateHasher();
        System?.Fold(ref hasher);
        hasher.Add(Ready);
        hasher.Add(NowMs);
        foreach (var agent in byId)
        {
            hasher.Add(new Fingerprint(agent.HistoryA, agent.HistoryB));
            hasher.Add(agent.ExtraState);
        }
        return hasher.Result;
    }
}
