using Ringcheck.Cli.Terminal;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary><c>corpus</c> on the screen: a line for each entry as it ends, its failure below it, and a summary.</summary>
internal sealed class CorpusView
{
    readonly Screen screen;
    readonly int pinned;

    public CorpusView(Screen screen, string folder, int pinned)
    {
        this.screen = screen;
        this.pinned = pinned;
        screen.Line($"[bold]ringcheck corpus[/]  {Text(folder)}, {Entries(pinned)}");
        screen.Line();
    }

    static string Entries(int count) => count == 1 ? "1 entry" : $"{count} entries";

    public static void Added(Screen screen, CorpusAddReport report)
    {
        screen.Line($"pinned [bold]{Text(report.Violation)}[/] of {Text(report.Scenario)} as {Text(report.File)}");
    }

    public void Ended(CorpusResult result)
    {
        string mark = result.Verdict switch { CorpusVerdict.Gone => "[green]✓[/]", CorpusVerdict.Back => "[red]✗[/]", _ => "[yellow]?[/]" };
        screen.Line($"{mark} {Text(result.Item.File)}  {Text(result.Item.Entry.Scenario)}: {Text(result.Words)}");
        if (result.Finding is not null) FailureView.Show(screen, result.Finding);
    }

    public void Ended(IReadOnlyList<CorpusResult> results)
    {
        int Count(CorpusVerdict verdict) => results.Count(result => result.Verdict == verdict);
        screen.Line();
        if (results.Count < pinned) screen.Line($"[yellow]Stopped[/] after {results.Count} of {pinned}.");
        screen.Line($"{Entries(results.Count)}: {Count(CorpusVerdict.Gone)} gone, {Count(CorpusVerdict.Back)} back, {Count(CorpusVerdict.Stale)} stale (a stale entry is no pass)");
    }
}
