using System.Globalization;
using System.Text;

namespace Ringcheck.Museum;

/// <summary>The table in docs/museum.md: written from results, between two marks, and only what is the same on each machine.</summary>
public static class MuseumTable
{
    const string Begin = "<!-- table: written by `ringcheck museum --write-table` -->\n", End = "<!-- end of table -->";

    static readonly (string Memory, string Head)[] Columns = [("sc", "SC"), ("tso", "TSO"), ("arm", "AArch64")];

    /// <summary>The document with its table made from these results.</summary>
    /// <exception cref="ExhibitException">The document has no place for a table.</exception>
    public static string Write(string document, IReadOnlyList<ExhibitResult> results)
    {
        document = document.ReplaceLineEndings("\n");
        int begin = document.IndexOf(Begin, StringComparison.Ordinal), end = document.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new ExhibitException($"the document has no '{Begin.TrimEnd()}' followed by '{End}'");
        return document[..(begin + Begin.Length)] + Rows(results) + document[end..];
    }

    /// <summary>Whether the document's table is what these results make.</summary>
    /// <exception cref="ExhibitException">The document has no place for a table.</exception>
    public static bool IsCurrent(string document, IReadOnlyList<ExhibitResult> results) => Write(document, results) == document.ReplaceLineEndings("\n");

    static StringBuilder Rows(IReadOnlyList<ExhibitResult> results)
    {
        var rows = new StringBuilder("| Exhibit | Bug | Scenario (profile) |");
        foreach (var (_, head) in Columns) rows.Append(CultureInfo.InvariantCulture, $" {head} |");
        rows.Append(" Executions | Operations | Choices | Monitor |\n|---|---|---|:-:|:-:|:-:|--:|--:|--:|---|\n");
        foreach (var result in results)
        {
            var shown = result.Shown;
            rows.Append(CultureInfo.InvariantCulture, $"| [{result.Exhibit.Id}](../museum/{result.Exhibit.Id}.md) | {result.Exhibit.Title} | ")
                .Append(CultureInfo.InvariantCulture, $"{shown.Target.Scenario} ({shown.Target.Profile}{Hint(result.Exhibit)}) |");
            foreach (var (memory, _) in Columns) rows.Append(CultureInfo.InvariantCulture, $" {Cell(result, memory)} |");
            rows.Append(CultureInfo.InvariantCulture, $" {shown.Executions} | {shown.Operations} | {shown.Choices} | {(shown.Found ? shown.Monitor : "**missed**")} |\n");
        }
        return rows;
    }

    /// <summary>Found, not found as it should be, or not looked for.</summary>
    static string Cell(ExhibitResult result, string memory) => result.Searches.FirstOrDefault(search => search.Memory == memory) switch
    {
        null => "",
        { IsAsExpected: false, MustBeAbsent: true } => "**found**",
        { IsAsExpected: false } => "**missed**",
        { MustBeAbsent: true } => "–",
        _ => "✓",
    };

    static string Hint(Exhibit exhibit) => exhibit.Strategy.Length == 0 ? "" : $", {exhibit.Strategy}";
}
