namespace Ringcheck.Exploration;

/// <summary>
/// Iterative context bounding (Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded programs", PLDI 2007): all
/// executions with no preemption, depth first, then all with at most one, two... A preemption takes the turn from somebody who could go on. Who
/// runs after somebody who cannot is free. What is not a schedule (device freedom, faults, memory) costs as much as a preemption wherever it is not plain,
/// or the first bound would not end. Ends when a bound has cut nothing off.
/// </summary>
public sealed class PreemptionBounding : Strategy
{
    Exhaustive inner = new(Pruning.SeenStates, 0, Counted.Preemptions);
    int bound;

    public override string Name => "preemption";

    public override bool NeedsFingerprints => true;

    public override bool IsExhaustive => inner.IsExhaustive;

    public override string Bounds => IsExhaustive ? "" : $"at most {bound} preemptions (unfinished)";

    public override bool Begin(long execution)
    {
        if (inner.Begin(execution)) return true;
        if (inner.IsExhaustive) return false;
        inner = new(Pruning.SeenStates, ++bound, Counted.Preemptions);
        return inner.Begin(execution);
    }

    public override int Choose(in ChoicePoint point, Engine engine) => inner.Choose(point, engine);
}
