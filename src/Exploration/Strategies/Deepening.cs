namespace Ringcheck.Exploration;

/// <summary>
/// All executions with no deviation from the plain one, then all with at most one, two, and so on (iterative context bounding,
/// Musuvathi and Qadeer, PLDI 2007, with deviations in the place of preemptions): what it finds first is minimal by construction.
/// </summary>
public sealed class Deepening : Strategy, IShardable
{
    Exhaustive inner = new(Pruning.SeenStates, 0);
    PartSource? source;
    int bound;

    public override string Name => "deepening";

    public override bool NeedsFingerprints => true;

    public override bool IsExhaustive => inner.IsExhaustive;

    public override string Bounds => IsExhaustive ? "" : $"at most {bound} deviations (unfinished)";

    public override bool CanSave => true;

    public bool PartsShareNothing => false;

    public bool IsScouting => inner.IsScouting;

    public long Part => inner.Part;

    /// <summary>Parts of one bound are numbered after those of the bound before: the failure of the lowest part has the fewest deviations.</summary>
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
        var search = new Exhaustive(Pruning.SeenStates, bound) { FirstPart = firstPart };
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
