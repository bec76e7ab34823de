using Ringcheck.Cli.Terminal;
using Ringcheck.Museum;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary><c>museum --json</c>.</summary>
internal sealed record MuseumReport(IReadOnlyList<ExhibitReport> Exhibits, bool Stopped)
{
    public static MuseumReport Of(IReadOnlyList<ExhibitResult> results, bool stopped) => new([.. results.Select(ExhibitReport.Of)], stopped);
}

/// <summary>One exhibit; the members that the issue fixes come first.</summary>
/// <param name="Operations">Operations of the shrunk program; 0 when nothing was found.</param>
/// <param name="Choices">Choices of the shrunk execution that were not plain.</param>
/// <param name="Monitor">Who found it, as monitor/rule; empty when nobody did. Another one than the exhibit expects does not count as found.</param>
/// <param name="Seconds">Time spent exploring and shrinking.</param>
/// <param name="Replay">Empty when nothing was found.</param>
internal sealed record ExhibitReport(string Id, string Scenario, bool Found, long Executions, int Operations, int Choices, string Monitor, double Seconds,
    string Profile, string Replay)
{
    public static ExhibitReport Of(ExhibitResult result) => new(result.Exhibit.Id, result.Target.Scenario, result.Found, result.Executions,
        result.Operations, result.Choices, result.Monitor, result.Seconds, result.Target.Profile, result.Replay);
}

/// <summary><c>museum</c> on the screen: a line for each exhibit as it ends, and a summary.</summary>
internal sealed class MuseumView
{
    readonly Screen screen;
    readonly int idWidth, count;
    bool hasHead;

    public MuseumView(IConsoleHost console, IReadOnlyList<Exhibit> exhibits)
    {
        screen = new(console);
        count = exhibits.Count;
        idWidth = exhibits.Max(exhibit => exhibit.Id.Length);
    }

    /// <summary>Only once there is something to show: an exhibit that cannot be used is an error and nothing else.</summary>
    void Head()
    {
        if (hasHead) return;
        hasHead = true;
        screen.Line($"[bold]ringcheck museum[/]  {Numbers.Count(count, "historic bug")} put back into the sources, one by one");
        screen.Line();
        screen.Line($"[grey]  {"".PadRight(idWidth)}  {"executions",10}  {"operations",10}  {"choices",7}  found by[/]");
    }

    public void Ended(ExhibitResult result)
    {
        Head();
        string mark = result.Found ? "[green]✓[/]" : result.Interrupted ? "[yellow]-[/]" : "[red]✗[/]";
        string by = result.Found ? $"[green]{Text(result.Monitor)}[/]" : $"[red bold]{Text(Missed(result))}[/]";
        screen.Line($"{mark} {Text(result.Exhibit.Id.PadRight(idWidth))}  {result.Executions,10:N0}  {result.Operations,10:N0}  {result.Choices,7:N0}  {by}  [grey]{Text(result.Exhibit.Title)}[/]");
        if (result.Replay.Length > 0 && (count == 1 || !result.Found)) Detail(result);
    }

    static string Missed(ExhibitResult result)
    {
        string where = $"{result.Target.Scenario} ({result.Target.Profile})";
        if (result.Failure is not null) return $"MISSED: only {result.Monitor} noticed, which this exhibit does not expect";
        return result.Interrupted ? $"stopped in {where}" : $"MISSED in {where}";
    }

    void Detail(ExhibitResult result)
    {
        foreach (string operation in result.Program) screen.Line($"    {Text(operation)}");
        screen.Line($"    {Text(result.Failure!.Violation.Message)}");
        screen.Raw($"    ringcheck replay '{result.Replay}'");
    }

    public void AllEnded(IReadOnlyList<ExhibitResult> results, bool stopped)
    {
        Head();
        screen.Line();
        if (stopped) screen.Line($"[yellow]Stopped.[/] {Numbers.Count(results.Count)} of {Numbers.Count(count, "exhibit")} were begun.");
        int found = results.Count(result => result.Found);
        string colour = found == count ? "green" : "red bold";
        screen.Line($"[{colour}]{found} of {Numbers.Count(count, "exhibit")} found[/], {Numbers.Seconds(results.Sum(result => result.Seconds))} of exploring and shrinking");
    }
}
