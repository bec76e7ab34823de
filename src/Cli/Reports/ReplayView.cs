using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Terminal;
using Ringcheck.Scenarios;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary><c>replay</c> on the screen.</summary>
internal static class ReplayView
{
    /// <summary>Shows how a replay went.</summary>
    /// <param name="recorded">The violation that was recorded, if the replay came from a file.</param>
    public static void Show(Screen screen, ReplayReport report, Finding? finding, TraceViolation? recorded)
    {
        string exhibit = report.Exhibit.Length == 0 ? "" : BarrierReplacement.IsOne(report.Exhibit)
            ? $", weakened: {report.Exhibit[BarrierReplacement.Prefix.Length..]}" : $", museum exhibit {report.Exhibit}";
        screen.Line($"[bold]ringcheck replay[/]  {Text(report.Scenario)} ({Text(report.Profile)}), memory {Text(report.Memory)}{Text(exhibit)}, {Numbers.Count(report.Points, "scheduling point")}");
        if (report.Diverged is not null)
            screen.Line($"[yellow]diverged:[/] the choice {Text(report.Diverged)} no longer exists; from there on all is plain");
        if (finding is null)
        {
            string what = recorded is null ? "this execution ends without a violation" : $"the recorded failure ({recorded.Key}) does not happen any more";
            screen.Line($"[green]nothing found:[/] {Text(what)}");
            return;
        }
        if (report.Reproduced == false) screen.Line($"[yellow]another failure[/] than the recorded one, which was {Text(recorded!.Key)}:");
        FailureView.Show(screen, finding);
    }
}
