namespace Ringcheck.Cli;

/// <summary>What the process returns. The same numbers mean the same for every command.</summary>
internal static class ExitCode
{
    public const int NothingFound = 0;
    public const int ViolationFound = 1;

    /// <summary>Bad usage or bad input: one clear line on standard error says what.</summary>
    public const int BadUsage = 2;

    /// <summary>The environment failed: something that the tool needs is missing, died or misbehaved.</summary>
    public const int Environment = 3;

    /// <summary>A pinned failure no longer fits the program, so that nothing is known of it. Never a pass.</summary>
    public const int Stale = 4;
}

/// <summary>Ends a command with one clear line on standard error.</summary>
internal sealed class CommandException(int exitCode, string line) : Exception(line)
{
    public int ExitCode { get; } = exitCode;

    public static CommandException BadUsage(string line) => new(Cli.ExitCode.BadUsage, line);
}
