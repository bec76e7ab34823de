namespace Ringcheck.Exploration;

/// <summary>How much to explore. Executions, not seconds, are what makes a result the same each time.</summary>
public sealed record ExplorationBudget(long Executions, double Seconds = double.PositiveInfinity, int Jobs = 1)
{
    /// <summary>Executions for each scenario and profile when nothing else is asked for.</summary>
    public const long Default = 10_000;

    /// <summary>Of so many executions, the first is recorded and audited: see <see cref="Engine.Audited"/>.</summary>
    public int AuditEvery { get; init; } = Execution.AuditEvery;

    /// <summary>A worker whose driver code shows no sign of life for this long is given up, as a last resort.</summary>
    public double HangSeconds { get; init; } = 20;
}
