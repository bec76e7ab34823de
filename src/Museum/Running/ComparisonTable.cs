using System.Globalization;
using System.Text;

namespace Ringcheck.Museum;

/// <summary>The table in docs/strategies.md: written from comparisons, between two marks. Nothing in it depends on the machine.</summary>
public static class ComparisonTable
{
    const string Begin = "<!-- table: written by `ringcheck compare --write-table` -->\n", End = "<!-- end of table -->", NotFound = "–";

    /// <summary>The document with its table made from these comparisons.</summary>
    /// <exception cref="ExhibitException">The document has no place for a table.</exception>
    public static string Write(string document, ComparisonOptions options, IReadOnlyList<ExhibitComparison> comparisons)
    {
        document = document.ReplaceLineEndings("\n");
        var (begin, end) = Place(document);
        return document[..begin] + Text(options, comparisons) + document[end..];
    }

    /// <summary>The cells of a document's table, by exhibit and strategy.</summary>
    /// <exception cref="ExhibitException">The document has no place for a table.</exception>
    public static IReadOnlyDictionary<(string Exhibit, string Strategy), string> Cells(string document)
    {
        document = document.ReplaceLineEndings("\n");
        var (begin, end) = Place(document);
        var rows = document[begin..end].Split('\n').Where(static line => line.StartsWith('|')).Select(static line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();
        var cells = new Dictionary<(string, string), string>();
        foreach (var row in rows.Skip(2))
        {
            if (!row[0].StartsWith('[')) continue; // the sums
            for (int column = 2; column < row.Length; column++) cells.Add((row[0][1..row[0].IndexOf(']', StringComparison.Ordinal)], rows[0][column]), row[column]);
        }
        return cells;
    }

    static (int Begin, int End) Place(string document)
    {
        int begin = document.IndexOf(Begin, StringComparison.Ordinal), end = document.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new ExhibitException($"the document has no '{Begin.TrimEnd()}' followed by '{End}'");
        return (begin + Begin.Length, end);
    }

    static StringBuilder Text(ComparisonOptions options, IReadOnlyList<ExhibitComparison> comparisons)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{options.Seeds} seeds, at most {options.Limit} executions in a search; {comparisons.Count} exhibits.\n\n| Exhibit | Memory |");
        foreach (string strategy in options.Strategies) text.Append(CultureInfo.InvariantCulture, $" {strategy} |");
        text.Append("\n|---|---|").Insert(text.Length, "--:|", options.Strategies.Count).Append('\n');
        foreach (var comparison in comparisons)
        {
            text.Append(CultureInfo.InvariantCulture, $"| [{comparison.Id}](../museum/{comparison.Id}.md) | {comparison.Memory} |");
            long? best = comparison.Strategies.Min(static trials => trials.Median);
            foreach (var trials in comparison.Strategies) text.Append(trials.Median == best && best > 1 ? $" **{Cell(trials)}** |" : $" {Cell(trials)} |");
            text.Append('\n');
        }
        Sums(text, options, comparisons);
        return text;
    }

    /// <summary>The median, and where not all seeds found it, how many did.</summary>
    public static string Cell(StrategyTrials trials)
    {
        string median = trials.Median is { } executions ? executions.ToString(CultureInfo.InvariantCulture) : NotFound;
        return trials.Found == trials.Trials || trials.Found == 0 ? median : string.Create(CultureInfo.InvariantCulture, $"{median} ({trials.Found}/{trials.Trials})");
    }

    static void Sums(StringBuilder text, ComparisonOptions options, IReadOnlyList<ExhibitComparison> comparisons)
    {
        Row(text, "found by each seed", options, comparisons, static (_, column) => column.Count(static trials => trials.Found == trials.Trials).ToString(CultureInfo.InvariantCulture));
        Row(text, "found by half of the seeds", options, comparisons, static (_, column) => column.Count(static trials => trials.Median is not null).ToString(CultureInfo.InvariantCulture));
        Row(text, "geometric mean, not found = limit", options, comparisons,
            static (limit, column) => ComparisonSums.GeometricMean(column, limit).ToString("F1", CultureInfo.InvariantCulture));
    }

    static void Row(StringBuilder text, string what, ComparisonOptions options, IReadOnlyList<ExhibitComparison> comparisons, Func<long, IReadOnlyList<StrategyTrials>, string> value)
    {
        text.Append(CultureInfo.InvariantCulture, $"| *{what}* | |");
        for (int i = 0; i < options.Strategies.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $" {value(options.Limit, [.. comparisons.Select(comparison => comparison.Strategies[i])])} |");
        text.Append('\n');
    }
}
