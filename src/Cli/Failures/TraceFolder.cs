using Ringcheck.Exploration;

namespace Ringcheck.Cli.Failures;

/// <summary>Where <c>explore</c> leaves trace files.</summary>
internal static class TraceFolder
{
    public const string Name = "ringcheck-traces";

    /// <summary>Writes a finding's trace file; if that cannot be done, warns and goes on: the replay line says all that matters.</summary>
    public static Finding Keep(CliContext context, Finding finding)
    {
        if (finding.Replay is not { } replay) return finding;
        string name = $"{replay.Scenario}-{replay.Profile}-{ShortHash(replay)}.json";
        string path = Path.Combine(context.Folder, Name, name);
        try
        {
            Directory.CreateDirectory(Path.Combine(context.Folder, Name));
            TraceFile.Of(finding).Write(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Console.Error.WriteLine($"ringcheck: warning: the trace file could not be written: {exception.Message}");
            return finding;
        }
        return finding with { TraceFile = Path.Combine(Name, name) };
    }

    static string ShortHash(ReplayString replay)
    {
        string text = replay.ToString();
        return text[(text.LastIndexOf(':') + 1)..];
    }
}
