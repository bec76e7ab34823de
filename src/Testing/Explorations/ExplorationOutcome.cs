using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>An exploration that has ended, its failure made small and put into words.</summary>
/// <param name="Findings">Empty if nothing was found. A violation is one finding; a vacuous exploration has one for each premise that was never met.</param>
public sealed record ExplorationOutcome(ExplorationPlan Plan, ExplorationResult Result, IReadOnlyList<Finding> Findings)
{
    public bool IsClean => Findings.Count == 0;

    /// <summary>One line: what may honestly be said.</summary>
    public string Verdict
    {
        get
        {
            string executions = Numbers.Count(Result.Executions, "execution");
            if (Result.Violation is not null) return $"{Heading}: VIOLATION {Findings[0].Violation.Key} in execution {Numbers.Count(Result.Executions)} (seed {Plan.Seed})";
            if (!IsClean) return $"{Heading}: VACUOUS, {executions} showed nothing about {Numbers.Count(Findings.Count, "required premise")}";
            if (Result.Exhausted) return $"{Heading}: exhausted, all {executions}, nothing found ({Result.Bounds})";
            string early = Result.Interrupted ? $", ended by the clock before {Limit}" : "";
            return $"{Heading}: nothing found in {executions}{early} (bounded, which is not verified; seed {Plan.Seed}; {Result.Bounds})";
        }
    }

    string Limit => Plan.Executions == long.MaxValue ? "the search was exhausted" : $"{Numbers.Count(Plan.Executions)} were done";

    string Heading => $"{Plan.Scenario} ({Plan.Profile}), memory {Plan.Memory}, {Result.Strategy}";

    /// <summary>The verdict, and below it all there is to say of each finding.</summary>
    /// <param name="replayLine">How a replay line is to be used by whoever reads this; null for the command that replays it.</param>
    public string Report(Func<string, string>? replayLine = null)
        => string.Join('\n', Findings.SelectMany(finding => Title(finding).Concat(FailureText.Lines(finding, replayLine))).Prepend(Verdict));

    IEnumerable<string> Title(Finding finding) => Result.Violation is null ? [$"  {finding.Violation.Key}"] : [];
}
