using System.CommandLine;
using System.Diagnostics;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Reports.Pages;
using Ringcheck.Cli.Sharing;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck explore [SCENARIO…]</c>.</summary>
internal sealed class ExploreCommand : ToolCommand
{
    readonly CliContext context;
    readonly ExplorationOptions options;
    readonly SharingOptions sharingOptions;
    readonly Argument<string[]> scenarios = new("SCENARIO")
    {
        Description = "Scenarios to explore, NAME* for all whose names begin so; without any, the default tour ('ringcheck list' names them)",
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
        sharingOptions = new(this);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var sharing = sharingOptions.Read(parsed, context.Folder);
        var settings = options.Read(parsed) with { Shard = sharing.Shard };
        var plan = RunPlan.Of(context.Catalog.Scenarios, parsed.GetValue(scenarios) ?? [], settings.Profile, settings.All, settings.Memory);
        var checkpoint = sharing.Checkpoint is { } saved ? CheckpointFile.Open(saved, sharing.MustExist, settings, plan) : null;
        if (sharing.Out is { } output) AtomicFile.CheckWritable(output);
        string? page = parsed.GetValue(pageFile) is { } name ? HtmlPage.Place(context.Folder, name) : null;
        var view = IsJson(parsed) ? null : new ExploreView(context.Console, plan, settings, parsed.GetValue(verbose));
        var outcomes = new List<RunOutcome>();
        var watch = Stopwatch.StartNew();
        foreach (var run in plan)
        {
            if (context.Cancellation.IsCancellationRequested) break;
            var outcome = outcomes.Count < checkpoint?.Ended.Count ? checkpoint.Ended[outcomes.Count].ToOutcome()
                : Explore(run, settings, $"{run.Scenario} ({run.Profile}), run {outcomes.Count + 1} of {plan.Count}", checkpoint, sharing.EverySeconds,
                    () => new(outcomes.Count, plan.Count, watch.Elapsed.TotalSeconds));
            outcome = outcome with { Findings = [.. outcome.Findings.Select(finding => TraceFolder.Keep(context, context.Catalog, finding))] };
            outcomes.Add(outcome);
            view?.RunEnded(outcome);
        }
        // A comparison of variants is not divided: it belongs to the undivided exploration.
        var variants = settings.Shard.IsWhole ? new VariantComparison(context, settings).Of(plan) : [];
        if (parsed.GetValue(writeVariants) is { } file) VariantDocument.WriteInto(file, string.Join('\n', variants.Select(VariantView.Table)));
        bool stopped = context.Cancellation.IsCancellationRequested;
        if (sharing.Out is { } path && !(stopped && checkpoint is not null)) Keep(path, outcomes);
        else if (stopped && checkpoint is not null) context.Console.Error.WriteLine($"ringcheck: stopped; the same command goes on from '{sharing.Checkpoint}'{(sharing.Out is null ? "" : $", and then writes '{sharing.Out}'")}");
        if (view is null)
        {
            ExploreReport all = new([.. outcomes.Select(RunReport.Of)], stopped, [.. variants.Select(VariantTableReport.Of)],
                CoverageReport.Of(CoverageSummary.Of([.. outcomes.Select(static outcome => outcome.Result)])), []);
            JsonReports.Write(context.Console, all, JsonReports.Compact.ExploreReport);
        }
        else view.Ended(outcomes, variants, plan.Count, stopped, []);
        if (page is not null) HtmlPage.Write(context.Console, page, ExplorePage.Of(outcomes, settings, stopped));
        return outcomes.Any(outcome => outcome.Findings.Count > 0) ? ExitCode.ViolationFound : ExitCode.NothingFound;
    }

    RunOutcome Explore(PlannedRun run, ExplorationSettings settings, string title, CheckpointFile? checkpoint, double everySeconds, Func<TourProgress> tour)
    {
        var saving = checkpoint is null ? null : new Checkpointing(everySeconds, ledger => Try(() => checkpoint.Save(ledger)), checkpoint.UnderWay);
        var outcome = new ScenarioRun(context, run, settings).Explore(title, saving, tour);
        // What Ctrl-C ended, the search or the shrinking, is gone on with; what a budget ended is done.
        if (!context.Cancellation.IsCancellationRequested) Try(() => checkpoint?.Save(StoredRun.Of(outcome)));
        return outcome;
    }

    /// <summary>A checkpoint that cannot be written is no reason to throw away what is being explored.</summary>
    void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (AtomicFile.IsFileError(exception))
        {
            context.Console.Error.WriteLine($"ringcheck: warning: the checkpoint could not be written: {exception.Message}");
        }
    }

    static void Keep(string path, IReadOnlyList<RunOutcome> outcomes)
    {
        try
        {
            ResultFile.Of(outcomes.Select(StoredRun.Of)).Write(path);
        }
        catch (Exception exception) when (AtomicFile.IsFileError(exception))
        {
            throw new CommandException(ExitCode.Environment, $"cannot write the results into '{path}': {exception.Message}");
        }
    }
}
