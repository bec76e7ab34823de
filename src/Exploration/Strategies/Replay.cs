namespace Ringcheck.Exploration;

/// <summary>
/// Takes the given deviations, by key, and is plain otherwise. A deviation whose option is not enabled where it applies is left
/// out, so a list from which some have been removed is still a legal execution; <see cref="FirstUnused"/> says which.
/// </summary>
public sealed class Replay : Strategy
{
    IReadOnlyList<Deviation> deviations = [];
    bool[] used = [];
    bool partsBeginnings;

    public override string Name => "replay";

    public override bool IsIndependent => true;

    public override bool PartsBeginnings => partsBeginnings;

    public void Use(IReadOnlyList<Deviation> list)
    {
        deviations = list;
        used = new bool[list.Count];
        partsBeginnings = list.Any(deviation => deviation.Kind == ChoiceKind.Begin);
    }

    public override bool Begin(long execution)
    {
        Array.Clear(used);
        return true;
    }

    public override int Choose(in ChoicePoint point, Engine engine)
    {
        ulong key = point.Key;
        for (int i = 0; i < deviations.Count; i++)
        {
            if (deviations[i].Key != key || (point.Enabled >> deviations[i].Pick & 1) == 0) continue;
            used[i] = true;
            return deviations[i].Pick;
        }
        return point.Default;
    }

    /// <summary>The first of the deviations that the execution did not meet: where it diverged from the recorded one.</summary>
    public Deviation? FirstUnused
    {
        get
        {
            int index = Array.IndexOf(used, false);
            return index < 0 ? null : deviations[index];
        }
    }
}
