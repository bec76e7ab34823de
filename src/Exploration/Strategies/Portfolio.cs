namespace Ringcheck.Exploration;

/// <summary>
/// Several strategies in turn: execution n is execution n / k of member n mod k. No strategy is best for all bugs (docs/strategies.md has the table), and
/// the price of not knowing which is at most the number of members. Members depend on seed and number only, so any worker may run any execution; those that
/// build on earlier executions (coverage, preemption, deepening) have no place in it.
/// </summary>
public sealed class Portfolio : Strategy
{
    readonly Strategy[] members;
    Strategy current;

    public Portfolio(IReadOnlyList<Strategy> strategies)
    {
        members = [.. strategies];
        if (!Array.TrueForAll(members, static member => member.IsIndependent)) throw new ArgumentException("each member of a portfolio is independent of earlier executions");
        current = members[0];
    }

    public override string Name => "portfolio";

    public override bool IsIndependent => true;

    public override string Bounds => "portfolio of " + string.Join(", ", members.Select(static member => member.Bounds.Length == 0 ? member.Name : $"{member.Name} ({member.Bounds})"));

    public override bool Begin(long execution)
    {
        current = members[execution % members.Length];
        return current.Begin(execution / members.Length);
    }

    public override int Choose(in ChoicePoint point, Engine engine) => current.Choose(point, engine);

    public override void End(Engine engine) => current.End(engine);
}
