using Ringcheck.Exploration;
using Ringcheck.Testing.Pictures;

namespace Ringcheck.Testing;

/// <summary>What is left on disk of a failure: its trace file, and its page once there is one.</summary>
public static class FailureFiles
{
    /// <summary>The folder, below the one that the user works in.</summary>
    public const string FolderName = "ringcheck-traces";

    const string Page = ".html";

    /// <summary>Writes a finding's trace file and page below <paramref name="folder"/>; if that cannot be done, warns and goes on: the replay line says all that matters.</summary>
    /// <param name="folder">Where <see cref="FolderName"/> is made.</param>
    /// <param name="catalog">The scenarios that it was found in.</param>
    /// <param name="warn">Gets one line for what could not be written.</param>
    /// <returns>The finding, with the paths of its files relative to <paramref name="folder"/>.</returns>
    public static Finding Keep(string folder, IScenarioCatalog catalog, Finding finding, Action<string> warn)
    {
        if (finding.Replay is not { } replay) return finding;
        string name = Path.Combine(FolderName, NameFor(replay) + ".json");
        var picture = PictureStage.Of(catalog, finding);
        finding = finding.In(picture);
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, FolderName));
            TraceFile.Of(finding).Write(Path.Combine(folder, name));
            finding = finding with { TraceFile = name };
            return picture is null ? finding : finding with { Page = WritePage(folder, name, picture) };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            warn($"the trace file could not be written: {exception.Message}");
            return finding;
        }
    }

    /// <summary>Writes the page of a failure beside its trace file; returns its name. Both are relative to <paramref name="folder"/>.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static string WritePage(string folder, string traceFile, FailurePicture picture)
    {
        string page = Path.GetExtension(traceFile) == Page ? traceFile + Page : Path.ChangeExtension(traceFile, Page);
        File.WriteAllText(Path.Combine(folder, page), HtmlPage.Of(picture));
        return page;
    }

    /// <summary>A file name, without extension, that tells failures apart: exhibit, scenario, profile and the check of the replay line.</summary>
    public static string NameFor(ReplayString replay)
    {
        string text = replay.ToString(), exhibit = replay.Exhibit.Length == 0 ? "" : replay.Exhibit.Replace('/', '-') + "-";
        return $"{exhibit}{replay.Scenario}-{replay.Profile}-{text[(text.LastIndexOf(':') + 1)..]}";
    }
}
