using Ringcheck.Cli.Pictures;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Failures;

/// <summary>Where failures are left: a trace file that replays one, and a page that draws it.</summary>
internal static class TraceFolder
{
    public const string Name = "ringcheck-traces";

    const string Extension = ".html";

    /// <summary>Writes a finding's trace file and page; if that cannot be done, warns and goes on: the replay line says all that matters.</summary>
    /// <param name="catalog">The scenarios that it was found in.</param>
    public static Finding Keep(CliContext context, IScenarioCatalog catalog, Finding finding)
    {
        if (finding.Replay is not { } replay) return finding;
        string exhibit = replay.Exhibit.Length == 0 ? "" : replay.Exhibit + "-";
        string file = Path.Combine(Name, $"{exhibit}{replay.Scenario}-{replay.Profile}-{ShortHash(replay)}.json");
        var picture = PictureStage.Of(catalog, finding);
        finding = finding.In(picture);
        try
        {
            Directory.CreateDirectory(Path.Combine(context.Folder, Name));
            TraceFile.Of(finding).Write(Path.Combine(context.Folder, file));
            finding = finding with { TraceFile = file };
            return picture is null ? finding : finding with { Page = WritePage(context, file, picture) };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Console.Error.WriteLine($"ringcheck: warning: the trace file could not be written: {exception.Message}");
            return finding;
        }
    }

    /// <summary>Writes the page of a failure beside its trace file; returns its name. Both are relative to the user's folder.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static string WritePage(CliContext context, string traceFile, FailurePicture picture)
    {
        string page = Path.GetExtension(traceFile) == Extension ? traceFile + Extension : Path.ChangeExtension(traceFile, Extension);
        File.WriteAllText(Path.Combine(context.Folder, page), HtmlPage.Of(picture));
        return page;
    }

    static string ShortHash(ReplayString replay)
    {
        string text = replay.ToString();
        return text[(text.LastIndexOf(':') + 1)..];
    }
}
