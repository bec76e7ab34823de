using Ringcheck.Cli.Terminal;
using Ringcheck.Museum;

namespace Ringcheck.Cli.Reports.Pages;

/// <summary><c>compare --report</c>: how many of the searches had found their exhibit after so many executions, a curve for each strategy.</summary>
internal static class ComparePage
{
    public static HtmlPage Of(ComparisonOptions options, IReadOnlyList<ExhibitComparison> results, bool stopped)
    {
        var page = new HtmlPage("ringcheck compare");
        page.Soft($"{Numbers.Count(results.Count, "exhibit")}, {Numbers.Count(options.Seeds, "seed")}, at most {Numbers.Count(options.Limit, "execution")} in a search{(stopped ? "; stopped before the end" : "")}");
        if (results.Count == 0) return page.Line("No exhibit was finished.");
        page.Heading("Time to find");
        page.Soft("The share of searches, over all exhibits and seeds, that had found their exhibit. Higher on the left is faster; higher on the right is surer.");
        page.Raw(StepChart.Of([.. options.Strategies.Select((strategy, at) => Curve(strategy, [.. results.Select(result => result.Strategies[at])], options))],
            "executions", "searches that had found it", results.Count * options.Seeds));
        page.Heading("Median executions");
        page.Soft("– : fewer than half of the seeds found it; (18/20): so many did.");
        page.Table(["Exhibit", "Memory", .. options.Strategies], results.Select(static result => (IReadOnlyList<string>)[result.Id, result.Memory, .. result.Strategies.Select(ComparisonTable.Cell)]), texts: 2);
        return page;
    }

    /// <summary>A strategy that has no use for a seed counts as often as the others: it would find the same each time.</summary>
    static StepCurve Curve(string strategy, IReadOnlyList<StrategyTrials> trials, ComparisonOptions options) => new(strategy,
        [.. trials.SelectMany(each => each.Executions.Where(static executions => executions > 0).SelectMany(executions => Enumerable.Repeat(executions, options.Seeds / each.Trials))).Order()],
        options.Limit);
}
