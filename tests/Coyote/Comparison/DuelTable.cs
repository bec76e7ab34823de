using System.Globalization;
using System.Text;

namespace Ringcheck.Tests.Coyote;

/// <summary>The table in docs/coyote.md, between two marks. An engine that did not run has no column.</summary>
internal static class DuelTable
{
    public const string Begin = "<!-- table: written by tests/Coyote -->\n", End = "<!-- end of table -->";

    /// <summary>The document with its table made from these results.</summary>
    /// <exception cref="FormatException">The document has no place for a table.</exception>
    public static string Write(string document, IReadOnlyList<ExhibitDuel> duels)
    {
        document = document.ReplaceLineEndings("\n");
        int begin = document.IndexOf(Begin, StringComparison.Ordinal), end = document.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new FormatException($"the document has no '{Begin.TrimEnd()}' followed by '{End}'");
        return document[..(begin + Begin.Length)] + Rows(duels) + document[end..];
    }

    public static string Rows(IReadOnlyList<ExhibitDuel> duels)
    {
        var engines = duels[0].Others.Select(other => other.Engine).ToList();
        var rows = new StringBuilder("| Exhibit | Scenario (profile) | Memory | Ringcheck | s |");
        foreach (string engine in engines) rows.Append(CultureInfo.InvariantCulture, $" {engine} | s |");
        rows.Append("\n|---|---|---|--:|--:|").Insert(rows.Length, "--:|--:|", engines.Count).Append('\n');
        foreach (var duel in duels)
        {
            rows.Append(CultureInfo.InvariantCulture, $"| [{duel.Exhibit.Id}](../museum/{duel.Exhibit.Id}.md) | {duel.Target.Scenario} ({duel.Target.Profile}) | {Memories(duel)} |");
            foreach (var run in duel.Others.Prepend(duel.Ours)) rows.Append(CultureInfo.InvariantCulture, $" {Cell(duel, run)} | {run.Seconds:F2} |");
            rows.Append('\n');
        }
        return rows.ToString();
    }

    /// <summary>The memory of our engine, and that of the others where it is another one.</summary>
    static string Memories(ExhibitDuel duel)
        => duel.Others[0].Memory == duel.Ours.Memory ? duel.Ours.Memory : $"{duel.Ours.Memory}; others {duel.Others[0].Memory}";

    /// <summary>Executions until it was found; in words, if it was not.</summary>
    static string Cell(ExhibitDuel duel, DuelRun run)
    {
        string executions = run.Executions.ToString("N0", CultureInfo.InvariantCulture);
        if (duel.IsFound(run)) return duel.IsAsExpected(run) ? executions : $"**found, though no weak memory is known** ({executions})";
        if (run.Key is not null) return $"only {run.Key} ({executions})";
        return duel.IsAsExpected(run) ? $"missed, as expected: sequential consistency ({executions})" : $"missed ({executions})";
    }
}
