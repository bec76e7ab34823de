using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>What is left on disk of a failure: its trace file, and its page once there is one.</summary>
public static class FailureFiles
{
    /// <summary>The folder, below the one that the user works in.</summary>
    public const string FolderName = "ringcheck-traces";

    /// <summary>Writes a finding's files below <paramref name="folder"/>; if that cannot be done, warns and goes on: the replay line says all that matters.</summary>
    /// <param name="folder">Where <see cref="FolderName"/> is made.</param>
    /// <param name="warn">Gets one line for what could not be written.</param>
    /// <returns>The finding, with the path of its file relative to <paramref name="folder"/>.</returns>
    public static Finding Keep(string folder, Finding finding, Action<string> warn)
    {
        if (finding.Replay is not { } replay) return finding;
        string name = Path.Combine(FolderName, NameFor(replay) + ".json");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, FolderName));
            TraceFile.Of(finding).Write(Path.Combine(folder, name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            warn($"the trace file could not be written: {exception.Message}");
            return finding;
        }
        return finding with { TraceFile = name };
    }

    /// <summary>A file name, without extension, that tells failures apart: scenario, profile and the check of the replay line.</summary>
    public static string NameFor(ReplayString replay)
    {
        string text = replay.ToString();
        return $"{replay.Scenario}-{replay.Profile}-{text[(text.LastIndexOf(':') + 1)..]}";
    }
}
