namespace Ringcheck.Exploration;

/// <summary>
/// All executions with no deviation from the plain one, then all with at most one, two, and so on (iterative context bounding,
/// Musuvathi and Qadeer, PLDI 2007, with deviations in the place of preemptions): what it finds first is minimal by construction.
/// </summary>
public sealed class Deepening() : IterativeBounding(Counted.Deviations)
{
    public override string Name => "deepening";
}
