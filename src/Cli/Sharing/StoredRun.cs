using System.Text.Json.Serialization;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Failures;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Sharing;

/// <summary>One exploration in a result file. docs/scaling.md describes each field.</summary>
internal sealed record StoredRun
{
    public required string Scenario { get; init; }

    public required string Profile { get; init; }

    public required string Memory { get; init; }

    public required string Strategy { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Executions of all shards together; null without limit.</summary>
    public required long? BudgetExecutions { get; init; }

    /// <summary>Seconds of each shard; null without limit.</summary>
    public required double? BudgetSeconds { get; init; }

    public required int Shard { get; init; }

    public required int Shards { get; init; }

    public required long Executions { get; init; }

    public required long Points { get; init; }

    public required double Seconds { get; init; }

    public required bool Exhausted { get; init; }

    public required bool Interrupted { get; init; }

    public required string Bounds { get; init; }

    public required IReadOnlyList<Premise> Premises { get; init; }

    public required IReadOnlyList<TraceViolation> Advice { get; init; }

    /// <summary>Part, executions, points: three numbers each.</summary>
    public required IReadOnlyList<IReadOnlyList<long>> Parts { get; init; }

    public required StoredCoverage Coverage { get; init; }

    public required long? FailedPart { get; init; }

    public required StoredFinding? Finding { get; init; }

    /// <summary>What has to be the same in all shards of one exploration, in words.</summary>
    [JsonIgnore]
    public string Settings => FormattableString.Invariant($"{Scenario} ({Profile}), memory {Memory}, strategy {Strategy}, seed {Seed}")
        + (BudgetExecutions is { } executions ? FormattableString.Invariant($", {executions} executions") : "")
        + (BudgetSeconds is { } seconds ? FormattableString.Invariant($", {seconds:0.###} seconds") : "");

    public static StoredRun Of(RunOutcome outcome)
    {
        var (run, settings, result) = (outcome.Run, outcome.Settings, outcome.Result);
        var budget = settings.Budget;
        return new()
        {
            Scenario = run.Scenario,
            Profile = run.Profile,
            Memory = settings.Memory,
            Strategy = result.Strategy,
            Seed = settings.Seed,
            BudgetExecutions = budget.Executions == long.MaxValue ? null : budget.Executions,
            BudgetSeconds = double.IsInfinity(budget.Seconds) ? null : budget.Seconds,
            Shard = settings.Shard.Index,
            Shards = settings.Shard.Of,
            Executions = result.Executions,
            Points = result.Points,
            Seconds = result.Seconds,
            Exhausted = result.Exhausted,
            Interrupted = result.Interrupted,
            Bounds = result.Bounds,
            Premises = result.Premises,
            Advice = [.. result.Advice.Select(TraceViolation.Of)],
            Parts = [.. result.Parts.Select(static part => (IReadOnlyList<long>)[part.Part, part.Executions, part.Points])],
            Coverage = StoredCoverage.Of(result.Covered),
            FailedPart = result.FailedPart,
            Finding = result.Violation is null ? null : StoredFinding.Of(outcome.Findings[0]),
        };
    }

    /// <summary>What the exploration's own report is made of.</summary>
    public RunOutcome ToOutcome()
    {
        var budget = new ExplorationBudget(BudgetExecutions ?? long.MaxValue, BudgetSeconds ?? double.PositiveInfinity);
        var finding = Finding?.ToFinding();
        var covered = Coverage.ToRecord();
        IReadOnlyList<PartCount> parts = [.. Parts.Select(static part => new PartCount(part[0], part[1], part[2]))];
        var result = new ExplorationResult
        {
            Strategy = Strategy,
            Executions = Executions,
            Points = Points,
            Seconds = Seconds,
            Exhausted = Exhausted,
            Interrupted = Interrupted,
            Bounds = Bounds,
            Premises = Premises,
            Advice = [.. Advice.Select(static advice => advice.ToViolation())],
            Violation = finding?.Violation,
            Parts = parts,
            Coverage = covered.Within(parts),
            Covered = covered,
            FailedPart = FailedPart,
        };
        var shard = new Shard(Shard, Shards);
        IReadOnlyList<Finding> findings = finding is not null ? [finding] : shard.IsWhole ? [.. Vacuity.Judge(result).Select(Failures.Finding.OfExploration)] : [];
        return new(new(Scenario, Profile), new(Strategy, Memory, null, Seed, budget, false) { Shard = shard }, result, findings);
    }
}

/// <summary>Coverage in a result file.</summary>
/// <param name="States">Two numbers each: the state's hash, and where the execution that first reached it is.</param>
internal sealed record StoredCoverage(IReadOnlyList<long> States, IReadOnlyList<CoveredRule> Rules)
{
    public static StoredCoverage Of(CoverageRecord record) => new([.. record.States.SelectMany(static state => new[] { state.State, state.First })], record.Rules);

    /// <summary>Throws <see cref="FormatException"/> if its numbers are none.</summary>
    public CoverageRecord ToRecord()
    {
        var record = new CoverageRecord([.. States.Chunk(2).Select(static pair => new CoveredState((int)pair[0], pair[^1]))], Rules);
        return States.Count % 2 == 0 && record.IsSound ? record : throw new FormatException("its coverage does not fit together");
    }
}

/// <summary>A failure in a result file, as it was reported.</summary>
internal sealed record StoredFinding(TraceViolation Violation, IReadOnlyList<string> Explanation, string Replay, string Original, IReadOnlyList<string> Operations,
    IReadOnlyList<string> Choices, string Shrinking, long ShrinkExecutions)
{
    public static StoredFinding Of(Finding finding) => new(TraceViolation.Of(finding.Violation), finding.Violation.Explanation, finding.Replay!.ToString(),
        (finding.Original ?? finding.Replay).ToString(), finding.Operations, finding.Choices, finding.Shrinking.ToString(), finding.ShrinkExecutions);

    /// <summary>Throws <see cref="FormatException"/> if a line in it is not what it should be.</summary>
    public Finding ToFinding()
        => new(Violation.ToViolation() with { Explanation = Explanation }, Parse(Replay), Operations, Choices, Enum.Parse<Shrinking>(Shrinking))
        {
            Original = Parse(Original),
            ShrinkExecutions = ShrinkExecutions,
        };

    static ReplayString Parse(string text) => ReplayString.TryParse(text, out var replay, out string error) ? replay! : throw new FormatException(error);
}
