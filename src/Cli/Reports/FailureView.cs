using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Terminal;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary>A failure on the screen: the line that replays it first, then why, then how.</summary>
internal static class FailureView
{
    public static void Show(Screen screen, Finding finding)
    {
        var violation = finding.Violation;
        screen.Line();
        screen.Line($"[red bold]VIOLATION[/] [bold]{Text(violation.Monitor)}[/] / {Text(violation.Rule)}");
        if (finding.Replay is not null) screen.Raw($"  ringcheck replay {finding.Replay}");
        screen.Line();
        screen.Line($"  {Text(violation.Message)}");
        foreach (string clause in violation.Clauses) screen.Line($"  [yellow]clause[/] {Text(ClauseWords.Describe(clause))}");
        screen.Line($"  [green]mend[/]   {Text(violation.Mend)}");
        if (violation.Explanation.Count > 0) screen.Line();
        foreach (string line in violation.Explanation) screen.Line($"  {Text(line)}");
        if (finding.Replay is not null) Sequence(screen, finding);
        if (finding.TraceFile is not null) screen.Line($"  trace file: {Text(finding.TraceFile)}");
        if (finding.Page is not null) screen.Line($"  picture:    {Text(finding.Page)} (open it in a browser)");
        screen.Line();
    }

    static void Sequence(Screen screen, Finding finding)
    {
        screen.Line();
        screen.Line(finding.Operations.Count == 0 ? "  no operations are needed" : $"  {Numbers.Count(finding.Operations.Count, "operation")}:");
        for (int i = 0; i < finding.Operations.Count; i++) screen.Line($"  {i + 1,4}. {Text(finding.Operations[i])}");
        screen.Line(finding.Choices.Count == 0 ? "  no unusual choices: it fails in the plain run" : $"  {Numbers.Count(finding.Choices.Count, "choice")}, all else plain:");
        foreach (string choice in finding.Choices) screen.Line($"     - {Text(choice)}");
        if (Note(finding) is { } note) screen.Line($"  [grey]{Text(note)}[/]");
    }

    static string? Note(Finding finding) => finding.Shrinking switch
    {
        Shrinking.Done => $"shrunk in {Numbers.Count(finding.ShrinkExecutions, "execution")}",
        Shrinking.DoneAndMinimal => $"shrunk in {Numbers.Count(finding.ShrinkExecutions, "execution")}; no shorter list of choices makes this program fail",
        Shrinking.CutShort => $"shrinking was cut short after {Numbers.Count(finding.ShrinkExecutions, "execution")}; 'ringcheck shrink' goes on from the trace file",
        Shrinking.NotReproduced => "not shrunk: it did not happen again under its own choices, so something here is not deterministic",
        Shrinking.NotTried => "not shrunk: driver code that does not come back cannot be run many times",
        _ => null,
    };
}
