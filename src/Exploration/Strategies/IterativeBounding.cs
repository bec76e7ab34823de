namespace Ringcheck.Exploration;

/// <summary>A depth-first search with a bound of 0, then one with a bound of 1, and so on, until a bound has cut nothing off.</summary>
public abstract class IterativeBounding : Strategy, IShardable
{
    readonly Counted counted;
    Exhaustive inner;
    PartSource? source;
    int bound;

    private protected IterativeBounding(Counted what)
    {
        counted = what;
        inner = Within(0);
    }

    public override bool NeedsFingerprints => true;

    public override bool IsExhaustive => inner.IsExhaustive;

    public override string Bounds => IsExhaustive ? "" : $"at most {bound} {(counted == Counted.Deviations ? "deviations" : "preemptions")} (unfinished)";

    public override bool CanSave => true;

    public bool PartsShareNothing => false;

    public bool IsScouting => inner.IsScouting;

    public long Part => inner.Part;

    /// <summary>Parts of one bound are numbered after those of the bound before: the failure of the lowest part is within the least bound.</summary>
    public void Restrict(Func<long> next)
    {
        source = new(next);
        inner = Within(0);
    }

    public override bool Begin(long execution)
    {
        while (!inner.Begin(execution))
        {
            if (inner.IsExhaustive) return false;
            bound++;
            inner = Within(source is null ? 0 : inner.PartsEnd);
        }
        return true;
    }

    Exhaustive Within(long firstPart)
    {
        var search = new Exhaustive(Pruning.SeenStates, bound, counted) { FirstPart = firstPart };
        if (source is not null) search.Restrict(source);
        return search;
    }

    public override int Choose(in ChoicePoint point, Engine engine) => inner.Choose(point, engine);

    public override void Save(BinaryWriter to)
    {
        to.Write(bound);
        to.Write(inner.FirstPart);
        inner.Save(to);
    }

    public override void Load(BinaryReader from)
    {
        bound = from.ReadInt32();
        inner = Within(from.ReadInt64());
        inner.Load(from);
    }
}
