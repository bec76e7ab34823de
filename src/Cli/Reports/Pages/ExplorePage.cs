using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Terminal;

namespace Ringcheck.Cli.Reports.Pages;

/// <summary><c>explore --report</c>: how coverage grew, what was found when, and which rules never came up.</summary>
internal static class ExplorePage
{
    public static HtmlPage Of(IReadOnlyList<RunOutcome> outcomes, ExplorationSettings settings, bool stopped)
    {
        var page = new HtmlPage("ringcheck explore");
        page.Soft($"strategy {settings.Strategy}, memory {settings.Memory}, seed {settings.Seed}{(stopped ? "; stopped before the end" : "")}");
        var summary = CoverageSummary.Of([.. outcomes.Select(static outcome => outcome.Result)]);
        long executions = outcomes.Sum(static outcome => outcome.Result.Executions);
        page.Line($"{Numbers.Count(outcomes.Count, "run")}, {Numbers.Count(executions, "execution")}, {Numbers.Count(outcomes.Count(static outcome => outcome.Findings.Count > 0), "run")} with findings. " +
            $"{Numbers.Count(summary.States, "model state")} reached, {Numbers.Count(summary.Late)} of them first in the second half of a run; " +
            $"{summary.Met.Count} of {summary.Met.Count + summary.Missed.Count} rules could have been broken.");
        Growth(page, outcomes);
        Found(page, outcomes);
        Runs(page, outcomes);
        Rules(page, summary);
        return page;
    }

    static string NameOf(RunOutcome outcome) => $"{outcome.Run.Scenario} ({outcome.Run.Profile})";

    static void Growth(HtmlPage page, IReadOnlyList<RunOutcome> outcomes)
    {
        List<RunOutcome> covered = [.. outcomes.Where(static outcome => outcome.Result.Coverage.States > 0)];
        if (covered.Count == 0) return;
        page.Heading("Model states reached");
        page.Soft("How many different states of the models of device life cycle, ownership and notification executions had come to. A curve that still rises at its end says that more executions would show more.");
        List<IGrouping<string, RunOutcome>> scenarios = [.. covered.GroupBy(static outcome => outcome.Run.Scenario)];
        page.Raw("<div class=\"charts\">");
        foreach (var scenario in scenarios)
        {
            var curves = scenario.Select(static outcome => new StepCurve(outcome.Run.Profile, outcome.Result.Coverage.Firsts, outcome.Result.Executions));
            page.Raw($"<figure><figcaption>{HtmlPage.Text(scenario.Key)}</figcaption>").Raw(StepChart.Of([.. curves], "executions", "model states", isNarrow: scenarios.Count > 1)).Raw("</figure>");
        }
        page.Raw("</div>");
    }

    static void Found(HtmlPage page, IReadOnlyList<RunOutcome> outcomes)
    {
        page.Heading("What was found, and when");
        List<RunOutcome> found = [.. outcomes.Where(static outcome => outcome.Result.Violation is not null)];
        if (found.Count == 0)
        {
            page.Line("No execution broke a rule. That is bounded by what was explored, unless a run says that it was exhausted.");
            return;
        }
        page.Raw(StepChart.Of([new("runs that had found a failure", [.. found.Select(static outcome => outcome.Result.Executions).Order()], outcomes.Max(static outcome => outcome.Result.Executions))],
            "executions of a run", "runs", outcomes.Count));
        page.Raw("<div class=\"wide\"><table><thead><tr><th>Run</th><th class=\"n\">Execution</th><th>Rule</th><th>Replay</th></tr></thead><tbody>");
        foreach (var outcome in found)
        {
            foreach (var finding in outcome.Findings)
                page.Raw($"<tr><td>{HtmlPage.Text(NameOf(outcome))}</td><td class=\"n\">{outcome.Result.Executions:N0}</td><td>{HtmlPage.Text(finding.Violation.Key)}</td>" +
                    $"<td><code>ringcheck replay {HtmlPage.Text(finding.Replay?.ToString() ?? "")}</code></td></tr>");
        }
        page.Raw("</tbody></table></div>");
    }

    static void Runs(HtmlPage page, IReadOnlyList<RunOutcome> outcomes)
    {
        page.Heading("Runs");
        page.Table(["Run", "Verdict", "Executions", "Points", "Seconds", "States", "in second half", "Rules met"], outcomes.Select(static outcome => (IReadOnlyList<string>)
        [
            NameOf(outcome), outcome.Findings.Count > 0 ? outcome.Findings[0].Violation.Key : outcome.Result.Exhausted ? "exhausted, nothing found" : "nothing found (bounded)",
            Numbers.Count(outcome.Result.Executions), Numbers.Count(outcome.Result.Points), outcome.Result.Seconds.ToString("F1"), Numbers.Count(outcome.Result.Coverage.States),
            Numbers.Count(outcome.Result.Coverage.StatesAfter(outcome.Result.Executions / 2)),
            $"{outcome.Result.Coverage.Rules.Count(static rule => rule.First != 0)} of {outcome.Result.Coverage.Rules.Count}",
        ]), texts: 2);
    }

    static void Rules(HtmlPage page, CoverageSummary summary)
    {
        if (summary.Missed.Count == 0) return;
        page.Heading("Rules that never came up");
        page.Soft("No execution came to where one of these could have been broken: that nothing was found says nothing about them.");
        page.Raw("<p>" + string.Join(", ", summary.Missed.Select(static rule => $"<code>{HtmlPage.Text(rule)}</code>")) + "</p>");
        if (summary.MissedClauses.Count > 0) page.Raw("<p>Clauses that only these are about: " + string.Join(", ", summary.MissedClauses.Select(static clause => $"<code>{HtmlPage.Text(clause)}</code>")) + "</p>");
    }
}
