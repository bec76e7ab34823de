namespace Ringcheck.Cli.Reports;

/// <summary>Clauses of the standard as people read them.</summary>
internal static class ClauseWords
{
    public static string Describe(string id) => id;
}
