using Ringcheck.Exploration;
using Ringcheck.Testing.Pictures;

namespace Ringcheck.Cli.Failures;

/// <summary>Where failures are left: a trace file that replays one, and a page that draws it.</summary>
internal static class TraceFolder
{
    /// <summary>Writes a finding's files into the user's folder; what cannot be written is one warning.</summary>
    /// <param name="catalog">The scenarios that it was found in.</param>
    public static Finding Keep(CliContext context, IScenarioCatalog catalog, Finding finding)
        => FailureFiles.Keep(context.Folder, catalog, finding, line => context.Console.Error.WriteLine($"ringcheck: warning: {line}"));

    /// <summary>Writes the page of a failure beside its trace file; returns its name. Both are relative to the user's folder.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static string WritePage(CliContext context, string traceFile, FailurePicture picture) => FailureFiles.WritePage(context.Folder, traceFile, picture);
}
