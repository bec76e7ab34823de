using System.CommandLine;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Terminal;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck corpus add FILE|STRING</c>: only what is known to have failed is pinned.</summary>
internal sealed class CorpusAddCommand : ToolCommand
{
    readonly CliContext context;
    readonly Argument<string> what = new("FILE|STRING") { Description = "A trace file, or a replay string as a failure prints it (rc1:…)" };
    readonly Option<string?> to = new("--to") { HelpName = "FOLDER", Description = $"The corpus [default: {CorpusFolder.DefaultName}]" };
    readonly Option<string?> why = new("--why") { HelpName = "TEXT", Description = "Where it came from and why it is kept" };

    public CorpusAddCommand(CliContext context) : base("add", "Pin a failure",
        "ringcheck corpus add ringcheck-traces/<scenario>-<profile>-<hash>.json --to tests/corpus --why 'found at night, mended in 1.2'")
    {
        this.context = context;
        Add(what);
        Add(to);
        Add(why);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var (replay, recorded) = ReplaySource.Read(context, parsed.GetValue(what)!);
        string key = recorded?.Key ?? KeyOf(replay);
        string folder = parsed.GetValue(to) ?? CorpusFolder.DefaultName;
        var entry = CorpusEntry.Of(replay, key, context.Today(), parsed.GetValue(why) ?? "");
        string file = Path.GetRelativePath(context.Folder, Pin(Path.Combine(context.Folder, folder), entry));
        var report = new CorpusAddReport(file, entry.Replay, entry.Violation, entry.Scenario, entry.Pinned, entry.Why);
        if (IsJson(parsed)) JsonReports.Write(context.Console, report, JsonReports.Compact.CorpusAddReport);
        else CorpusView.Added(new Screen(context.Console), report);
        return ExitCode.NothingFound;
    }

    /// <summary>A line alone does not say what failed, so it has to fail now.</summary>
    string KeyOf(Exploration.ReplayString replay)
    {
        var outcome = ReplayStage.Run(context.CatalogFor(replay.Exhibit), replay);
        return outcome.Violation?.Key ?? throw CommandException.BadUsage(
            "this replay ends without a violation, so it is not known to have been a failure; pin it from its trace file, which says what it was");
    }

    static string Pin(string folder, CorpusEntry entry)
    {
        try
        {
            return CorpusFolder.Add(folder, entry);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Environment, $"cannot write into '{folder}': {exception.Message}");
        }
    }
}
