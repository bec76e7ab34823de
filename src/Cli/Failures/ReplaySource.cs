using System.Text.RegularExpressions;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Failures;

/// <summary>A failure as users name it: the line that replays it, or the trace file that holds one.</summary>
internal static partial class ReplaySource
{
    /// <summary>A replay, and the violation that was recorded with it if it came from a file.</summary>
    /// <exception cref="CommandException">It is neither.</exception>
    public static (ReplayString Replay, TraceViolation? Recorded) Read(CliContext context, string text)
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
