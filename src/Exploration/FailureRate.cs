namespace Ringcheck.Exploration;

/// <summary>How many executions of a scenario fail when every choice is uniform, and in which ways.</summary>
/// <param name="ByKey">Failures for each monitor and rule, the most frequent first.</param>
/// <param name="IsInterrupted">Cancelled before all executions were run.</param>
public sealed record FailureRate(long Executions, long Failures, IReadOnlyList<KeyValuePair<string, long>> ByKey, bool IsInterrupted)
{
    public double SuccessPercent => Executions == 0 ? 0 : 100.0 * (Executions - Failures) / Executions;

    /// <summary>Runs executions 0 to <paramref name="executions"/> - 1 under <see cref="UniformWalk"/>; unlike an exploration it does not stop at a failure.</summary>
    public static FailureRate Measure(Func<IScenario> make, ulong seed, long executions, CancellationToken cancellation = default)
    {
        using var scenario = make();
        var strategy = new UniformWalk(seed);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        long done = 0, failures = 0;
        for (; done < executions && !cancellation.IsCancellationRequested; done++)
        {
            strategy.Begin(done);
            if (Execution.Run(scenario, strategy) is not { } violation) continue;
            failures++;
            counts[violation.Key] = counts.GetValueOrDefault(violation.Key) + 1;
        }
        return new(done, failures, [.. counts.OrderByDescending(static each => each.Value).ThenBy(static each => each.Key, StringComparer.Ordinal)], done < executions);
    }
}
