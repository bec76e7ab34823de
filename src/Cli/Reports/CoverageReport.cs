using Ringcheck.Cli.Exploring;

namespace Ringcheck.Cli.Reports;

/// <summary>Coverage, in <c>explore --json</c>.</summary>
/// <param name="States">Model states reached, at least.</param>
/// <param name="LateStates">Of those, first reached in the second half of their run.</param>
/// <param name="RulesMet">Rules that could have been broken at least once.</param>
/// <param name="Rules">Rules that are watched.</param>
/// <param name="NeverMet">The others, as monitor/rule.</param>
/// <param name="ClausesMet">Clauses of the rules met.</param>
/// <param name="ClausesNeverMet">Ids of clauses that only the others are about.</param>
internal sealed record CoverageReport(long States, long LateStates, int RulesMet, int Rules, IReadOnlyList<string> NeverMet, int ClausesMet, IReadOnlyList<string> ClausesNeverMet)
{
    public static CoverageReport Of(CoverageSummary summary) => new(summary.States, summary.Late, summary.Met.Count, summary.Met.Count + summary.Missed.Count, summary.Missed,
        summary.Clauses, summary.MissedClauses);
}
