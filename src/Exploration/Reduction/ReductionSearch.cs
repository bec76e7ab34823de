namespace Ringcheck.Exploration;

/// <summary>What one search has: the plans that wait, what was learned, what was counted.</summary>
public sealed class ReductionSearch
{
    readonly Stack<ExecutionGraph> plans = new();
    readonly Stack<ExecutionGraph> spare = new();
    int learned = -1;

    /// <summary>True: a search in parts, which does not begin again by itself.</summary>
    internal bool IsDivided { get; set; }

    /// <summary>True: what an execution plans is for other parts.</summary>
    internal bool Discards { get; set; }

    /// <summary>A divided search found something to learn after its parts were fixed: what came before was too coarse.</summary>
    internal bool LearnedLate { get; set; }

    /// <summary>Of the first choices, how many others an execution may make on its way; more are counted and left out.</summary>
    public int MaximumDepth { get; init; } = int.MaxValue;

    internal Layout Layout { get; } = new();

    /// <summary>Executions whose class was run to its end: each class once.</summary>
    public long Complete { get; private set; }

    /// <summary>Executions in which somebody waits on for a value that will not come, while an equal one goes on.</summary>
    public long Blocked { get; private set; }

    /// <summary>Executions that memory refused: their plan was checked too coarsely.</summary>
    public long Wasted { get; private set; }

    /// <summary>Executions that only showed what there is to know about the scenario: see <see cref="Layout"/>.</summary>
    public long Learning { get; private set; }

    /// <summary>Plans that the engine could not carry out: a part of the scenario that the reduction does not know. None, or nothing is claimed.</summary>
    public long Unfit { get; private set; }

    /// <summary>Plans beyond <see cref="MaximumDepth"/>.</summary>
    public long BeyondDepth { get; private set; }

    /// <summary>Set it to check that no class is run twice.</summary>
    public HashSet<Fingerprint>? Classes { get; set; }

    /// <summary>Classes that were run twice: 0, or the algorithm is wrong.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Executions that count: complete, blocked and wasted ones.</summary>
    public long Executions => Complete + Blocked + Wasted;

    /// <summary>The next plan. False: nothing is left.</summary>
    internal bool TryTake(out ExecutionGraph plan)
    {
        if (learned != Layout.Version && IsDivided)
        {
            LearnedLate |= learned >= 0;
            learned = Layout.Version;
        }
        else if (learned != Layout.Version)
        {
            // What was explored without knowing this was explored with too few events.
            learned = Layout.Version;
            while (plans.TryPop(out var stale)) spare.Push(stale);
            Complete = Blocked = Wasted = Unfit = BeyondDepth = Duplicates = 0;
            Classes?.Clear();
            var first = Blank();
            first.Clear();
            plans.Push(first);
        }
        return plans.TryPop(out plan!);
    }

    /// <summary>All plans, the oldest first.</summary>
    internal List<ExecutionGraph> TakeAll()
    {
        List<ExecutionGraph> all = [.. plans];
        all.Reverse();
        plans.Clear();
        return all;
    }

    /// <summary>From here on executions count, and nothing is left to learn.</summary>
    internal void BeginToCount()
    {
        Complete = Blocked = Wasted = Unfit = BeyondDepth = Duplicates = 0;
        Classes?.Clear();
        learned = Layout.Version;
    }

    internal ExecutionGraph Blank() => spare.TryPop(out var graph) ? graph : new();

    internal void Return(ExecutionGraph graph) => spare.Push(graph);

    internal void Push(ExecutionGraph plan)
    {
        if (++plan.Depth > MaximumDepth)
        {
            BeyondDepth++;
            spare.Push(plan);
            return;
        }
        if (Discards)
        {
            spare.Push(plan);
            return;
        }
        plans.Push(plan);
    }

    internal void Add(ExecutionGraph plan) => plans.Push(plan);

    internal void Save(BinaryWriter to)
    {
        to.Write(Discards);
        to.Write(LearnedLate);
        foreach (long count in (long[])[Complete, Blocked, Wasted, Unfit, BeyondDepth]) to.Write(count);
        to.Write(plans.Count);
        foreach (var plan in plans.Reverse()) plan.Save(to);
    }

    internal void Load(BinaryReader from)
    {
        Discards = from.ReadBoolean();
        LearnedLate = from.ReadBoolean();
        (Complete, Blocked, Wasted, Unfit, BeyondDepth) = (from.ReadInt64(), from.ReadInt64(), from.ReadInt64(), from.ReadInt64(), from.ReadInt64());
        plans.Clear();
        for (int left = from.ReadInt32(); left > 0; left--)
        {
            var plan = Blank();
            plan.Load(from);
            plans.Push(plan);
        }
    }

    internal void Count(Verdict verdict, ExecutionGraph graph)
    {
        switch (verdict)
        {
            case Verdict.Learned: Learning++; return;
            case Verdict.Blocked: Blocked++; return;
            case Verdict.Refused: Wasted++; return;
            case Verdict.Unfit: Unfit++; return;
        }
        Complete++;
        if (Classes is not null && !Classes.Add(graph.Canonical())) Duplicates++;
    }
}

/// <summary>How a reduced execution ended.</summary>
enum Verdict : byte
{
    Complete,
    Learned,
    Blocked,
    Refused,
    Unfit,
}
