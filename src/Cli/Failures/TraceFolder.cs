namespace Ringcheck.Cli.Failures;

/// <summary>Where <c>explore</c> leaves trace files.</summary>
internal static class TraceFolder
{
    /// <summary>Writes a finding's files into the user's folder; what cannot be written is one warning.</summary>
    public static Finding Keep(CliContext context, Finding finding)
        => FailureFiles.Keep(context.Folder, finding, line => context.Console.Error.WriteLine($"ringcheck: warning: {line}"));
}
