namespace Ringcheck.Exploration;

/// <summary>How much to explore. Executions, not seconds, are what makes a result the same each time.</summary>
public sealed record ExplorationBudget(long Executions, double Seconds = double.PositiveInfinity, int Jobs = 1)
{
    /// <summary>Executions for each scenario and profile when nothing else is asked for.</summary>
    public const long Default = 10_000;

    /// <summary>Of so many executions, the first is recorded and audited: see <see cref="Engine.Audited"/>.</summary>
    public int AuditEvery { get; init; } = Execution.AuditEvery;

    /// <summary>
    /// Whether coverage is followed in this execution: in the first 1,000, where most of it is found, and in one of eight after that. Following it everywhere
    /// cost 6 % (blk-two-requests, CPU time, on a busy machine). A strategy that lives on it has it always.
    /// </summary>
    public static bool IsCovered(long execution) => execution < 1_000 || execution % 8 == 0;

    /// <summary>A worker whose driver code shows no sign of life for this long is given up, as a last resort.</summary>
    public double HangSeconds { get; init; } = 20;
}
