using Ringcheck.Cli.Failures;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Scenarios;

namespace Ringcheck.Cli.Reports;

/// <summary><c>barriers --json</c>. Instructions by the names that replay strings have.</summary>
/// <param name="Executions">Random executions for each instruction tried, scenario and profile.</param>
/// <param name="Violations">Of the driver as it is mapped; its scenarios are left out of the rest.</param>
/// <param name="Together">All sites weakened together, or null if there was nothing to weaken.</param>
internal sealed record BarriersReport(string Memory, ulong Seed, long Executions, long ExecutionsInAll, IReadOnlyList<SiteReport> Sites,
    IReadOnlyList<ViolationReport> Violations, TogetherReport? Together, bool Stopped)
{
    public static BarriersReport Of(StudyResult result, IReadOnlyDictionary<ReplayString, Finding> findings) => new(
        result.Settings.Memory, result.Settings.Seed, result.Settings.Executions, result.Executions,
        [.. result.Sites.Select(site => SiteReport.Of(site, findings))], [.. result.Failures.Select(failure => ViolationReport.Of(findings[failure.Replay]))],
        result.Together is { } together ? TogetherReport.Of(together, findings) : null, result.Stopped);
}

/// <summary>One site.</summary>
/// <param name="File">Without its folder.</param>
/// <param name="Asks">The barrier's purpose, or the operation of the CPU system.</param>
/// <param name="Scenarios">How many reach it.</param>
/// <param name="Needed">Something fails when the instruction is left out.</param>
/// <param name="Sufficient">The weakest with which nothing was found.</param>
/// <param name="LoadBufferingOpen">What suffices does not keep loads before later stores, as the mapped one does; load buffering is looked for in audited executions only.</param>
internal sealed record SiteReport(string Site, string Room, string File, int Line, string Asks, string? Mapped, int Scenarios, bool Needed, IReadOnlyList<string> Sufficient,
    bool StrongerThanNeeded, bool LoadBufferingOpen, IReadOnlyList<CandidateReport> Candidates)
{
    public static SiteReport Of(SiteResult result, IReadOnlyDictionary<ReplayString, Finding> findings) => new(result.Site.Name, result.Site.Room, result.Site.Site.File, result.Site.Site.Line, result.Site.Site.Asks,
        result.Reached == 0 ? null : Instructions.NameOf(result.Mapped), result.Reached, result.IsShownNeeded, [.. result.Sufficient.Select(Instructions.NameOf)],
        result.IsStronger, result.LeavesLoadBuffering, [.. result.Candidates.Select(candidate => CandidateReport.Of(candidate, findings))]);
}

/// <summary>A weaker instruction at a site.</summary>
/// <param name="Violation">Null if nothing was found in so many executions.</param>
internal sealed record CandidateReport(string Instruction, long Executions, string? Scenario, string? Profile, ViolationReport? Violation)
{
    public static CandidateReport Of(Candidate candidate, IReadOnlyDictionary<ReplayString, Finding> findings) => new(Instructions.NameOf(candidate.Instruction),
        candidate.Trial.Executions, candidate.Trial.Replay?.Scenario, candidate.Trial.Replay?.Profile,
        candidate.Trial.Replay is { } replay ? ViolationReport.Of(findings[replay]) : null);
}

/// <summary>All sites weakened one after another.</summary>
/// <param name="Left">What stands at each site.</param>
/// <param name="Violation">Of the last look with more executions; null if nothing was found.</param>
internal sealed record TogetherReport(IReadOnlyList<LeftReport> Left, long Executions, ViolationReport? Violation)
{
    public static TogetherReport Of(TogetherResult result, IReadOnlyDictionary<ReplayString, Finding> findings) => new(
        [.. result.Left.Select(each => new LeftReport(each.Site.Name, Instructions.NameOf(each.Mapped), Instructions.NameOf(each.Instruction), each.Instruction == BarrierInstruction.None))],
        result.Trial.Executions, result.Trial.Replay is { } replay ? ViolationReport.Of(findings[replay]) : null);
}

internal sealed record LeftReport(string Site, string Mapped, string Instruction, bool Gone);
