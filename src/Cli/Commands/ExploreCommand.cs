using System.CommandLine;
using System.Diagnostics;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Reports.Pages;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck explore [SCENARIO…]</c>.</summary>
internal sealed class ExploreCommand : ToolCommand
{
    readonly CliContext context;
    readonly ExplorationOptions options;
    readonly Argument<string[]> scenarios = new("SCENARIO")
    {
        Description = "Scenarios to explore; without any, the default tour ('ringcheck list' names them)",
        Arity = ArgumentArity.ZeroOrMore,
    };

    readonly Option<string?> writeVariants = new("--write-variants")
    {
        HelpName = "FILE",
        Description = "Write the comparison of a scenario's variants into FILE, between its markers",
    };

    readonly Option<bool> verbose = new("--verbose") { Description = "Name the rules whose premise no execution met" };
    readonly Option<string?> pageFile = new("--report") { HelpName = "FILE", Description = "Write a page (HTML, self-contained) with the growth of coverage and what was found when" };

    public ExploreCommand(CliContext context) : base("explore", "Explore interleavings of driver and device, and shrink what fails",
        "ringcheck explore spsc-2x4 --strategy states --executions 1000000")
    {
        this.context = context;
        Add(scenarios);
        Add(writeVariants);
        Add(verbose);
        Add(pageFile);
        options = new(this, "Every scenario, not only those of the default tour");
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var settings = options.Read(parsed);
        var plan = RunPlan.Of(context.Catalog.Scenarios, parsed.GetValue(scenarios) ?? [], settings.Profile, settings.All);
        string? page = parsed.GetValue(pageFile) is { } name ? HtmlPage.Place(context.Folder, name) : null;
        var view = IsJson(parsed) ? null : new ExploreView(context.Console, plan, settings, parsed.GetValue(verbose));
        var outcomes = new List<RunOutcome>();
        var watch = Stopwatch.StartNew();
        foreach (var run in plan)
        {
            if (context.Cancellation.IsCancellationRequested) break;
            string title = $"{run.Scenario} ({run.Profile}), run {outcomes.Count + 1} of {plan.Count}";
            var outcome = new ScenarioRun(context, run, settings).Explore(title, () => new(outcomes.Count, plan.Count, watch.Elapsed.TotalSeconds));
            outcome = outcome with { Findings = [.. outcome.Findings.Select(finding => TraceFolder.Keep(context, finding))] };
            outcomes.Add(outcome);
            view?.RunEnded(outcome);
        }
        var variants = new VariantComparison(context, settings).Of(plan);
        if (parsed.GetValue(writeVariants) is { } file) VariantDocument.WriteInto(file, string.Join('\n', variants.Select(VariantView.Table)));
        bool stopped = context.Cancellation.IsCancellationRequested;
        if (view is null)
        {
            ExploreReport report = new([.. outcomes.Select(RunReport.Of)], stopped, [.. variants.Select(VariantTableReport.Of)],
                CoverageReport.Of(CoverageSummary.Of([.. outcomes.Select(static outcome => outcome.Result)])));
            JsonReports.Write(context.Console, report, JsonReports.Compact.ExploreReport);
        }
        else view.Ended(outcomes, variants, plan.Count, stopped);
        if (page is not null) HtmlPage.Write(context.Console, page, ExplorePage.Of(outcomes, settings, stopped));
        return outcomes.Any(outcome => outcome.Findings.Count > 0) ? ExitCode.ViolationFound : ExitCode.NothingFound;
    }
}
