namespace Ringcheck.Exploration;

/// <summary>
/// Iterative context bounding (Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded programs", PLDI 2007): all
/// executions with no preemption, depth first, then all with at most one, two... A preemption takes the turn from somebody who could go on. Who
/// runs after somebody who cannot is free. What is not a schedule (device freedom, faults, memory) costs as much as a preemption wherever it is not plain,
/// or the first bound would not end. Ends when a bound has cut nothing off.
/// </summary>
public sealed class PreemptionBounding() : IterativeBounding(Counted.Preemptions)
{
    public override string Name => "preemption";
}
