using System.CommandLine;
using System.Text.RegularExpressions;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Pictures;
using Ringcheck.Cli.Reports;
using Ringcheck.Exploration;
using Ringcheck.Museum;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck replay FILE|STRING</c>.</summary>
internal sealed partial class ReplayCommand : ToolCommand
{
    readonly CliContext context;
    readonly Argument<string> what = new("FILE|STRING") { Description = "A trace file, or a replay string as a failure prints it (rc1:…)" };
    readonly Option<bool> lenient = new("--lenient")
    {
        Description = "Where a recorded choice no longer exists, go on with plain choices instead of ending with exit code 2",
    };

    readonly Option<string?> from = new("--from") { HelpName = "FOLDER", Description = "Where the exhibit is, if it is one of your own: each .md file in this folder is one" };
    readonly PictureOptions pictures;

    public ReplayCommand(CliContext context) : base("replay", "Run one recorded execution again",
        "ringcheck replay ringcheck-traces/<scenario>-<profile>-<hash>.json --lenient")
    {
        this.context = context;
        Add(what);
        Add(lenient);
        Add(from);
        pictures = new(this);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var (replay, recorded) = Read(parsed.GetValue(what)!);
        var catalog = CatalogFor(replay.Exhibit, parsed.GetValue(from));
        var outcome = ReplayStage.Run(catalog, replay);
        using var scenario = ReplayStage.Create(catalog, replay.Scenario, replay.Profile, replay.Memory);
        string? missing = outcome.FirstMissing is { } choice ? $"'{new ChoiceWords(scenario).Describe(choice)}' ({choice})" : null;
        if (missing is not null && !parsed.GetValue(lenient)) throw Diverged(missing, outcome.Violation);
        var finding = outcome.Violation is { } violation ? FindingWords.Of(scenario, replay, violation, Shrinking.NotApplicable) : null;
        var picture = finding is null ? null : PictureStage.Of(catalog, finding);
        finding = finding?.In(picture);
        pictures.Write(parsed, context, finding, picture);
        var report = new ReplayReport(replay.Scenario, replay.Memory, replay.Profile, replay.Seed, replay.Exhibit, outcome.Points,
            recorded is null ? null : recorded.Key == outcome.Violation?.Key, missing, finding is null ? [] : [ViolationReport.Of(finding)]);
        if (IsJson(parsed)) JsonReports.Write(context.Console, report, JsonReports.Compact.ReplayReport);
        else ReplayView.Show(new(context.Console), report, finding, recorded);
        return finding is null ? ExitCode.NothingFound : ExitCode.ViolationFound;
    }

    IScenarioCatalog CatalogFor(string exhibit, string? folder)
    {
        if (folder is null) return context.CatalogFor(exhibit);
        try
        {
            return ExhibitCatalogs.CatalogFor(exhibit, ExhibitCollection.FromFolder(Path.Combine(context.Folder, folder)));
        }
        catch (ExhibitException exception)
        {
            throw CommandException.BadUsage(exception.Message);
        }
    }

    static CommandException Diverged(string missing, Violation? found)
    {
        string meanwhile = found is null ? "" : $" (the run fails before it, with {found.Key})";
        return CommandException.BadUsage($"the run diverges from the recorded one: the choice {missing} no longer exists{meanwhile}; --lenient goes on with plain choices");
    }

    /// <summary>A replay, and the violation that was recorded with it if it came from a file.</summary>
    (ReplayString Replay, TraceViolation? Recorded) Read(string text)
    {
        string path = Path.Combine(context.Folder, text);
        if (LooksLikeReplay().IsMatch(text) && !File.Exists(path))
            return ReplayString.TryParse(text, out var replay, out string error) ? (replay!, null) : throw CommandException.BadUsage(error);
        if (text.Length == 0 || !Path.Exists(path)) throw CommandException.BadUsage($"'{text}' is neither a file nor a replay string (one begins with '{ReplayString.Version}:')");
        var (file, recorded) = TraceFile.Read(path);
        return (recorded, file.Violation);
    }

    [GeneratedRegex(@"^\s*rc[0-9]*:", RegexOptions.NonBacktracking)]
    private static partial Regex LooksLikeReplay();
}
