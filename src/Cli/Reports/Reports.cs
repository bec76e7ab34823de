using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Failures;
using Ringcheck.Exploration;
using Ringcheck.Models.Checking;

namespace Ringcheck.Cli.Reports;

/// <summary><c>explore --json</c>.</summary>
/// <param name="Variants">Of the scenarios that have any, if no profile was asked for.</param>
/// <param name="Coverage">Of all runs together.</param>
/// <param name="Missing">For <c>merge</c>: what would have to be there for the explorations to be whole, in words.</param>
internal sealed record ExploreReport(IReadOnlyList<RunReport> Runs, bool Stopped, IReadOnlyList<VariantTableReport> Variants, CoverageReport Coverage,
    IReadOnlyList<string> Missing);

/// <summary>One exploration. <paramref name="Seconds"/> is time spent exploring; shrinking is not in it.</summary>
/// <param name="Interrupted">True if the user or the time limit ended it before its number of executions was reached.</param>
/// <param name="Premises">Empty where something was found: how often each was met by then depends on the workers.</param>
/// <param name="Shard">For example 2/8; null for the whole exploration.</param>
internal sealed record RunReport(string Scenario, string Strategy, string Memory, string Profile, ulong Seed, long Executions, long Points,
    double Seconds, bool Exhausted, string Bounds, IReadOnlyList<ViolationReport> Violations, bool Interrupted, IReadOnlyList<PremiseReport> Premises,
    IReadOnlyList<AdviceReport> Advice, CoverageReport Coverage, string? Shard)
{
    public static RunReport Of(RunOutcome outcome)
    {
        var (run, settings, result) = (outcome.Run, outcome.Settings, outcome.Result);
        return new(run.Scenario, result.Strategy, settings.Memory, run.Profile, settings.Seed, result.Executions, result.Points, result.Seconds,
            result.Exhausted, result.Bounds, [.. outcome.Findings.Select(ViolationReport.Of)], result.Interrupted,
            result.Violation is null ? [.. result.Premises.Select(premise => new PremiseReport(premise.Name, premise.Count, premise.Required))] : [],
            [.. result.Advice.Select(advice => new AdviceReport(advice.Key, advice.Message, advice.Mend))], CoverageReport.Of(CoverageSummary.Of([result])),
            settings.Shard.IsWhole ? null : settings.Shard.ToString());
    }
}

/// <summary>What was right and more than is needed: not a failure.</summary>
internal sealed record AdviceReport(string Rule, string Message, string Mend);

internal sealed record PremiseReport(string Name, long Count, bool Required);

/// <summary>A violation; the members that the issue fixes come first.</summary>
/// <param name="Replay">Null for a finding about the exploration as a whole, which no single execution shows.</param>
/// <param name="TraceFile">Null if there is none.</param>
/// <param name="Page">The page that draws it; null if there is none.</param>
/// <param name="Explanation">Lines on what made the execution fail, for example which order of memory was missing; may be empty.</param>
internal sealed record ViolationReport(string Monitor, IReadOnlyList<string> Clauses, string Message, string? Replay, IReadOnlyList<string> Operations,
    IReadOnlyList<string> Choices, string Rule, string Mend, string? TraceFile, IReadOnlyList<string> Explanation, string? Page)
{
    public static ViolationReport Of(Finding finding) => new(finding.Violation.Monitor, finding.Violation.Clauses, finding.Violation.Message,
        finding.Replay?.ToString(), finding.Operations, finding.Choices, finding.Violation.Rule, finding.Violation.Mend, finding.TraceFile, finding.Violation.Explanation, finding.Page);
}

/// <summary><c>check --json</c>.</summary>
/// <param name="Generated">States generated, initial states and duplicates included.</param>
/// <param name="Depth">Levels of the breadth-first search; an initial state is level 1.</param>
/// <param name="Exact">False if two states with one fingerprint were taken for one.</param>
/// <param name="Outcome">verified, violated, bounded or stopped; only the first says that the whole state space was searched.</param>
/// <param name="CollisionProbability">Upper bound of the probability that a state was missed; 0 where exact.</param>
/// <param name="Unchecked">Properties that were not judged.</param>
internal sealed record CheckReport(string Model, int Size, long States, long Generated, int Depth, double Seconds, bool Exact,
    IReadOnlyList<CheckViolation> Violations, string Outcome, double CollisionProbability, IReadOnlyList<string> Unchecked)
{
    public static CheckReport Of(CheckResult result) => new(result.Model, result.Size, result.States, result.Generated, result.Depth, result.Seconds,
        result.Exact, result.Violations, result.Outcome.ToString().ToLowerInvariant(), result.CollisionProbability, result.Unchecked);
}

/// <summary><c>list --json</c>.</summary>
internal sealed record ListReport(IReadOnlyList<ScenarioReport> Scenarios, IReadOnlyList<ModelReport> Models, IReadOnlyList<string> Strategies,
    IReadOnlyList<string> Memories);

internal sealed record ScenarioReport(string Name, string Summary, IReadOnlyList<string> Profiles, bool Tour,
    IReadOnlyList<string> Variants, IReadOnlyList<string> Wrong);

internal sealed record ModelReport(string Name, string Description, IReadOnlyList<int> Sizes, int DefaultSize);

/// <summary><c>replay --json</c>.</summary>
/// <param name="Reproduced">Whether the recorded violation happened; null where none is recorded (a string, not a file).</param>
/// <param name="Diverged">With <c>--lenient</c>: the first recorded choice that no longer exists, in words; null if there was none.</param>
internal sealed record ReplayReport(string Scenario, string Memory, string Profile, ulong Seed, string Exhibit, uint Points, bool? Reproduced,
    string? Diverged, IReadOnlyList<ViolationReport> Violations);

/// <summary><c>shrink --json</c>.</summary>
/// <param name="Executions">What shrinking took.</param>
/// <param name="Minimal">True if all executions of the program with fewer choices were searched, and none fails.</param>
/// <param name="Violations">Empty if the failure does not happen any more; the file is then left as it was.</param>
internal sealed record ShrinkReport(string File, string Scenario, string Memory, string Profile, int OperationsBefore, int ChoicesBefore, long Executions,
    bool Minimal, IReadOnlyList<ViolationReport> Violations);

/// <summary>With <c>--json</c>, what went wrong, beside the line on standard error.</summary>
internal sealed record ErrorReport(string Error);
