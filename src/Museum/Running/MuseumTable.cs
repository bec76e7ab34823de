using System.Globalization;
using System.Text;

namespace Ringcheck.Museum;

/// <summary>The table in docs/museum.md: written from results, between two marks, and only what is the same on each machine.</summary>
public static class MuseumTable
{
    const string Begin = "<!-- table: written by `ringcheck museum --write-table` -->\n", End = "<!-- end of table -->";

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
        var rows = new StringBuilder("| Exhibit | Bug | Scenario (profile) | Executions | Operations | Choices | Monitor |\n|---|---|---|--:|--:|--:|---|\n");
        foreach (var result in results)
        {
            string found = result.Found ? result.Monitor : "**missed**";
            rows.Append(CultureInfo.InvariantCulture, $"| [{result.Exhibit.Id}](../museum/{result.Exhibit.Id}.md) | {result.Exhibit.Title} | ")
                .Append(CultureInfo.InvariantCulture, $"{result.Target.Scenario} ({result.Target.Profile}{Hint(result.Exhibit)}) | {result.Executions} | ")
                .Append(CultureInfo.InvariantCulture, $"{result.Operations} | {result.Choices} | {found} |\n");
        }
        return rows;
    }

    static string Hint(Exhibit exhibit) => exhibit.Strategy.Length == 0 ? "" : $", {exhibit.Strategy}";
}
