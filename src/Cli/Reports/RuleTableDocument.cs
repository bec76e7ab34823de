using System.Text;
using Ringcheck.Models.Rules;

namespace Ringcheck.Cli.Reports;

/// <summary>The table of the models' rules in docs/monitors.md: written by <c>ringcheck list --write-rules</c>, held current by a test.</summary>
public static class RuleTableDocument
{
    const string Begin = "<!-- generated: rules -->", End = "<!-- end -->";

    /// <summary>Puts the table between the markers of a file. Ends the command with one line if it cannot.</summary>
    public static void WriteInto(string file)
    {
        try
        {
            File.WriteAllText(file, Replace(File.ReadAllText(file)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandException(ExitCode.BadUsage, $"cannot write the rules into '{file}': {exception.Message}");
        }
    }

    /// <summary>A page with the table as it is now. Throws <see cref="FormatException"/> if the page has no markers.</summary>
    public static string Replace(string page)
    {
        int begin = page.IndexOf(Begin, StringComparison.Ordinal), end = begin < 0 ? -1 : page.IndexOf(End, begin, StringComparison.Ordinal);
        if (end < 0) throw new FormatException($"it has no lines '{Begin}' and '{End}'");
        return string.Concat(page.AsSpan(0, begin + Begin.Length), "\n", Table(), page.AsSpan(end));
    }

    static string Table()
    {
        var text = new StringBuilder("| Rule | Clauses | What is wrong | What would mend it |\n|---|---|---|---|\n");
        foreach (var rule in RuleTable.All)
            text.Append($"| `{rule.Monitor}/{rule.Name}` | {string.Join("<br>", rule.Clauses)} | {rule.Message} | {rule.Mend} |\n");
        return text.ToString();
    }
}
