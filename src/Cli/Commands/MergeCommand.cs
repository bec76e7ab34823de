using System.CommandLine;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Sharing;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck merge FILE…</c>.</summary>
internal sealed class MergeCommand : ToolCommand
{
    readonly CliContext context;
    readonly Argument<string[]> files = new("FILE") { Description = "What 'explore --out' has written, of each shard", Arity = ArgumentArity.ZeroOrMore };

    readonly Option<string?> output = new("--out") { HelpName = "FILE", Description = "Write the joined results into FILE, if they are complete" };

    readonly Option<bool> verbose = new("--verbose") { Description = "Name the rules whose premises were never met" };

    public MergeCommand(CliContext context) : base("merge", "Join the results of shards, and judge the whole",
        "ringcheck merge shard-1.json shard-2.json --out whole.json")
    {
        this.context = context;
        Add(files);
        Add(output);
        Add(verbose);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var names = parsed.GetValue(files) ?? [];
        if (names.Length == 0) throw CommandException.BadUsage("merge which files? Name what 'explore --out' has written");
        string? target = parsed.GetValue(output) is { } name ? Path.Combine(context.Folder, name) : null;
        var merged = ShardMerge.Of([.. names.SelectMany(Runs)]);
        if (merged.Count == 0) throw CommandException.BadUsage("there is no run in these files");
        var missing = merged.Select(static run => run.Missing).OfType<string>().ToList();
        var outcomes = merged.Select(Outcome).ToList();
        if (IsJson(parsed))
            JsonReports.Write(context.Console, new ExploreReport([.. outcomes.Select(RunReport.Of)], false, [],
                CoverageReport.Of(CoverageSummary.Of([.. outcomes.Select(static outcome => outcome.Result)])), missing), JsonReports.Compact.ExploreReport);
        else Show(names.Length, outcomes, missing, parsed.GetValue(verbose));
        if (missing.Count > 0) context.Console.Error.WriteLine($"ringcheck: this is not all: {Words(missing)}{(target is null ? "" : $"; '{target}' is not written")}");
        else if (target is not null) Write(target, merged);
        if (outcomes.Any(static outcome => outcome.Findings.Count > 0)) return ExitCode.ViolationFound;
        return missing.Count > 0 ? ExitCode.BadUsage : ExitCode.NothingFound;
    }

    IEnumerable<FiledRun> Runs(string name)
    {
        var file = ResultFile.Read(Path.Combine(context.Folder, name));
        return file.Runs.Select(run => new FiledRun(name, file.Tool, run));
    }

    /// <summary>A whole exploration is judged as one; its failure gets its trace file here too, if this ringcheck has the scenario.</summary>
    RunOutcome Outcome(MergedRun merged)
    {
        var outcome = merged.Run.ToOutcome();
        var known = context.Catalog.Scenarios.FirstOrDefault(scenario => scenario.Name == merged.Run.Scenario);
        if (known is null || !known.Profiles.Concat(known.Variants).Contains(merged.Run.Profile)) return outcome;
        return outcome with { Findings = [.. outcome.Findings.Select(finding => TraceFolder.Keep(context, context.Catalog, finding))] };
    }

    void Show(int count, IReadOnlyList<RunOutcome> outcomes, IReadOnlyList<string> missing, bool verbose)
    {
        var view = new ExploreView(context.Console, [.. outcomes.Select(static outcome => outcome.Run)], $"[bold]ringcheck merge[/]  {count} files", verbose);
        foreach (var outcome in outcomes) view.RunEnded(outcome);
        view.Ended(outcomes, [], outcomes.Count, false, missing);
    }

    static string Words(IReadOnlyList<string> missing) => missing[0] + (missing.Count == 1 ? "" : $" (and {missing.Count - 1} more like it)");

    static void Write(string path, IReadOnlyList<MergedRun> merged)
    {
        try
        {
            ResultFile.Of(merged.Select(static run => run.Run)).Write(path);
        }
        catch (Exception exception) when (AtomicFile.IsFileError(exception))
        {
            throw CommandException.BadUsage($"cannot write '{path}': {exception.Message}");
        }
    }
}
