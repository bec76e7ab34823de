using System.CommandLine;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Terminal;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck corpus run [FOLDER]</c>: exit code 0 only if every pinned failure was replayed in full and is gone; 1 if one is back, 4 if one is stale.</summary>
internal sealed class CorpusRunCommand : ToolCommand
{
    readonly CliContext context;
    readonly Argument<string> folder = new("FOLDER") { Description = "The corpus", DefaultValueFactory = static _ => CorpusFolder.DefaultName };
    readonly Option<string?> exhibit = new("--exhibit") { HelpName = "ID", Description = "Replay on the edited sources of a museum exhibit, instead of the shipped ones" };
    readonly Option<long?> search = new("--search")
    {
        HelpName = "N",
        Description = $"Executions around an entry whose choices no longer fit [default: {CorpusRun.DefaultSearch:N0}]",
        CustomParser = static result => ExplorationOptions.Number<long>(result, "--search", 1),
    };

    public CorpusRunCommand(CliContext context) : base("run", "Replay all pinned failures", "ringcheck corpus run tests/corpus")
    {
        this.context = context;
        Add(folder);
        Add(exhibit);
        Add(search);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        string name = parsed.GetValue(folder)!, onExhibit = parsed.GetValue(exhibit) ?? "";
        var items = CorpusFolder.Read(Path.Combine(context.Folder, name));
        var catalog = context.CatalogFor(onExhibit);
        var run = new CorpusRun(catalog, parsed.GetValue(search) ?? CorpusRun.DefaultSearch, context.Cancellation);
        var view = IsJson(parsed) ? null : new CorpusView(new Screen(context.Console), name, items.Count);
        var results = new List<CorpusResult>();
        foreach (var item in items)
        {
            if (context.Cancellation.IsCancellationRequested) break;
            var result = LiveProgress.During(context.Console, item.File, () => new(results.Count / (double)items.Count, ""), () => run.Run(item));
            if (result.Verdict == CorpusVerdict.Stale && context.Cancellation.IsCancellationRequested) break; // its search was cut short
            if (result.Finding is { } finding) result = result with { Finding = TraceFolder.Keep(context, catalog, finding with { Replay = finding.Replay! with { Exhibit = onExhibit } }) };
            results.Add(result);
            view?.Ended(result);
        }
        if (view is null) JsonReports.Write(context.Console, CorpusReport.Of(name, items.Count, results), JsonReports.Compact.CorpusReport);
        else view.Ended(results);
        return results.Exists(result => result.Verdict == CorpusVerdict.Back) ? ExitCode.ViolationFound
            : results.Exists(result => result.Verdict == CorpusVerdict.Stale) ? ExitCode.Stale : ExitCode.NothingFound;
    }
}
