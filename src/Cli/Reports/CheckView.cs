using Ringcheck.Cli.Terminal;
using Ringcheck.Models.Checking;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary><c>check</c> on the screen.</summary>
internal static class CheckView
{
    public static void Show(Screen screen, CheckResult result)
    {
        screen.Line($"[bold]ringcheck check[/]  {Text(result.Model)}, size {result.Size}");
        screen.Line($"  {Numbers.Count(result.States, "state")}, {Numbers.Count(result.Generated)} generated, depth {Numbers.Count(result.Depth)}, " +
            $"{Numbers.Seconds(result.Seconds)} ({Numbers.Rate(result.States, result.Seconds)})");
        screen.Line(result.Exact
            ? "  exact: whole states were compared"
            : $"  hash-compacted: the probability of a missed state is below {result.CollisionProbability:0.0e+0}");
        foreach (var violation in result.Violations) Show(screen, violation);
        if (result.Unchecked.Count > 0) screen.Line($"  [yellow]not judged:[/] {Text(string.Join(", ", result.Unchecked))}");
        screen.Line("  " + Verdict(result));
    }

    static string Verdict(CheckResult result) => result.Outcome switch
    {
        CheckOutcome.Verified when result.Exact => "[green]verified at this size:[/] every state was searched, and each property holds",
        CheckOutcome.Verified => "[green]each property holds[/] in every state that was searched; none was left out but for that probability",
        CheckOutcome.Violated => $"[red bold]{Numbers.Count(result.Violations.Count, "violation")} found[/]",
        CheckOutcome.Stopped => "[yellow]stopped:[/] nothing found so far (bounded, not verified)",
        _ => "[yellow]bounded:[/] nothing found in what was searched (not verified)",
    };

    static void Show(Screen screen, CheckViolation violation)
    {
        screen.Line();
        screen.Line($"[red bold]VIOLATION[/] [bold]{Text(violation.Property)}[/]");
        screen.Line($"  {Text(violation.Message)}");
        foreach (string clause in violation.Clauses) screen.Line($"  [yellow]clause[/] {Text(ClauseWords.Describe(clause))}");
        if (violation.Mend.Length > 0) screen.Line($"  [green]mend[/]   {Text(violation.Mend)}");
        if (violation.Trace.Count > 0) screen.Line($"  shortest way there, {Numbers.Count(violation.Trace.Count, "action")}:");
        for (int i = 0; i < violation.Trace.Count; i++)
        {
            if (i == violation.CycleStart) screen.Line("        [yellow]from here on, for ever:[/]");
            screen.Line($"  {i + 1,4}. {Text(violation.Trace[i])}");
        }
        if (violation.CycleStart >= 0 && violation.CycleStart == violation.Trace.Count) screen.Line("        [yellow]and then nothing happens any more[/]");
        screen.Line();
    }
}
