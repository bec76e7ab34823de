using System.CommandLine;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Pictures;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Terminal;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck shrink FILE</c>.</summary>
internal sealed class ShrinkCommand : ToolCommand
{
    readonly CliContext context;
    readonly Argument<string> file = new("FILE") { Description = "A trace file; it is rewritten once the smaller failure is complete" };

    public ShrinkCommand(CliContext context) : base("shrink", "Make the failure in a trace file smaller",
        "ringcheck shrink ringcheck-traces/<scenario>-<profile>-<hash>.json")
    {
        this.context = context;
        Add(file);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        string name = parsed.GetValue(file)!, path = Path.Combine(context.Folder, name);
        if (name.StartsWith(ReplayString.Version + ":")) throw CommandException.BadUsage("shrink takes a trace file; a replay string can be replayed only");
        var (before, replay) = TraceFile.Read(path);
        var stored = before.Violation;
        var violation = new Violation(stored.Monitor, stored.Rule, stored.Clauses, stored.Message, stored.Mend);
        var catalog = context.CatalogFor(replay.Exhibit);
        var stage = new ShrinkStage(catalog, context.ShrinkSeconds, context.Cancellation);
        var finding = LiveProgress.During(context.Console, $"shrinking {violation.Key}", static () => new(null, ""), () => stage.Shrink(replay, violation));
        bool gone = finding.Shrinking == Shrinking.NotReproduced;
        var picture = gone ? null : PictureStage.Of(catalog, finding);
        finding = finding.In(picture) with { TraceFile = name };
        if (!gone) Store(path, TraceFile.Of(finding) with { Original = before.Original ?? before.Replay });
        if (picture is not null) finding = finding with { Page = StorePage(name, picture) };
        var report = new ShrinkReport(name, replay.Scenario, replay.Memory, replay.Profile, before.Operations.Count, before.Choices.Count,
            finding.ShrinkExecutions, finding.Shrinking == Shrinking.DoneAndMinimal, gone ? [] : [ViolationReport.Of(finding)]);
        if (IsJson(parsed)) JsonReports.Write(context.Console, report, JsonReports.Compact.ShrinkReport);
        else Show(new(context.Console), report, violation, finding);
        return gone ? ExitCode.NothingFound : ExitCode.ViolationFound;
    }

    static void Store(string path, TraceFile file)
    {
        try
        {
            file.Write(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Environment, $"cannot write '{path}', which is left as it was: {exception.Message}; the smaller failure is {file.Replay}");
        }
    }

    /// <summary>The page beside the trace file; without it, the file still says all that matters.</summary>
    string? StorePage(string name, FailurePicture picture)
    {
        try
        {
            return TraceFolder.WritePage(context, name, picture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Console.Error.WriteLine($"ringcheck: warning: the page could not be written: {exception.Message}");
            return null;
        }
    }

    static void Show(Screen screen, ShrinkReport report, Violation recorded, Finding finding)
    {
        if (report.Violations.Count == 0)
        {
            screen.Line($"[green]{Screen.Text(recorded.Key)} does not happen any more[/] under the recorded choices; the file is left as it was");
            return;
        }
        screen.Line($"operations {report.OperationsBefore} → {finding.Operations.Count}, choices {report.ChoicesBefore} → {finding.Choices.Count}");
        FailureView.Show(screen, finding);
    }
}
