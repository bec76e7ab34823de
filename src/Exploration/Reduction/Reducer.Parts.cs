namespace Ringcheck.Exploration;

/// <content>
/// A search in parts, for workers and shards. First it learns, from random executions; then it carries out plans, the oldest first, until so many wait that shards get
/// about equal shares. None of that counts. A part is then each plan that was carried out, alone, and each one that waits, with all that comes of it.
/// </content>
public sealed partial class Reducer : IShardable
{
    const int Walks = 48, PartsWanted = 96;
    const ulong WalkSeed = 0x5EED;

    readonly List<(ExecutionGraph Plan, bool IsAlone)> parts = [];
    readonly Queue<ExecutionGraph> waiting = new();
    PartSource? source;
    byte[]? saved;
    long own;
    int walks, learned = -1;

    /// <summary>True: in parts, and what is learned on the way there is not counted.</summary>
    public bool IsDivided
    {
        get => search.IsDivided;
        init => search.IsDivided = value;
    }

    bool PartsAreKnown { get; set; }

    public bool PartsShareNothing => true;

    public bool IsScouting { get; private set; }

    public long Part { get; private set; }

    public override bool CanSave => true;

    public void Restrict(Func<long> next) => source = new(next);

    /// <summary>Begins an execution that does not count. False: the parts are known.</summary>
    bool Scout()
    {
        IsScouting = true;
        if (walks < Walks)
        {
            graph = search.Blank();
            BeginWandering(WalkSeed, walks++);
            return true;
        }
        if (learned != layout.Version)
        {
            learned = layout.Version;
            _ = search.TakeAll();
            parts.Clear();
            waiting.Clear();
            var first = search.Blank();
            first.Clear();
            waiting.Enqueue(first);
        }
        foreach (var plan in search.TakeAll()) waiting.Enqueue(plan);
        if (waiting.Count == 0 || waiting.Count + parts.Count >= PartsWanted)
        {
            parts.AddRange(waiting.Select(static plan => (plan, false)));
            waiting.Clear();
            PartsAreKnown = true;
            IsScouting = false;
            search.BeginToCount();
            Restore();
            return false;
        }
        graph = waiting.Dequeue();
        var alone = new ExecutionGraph();
        graph.CopyTo(alone);
        alone.EndsInChoice = graph.EndsInChoice;
        parts.Add((alone, true));
        TakeUp();
        return true;
    }

    /// <summary>Goes to the part that is to be done next. False: there is none.</summary>
    bool TryTakePart(out ExecutionGraph? plan)
    {
        plan = null;
        if (!IsDivided) return false;
        long next = source?.Peek() ?? own;
        if (next >= parts.Count) return false;
        source?.Take();
        own = next + 1;
        Part = next;
        bool isAlone;
        (plan, isAlone) = parts[(int)next];
        search.Discards = isAlone;
        return true;
    }

    public override void Save(BinaryWriter to)
    {
        to.Write(Part);
        to.Write(own);
        to.Write(source is not null);
        source?.Save(to);
        search.Save(to);
    }

    public override void Load(BinaryReader from)
    {
        using var rest = new MemoryStream();
        from.BaseStream.CopyTo(rest);
        saved = rest.ToArray();
    }

    /// <summary>Parts are found again; where the search was among them is known from before.</summary>
    void Restore()
    {
        if (saved is null) return;
        using var from = new BinaryReader(new MemoryStream(saved));
        saved = null;
        Part = from.ReadInt64();
        own = from.ReadInt64();
        if (from.ReadBoolean()) source!.Load(from);
        search.Load(from);
    }
}
