using Ringcheck.Exploration;

namespace Ringcheck.Cli.Exploring;

/// <summary>The coverage of several runs together. States of different scenarios are different states; rules are the same ones.</summary>
/// <param name="States">Model states reached, at least: the sum over the runs.</param>
/// <param name="Late">Of those, how many were first reached in the second half of their run: many of them mean that more executions would show more.</param>
/// <param name="Met">Rules that could have been broken at least once, in order of name.</param>
/// <param name="Missed">Rules that no execution came to, in order of name.</param>
/// <param name="Clauses">Clauses of the rules in <paramref name="Met"/>.</param>
/// <param name="MissedClauses">Clauses of no rule but those in <paramref name="Missed"/>.</param>
internal sealed record CoverageSummary(long States, long Late, IReadOnlyList<string> Met, IReadOnlyList<string> Missed, int Clauses, IReadOnlyList<string> MissedClauses)
{
    public static CoverageSummary Of(IReadOnlyList<ExplorationResult> runs)
    {
        var rules = runs.SelectMany(static run => run.Coverage.Rules).GroupBy(static each => each.Rule.Name, StringComparer.Ordinal)
            .Select(static group => (group.First().Rule, IsMet: group.Any(static each => each.First != 0))).OrderBy(static each => each.Rule.Name, StringComparer.Ordinal).ToList();
        var clauses = rules.Where(static each => each.IsMet).SelectMany(static each => each.Rule.Clauses).ToHashSet(StringComparer.Ordinal);
        return new(runs.Sum(static run => (long)run.Coverage.States), runs.Sum(static run => (long)run.Coverage.StatesAfter(run.Executions / 2)),
            [.. rules.Where(static each => each.IsMet).Select(static each => each.Rule.Name)], [.. rules.Where(static each => !each.IsMet).Select(static each => each.Rule.Name)],
            clauses.Count, [.. rules.SelectMany(static each => each.Rule.Clauses).Where(clause => !clauses.Contains(clause)).Distinct().Order(StringComparer.Ordinal)]);
    }
}
