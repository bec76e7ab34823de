namespace Ringcheck.Cli.Reports;

/// <summary>The table of variants in docs/cpu-ordering.md: written by <c>ringcheck explore cpu-boot --write-variants</c>, held current by a test.</summary>
internal static class VariantDocument
{
    const string Begin = "<!-- generated: variants -->", End = "<!-- end -->";

    /// <summary>Puts a table between the markers of a file. Ends the command with one line if it cannot.</summary>
    public static void WriteInto(string file, string table)
    {
        try
        {
            File.WriteAllText(file, Replace(File.ReadAllText(file), table));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandException(ExitCode.BadUsage, $"cannot write the variants into '{file}': {exception.Message}");
        }
    }

    /// <summary>A page with this table. Throws <see cref="FormatException"/> if the page has no markers.</summary>
    public static string Replace(string page, string table)
    {
        int begin = page.IndexOf(Begin, StringComparison.Ordinal), end = begin < 0 ? -1 : page.IndexOf(End, begin, StringComparison.Ordinal);
        if (end < 0) throw new FormatException($"it has no lines '{Begin}' and '{End}'");
        return string.Concat(page.AsSpan(0, begin + Begin.Length), "\n", table, page.AsSpan(end));
    }
}
