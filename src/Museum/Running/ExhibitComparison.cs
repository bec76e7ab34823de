namespace Ringcheck.Museum;

/// <summary>An exhibit looked for by each strategy, on the memory that it is shown on.</summary>
/// <param name="Id">The exhibit's.</param>
/// <param name="Memory">The first one on which it must be found.</param>
/// <param name="Strategies">In the order asked for.</param>
public sealed record ExhibitComparison(string Id, string Memory, IReadOnlyList<StrategyTrials> Strategies);

/// <summary>One exhibit and one strategy.</summary>
/// <param name="Strategy">Its name.</param>
/// <param name="Executions">
/// For each seed, the executions that it took until a monitor found the exhibit that is meant to; 0 if none did within the limit. One number if the
/// strategy has no use for a seed.
/// </param>
public sealed record StrategyTrials(string Strategy, IReadOnlyList<long> Executions)
{
    public int Trials => Executions.Count;

    public int Found => Executions.Count(static executions => executions > 0);

    /// <summary>
    /// The median over all seeds, where not found counts as more than any number; null if that is what the median is. Of an even number of seeds, the lower of the
    /// two in the middle: no mean of a number and of "not found".
    /// </summary>
    public long? Median
    {
        get
        {
            if (Trials == 0) return null;
            long middle = Executions.Select(static executions => executions == 0 ? long.MaxValue : executions).Order().ElementAt((Trials - 1) / 2);
            return middle == long.MaxValue ? null : middle;
        }
    }
}
