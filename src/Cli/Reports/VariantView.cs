using System.Globalization;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Terminal;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary>Variants of a scenario, in <c>explore --json</c>.</summary>
internal sealed record VariantTableReport(string Scenario, string Meaning, IReadOnlyList<VariantReport> Variants)
{
    public static VariantTableReport Of(VariantTable table) => new(table.Scenario, VariantView.Meaning, [.. table.Variants.Select(VariantReport.Of)]);
}

/// <summary>One variant of it.</summary>
/// <param name="Executions">Executions under uniform choice.</param>
/// <param name="Failures">How many of them failed.</param>
/// <param name="FailuresBy">The same, by monitor and rule.</param>
/// <param name="Verdict">exhausted, violation or bounded: what the search of all executions says.</param>
/// <param name="Searched">Executions of that search; it stops at the first failure.</param>
internal sealed record VariantReport(string Variant, long Executions, long Failures, double SuccessPercent, IReadOnlyList<FailureCount> FailuresBy,
    string Verdict, long Searched, ViolationReport? Violation)
{
    public static VariantReport Of(VariantOutcome outcome) => new(outcome.Variant, outcome.Rate.Executions, outcome.Rate.Failures, outcome.Rate.SuccessPercent,
        [.. outcome.Rate.ByKey.Select(each => new FailureCount(each.Key, each.Value))],
        outcome.Finding is not null ? "violation" : outcome.Search.Exhausted ? "exhausted" : "bounded", outcome.Search.Executions,
        outcome.Finding is null ? null : ViolationReport.Of(outcome.Finding));
}

internal sealed record FailureCount(string Violation, long Count);

/// <summary>The comparison of variants, on the screen and as a table for the documentation.</summary>
internal static class VariantView
{
    public const string Meaning = "every choice uniform, no weights: the percentages are the model's, not any hardware's";

    public static void Show(Screen screen, VariantTable table)
    {
        int width = table.Variants.Max(each => each.Variant.Length);
        screen.Line();
        screen.Line($"[bold]{Text(table.Scenario)}[/] with barriers left out ({Text(Meaning)})");
        screen.Line($"[grey]  {"variant".PadRight(width)}  {"executions",12}  {"failures",10}  {"success",9}  all executions[/]");
        foreach (var each in table.Variants)
        {
            screen.Line($"  {Text(each.Variant.PadRight(width))}  {each.Rate.Executions,12:N0}  {each.Rate.Failures,10:N0}  {Percent(each),9}  {Text(Verdict(each))}");
            foreach (var (key, count) in each.Rate.ByKey) screen.Line($"  [grey]{new string(' ', width)}  {"",12}  {count,10:N0}  {Text(key)}[/]");
            if (each.Finding?.Replay is { } replay) screen.Raw($"  {new string(' ', width)}  ringcheck replay {replay}");
        }
    }

    /// <summary>For docs: a Markdown table.</summary>
    public static string Table(VariantTable table)
    {
        var rows = table.Variants.Select(each => $"| `{each.Variant}` | {each.Rate.Executions:N0} | {each.Rate.Failures:N0} | {Percent(each)} | "
            + $"{string.Join("<br>", each.Rate.ByKey.Select(failure => $"{failure.Value:N0} `{failure.Key}`"))} | {Verdict(each)} |\n");
        return "| Variant | Executions | Failures | Success | Failures by rule | All executions |\n|---|--:|--:|--:|---|---|\n" + string.Concat(rows);
    }

    static string Percent(VariantOutcome outcome) => outcome.Rate.SuccessPercent.ToString("F1", CultureInfo.InvariantCulture) + " %";

    static string Verdict(VariantOutcome outcome)
    {
        string executions = Numbers.Count(outcome.Search.Executions, "execution");
        if (outcome.Finding is { } finding) return $"violation: {finding.Violation.Key} ({Numbers.Count(finding.Choices.Count, "choice")})";
        return outcome.Search.Exhausted ? $"exhausted: all {executions}, nothing found" : $"nothing found in {executions} (bounded)";
    }
}
