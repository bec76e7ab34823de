using Ringcheck.Cli.Terminal;
using Ringcheck.Museum;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary><c>museum --json</c>.</summary>
internal sealed record MuseumReport(IReadOnlyList<ExhibitReport> Exhibits, bool Stopped)
{
    /// <summary>A run of exhibits as programs read it.</summary>
    /// <param name="pages">The page of each exhibit that has one.</param>
    public static MuseumReport Of(IReadOnlyList<ExhibitResult> results, bool stopped, IReadOnlyDictionary<string, string> pages)
        => new([.. results.Select(result => ExhibitReport.Of(result) with { Page = pages.GetValueOrDefault(result.Exhibit.Id) })], stopped);
}

/// <summary>One exhibit; the members that the issue fixes come first.</summary>
/// <param name="Operations">Operations of the shrunk program; 0 when nothing was found.</param>
/// <param name="Choices">Choices of the shrunk execution that were not plain.</param>
/// <param name="Monitor">Who found it, as monitor/rule; empty when nobody did. Another one than the exhibit expects does not count as found.</param>
/// <param name="Found">Whether it was found on the first memory.</param>
/// <param name="AsExpected">Whether it was found on each memory where it must be, and nothing on those where nothing may be.</param>
/// <param name="Memories">Each memory on which it was looked for; scenario, executions and so on are of the first.</param>
/// <param name="Seconds">Time spent exploring and shrinking.</param>
/// <param name="Replay">Empty when nothing was found.</param>
internal sealed record ExhibitReport(string Id, string Scenario, bool Found, long Executions, int Operations, int Choices, string Monitor, double Seconds,
    string Profile, string Replay, bool AsExpected, IReadOnlyList<ExhibitMemoryReport> Memories)
{
    /// <summary>The page that draws the failure; null if there is none, as for all exhibits at once.</summary>
    public string? Page { get; init; }

    public static ExhibitReport Of(ExhibitResult result)
    {
        var shown = result.Shown;
        return new(result.Exhibit.Id, shown.Target.Scenario, shown.Found, shown.Executions, shown.Operations, shown.Choices, shown.Monitor, result.Seconds,
            shown.Target.Profile, shown.Replay, result.IsAsExpected, [.. result.Searches.Select(ExhibitMemoryReport.Of)]);
    }
}

/// <summary>One exhibit on one memory.</summary>
/// <param name="Expected">Whether it is to be found there.</param>
internal sealed record ExhibitMemoryReport(string Memory, bool Expected, bool Found, long Executions, string Monitor)
{
    public static ExhibitMemoryReport Of(ExhibitSearch search) => new(search.Memory, !search.MustBeAbsent, search.Found, search.Executions, search.Monitor);
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
        var shown = result.Shown;
        string mark = result.IsAsExpected ? "[green]✓[/]" : result.Interrupted ? "[yellow]-[/]" : "[red]✗[/]";
        string by = shown.Found ? $"[green]{Text(shown.Monitor)}[/]" : shown.MustBeAbsent && shown.IsAsExpected ? "[green]nobody, as it should be[/]" : "[red bold]nobody that should[/]";
        screen.Line($"{mark} {Text(result.Exhibit.Id.PadRight(idWidth))}  {shown.Executions,10:N0}  {shown.Operations,10:N0}  {shown.Choices,7:N0}  {by}  [grey]{Text(result.Exhibit.Title)}[/]");
        foreach (string surprise in result.Surprises) screen.Line($"    [red bold]{Text(surprise)}[/]");
        if (count == 1 && result.IsAsExpected && (result.Searches.Count > 1 || shown.MustBeAbsent))
        {
            foreach (var search in result.Searches) screen.Line($"    {Text(search.Words)} ({Numbers.Count(search.Executions, "execution")})");
        }
        foreach (var search in result.Searches)
        {
            if (search.Failure is not null && (search == shown ? count == 1 || !result.IsAsExpected : !search.IsAsExpected)) Detail(search);
        }
    }

    void Detail(ExhibitSearch search)
    {
        foreach (string operation in search.Program) screen.Line($"    {Text(operation)}");
        screen.Line($"    {Text(search.Failure!.Violation.Message)}");
        foreach (string line in search.Failure.Violation.Explanation) screen.Line($"    {Text(line)}");
        screen.Raw($"    ringcheck replay '{search.Replay}'");
    }

    public void Drawn(IReadOnlyDictionary<string, string> pages)
    {
        foreach (var (exhibit, page) in pages) screen.Line($"picture of {Text(exhibit)}: {Text(page)} (open it in a browser)");
    }

    public void AllEnded(IReadOnlyList<ExhibitResult> results, bool stopped)
    {
        Head();
        screen.Line();
        if (stopped) screen.Line($"[yellow]Stopped.[/] {Numbers.Count(results.Count)} of {Numbers.Count(count, "exhibit")} were begun.");
        int found = results.Count(result => result.IsAsExpected);
        string colour = found == count ? "green" : "red bold";
        string how = results.Any(result => result.Shown.MustBeAbsent) ? "as expected" : "found";
        screen.Line($"[{colour}]{found} of {Numbers.Count(count, "exhibit")} {how}[/], {Numbers.Seconds(results.Sum(result => result.Seconds))} of exploring and shrinking");
    }
}
