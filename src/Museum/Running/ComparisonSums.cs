namespace Ringcheck.Museum;

/// <summary>One strategy over all exhibits.</summary>
public static class ComparisonSums
{
    /// <summary>Of all searches of a strategy, each exhibit with the same weight; one that did not find counts as <paramref name="limit"/> executions, which flatters it.</summary>
    public static double GeometricMean(IReadOnlyList<StrategyTrials> column, long limit) => column.Count == 0 ? 0
        : Math.Exp(column.Average(trials => trials.Executions.Average(executions => Math.Log(executions == 0 ? limit : executions))));
}
