namespace Ringcheck.Exploration;

/// <summary>
/// All executions with no deviation from the plain one, then all with at most one, two, and so on (iterative context bounding,
/// Musuvathi and Qadeer, PLDI 2007, with deviations in the place of preemptions): what it finds first is minimal by construction.
/// </summary>
public sealed class Deepening : Strategy
{
    Exhaustive inner = new(Pruning.SeenStates, 0);
    int bound;

    public override string Name => "deepening";

    public override bool NeedsFingerprints => true;

    public override bool IsExhaustive => inner.IsExhaustive;

    public override string Bounds => IsExhaustive ? "" : $"at most {bound} deviations (unfinished)";

    public override bool Begin(long execution)
    {
        if (inner.Begin(execution)) return true;
        if (inner.IsExhaustive) return false;
        inner = new(Pruning.SeenStates, ++bound);
        return inner.Begin(execution);
    }

    public override int Choose(in ChoicePoint point, Engine engine) => inner.Choose(point, engine);
}
