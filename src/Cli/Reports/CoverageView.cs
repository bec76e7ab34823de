using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Terminal;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary>The end of <c>explore</c> on the screen: how much of the models and of the rules the executions came to.</summary>
internal static class CoverageView
{
    public static void Show(Screen screen, CoverageSummary summary, bool verbose)
    {
        if (summary.States == 0 && summary.Met.Count == 0) return; // nothing that is explored here says anything of itself
        screen.Line($"coverage: {Numbers.Count(summary.States, "model state")}, {Percent(summary.Late, summary.States)} of them first reached in the second half of a run");
        int rules = summary.Met.Count + summary.Missed.Count, clauses = summary.Clauses + summary.MissedClauses.Count;
        if (rules == 0) return;
        screen.Line($"          {summary.Met.Count} of {Numbers.Count(rules, "rule")} could have been broken, {summary.Clauses} of {Numbers.Count(clauses, "clause")}");
        if (summary.Missed.Count == 0) return;
        if (verbose) foreach (string rule in summary.Missed) screen.Line($"          never: {Text(rule)}");
        else screen.Line($"          {summary.Missed.Count} never came up (--verbose names them)");
    }

    static string Percent(long part, long whole) => whole == 0 ? "none" : $"{100.0 * part / whole:F1} %";
}
