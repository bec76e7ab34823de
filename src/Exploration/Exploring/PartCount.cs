namespace Ringcheck.Exploration;

/// <summary>What was run of one part of an exploration. Parts are numbered in the order of an undivided exploration.</summary>
public readonly record struct PartCount(long Part, long Executions, long Points)
{
    public PartCount Plus(PartCount more) => this with { Executions = Executions + more.Executions, Points = Points + more.Points };
}
