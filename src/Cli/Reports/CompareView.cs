using Ringcheck.Cli.Terminal;
using Ringcheck.Museum;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary><c>compare</c> on the screen: a line for each exhibit, a column for each strategy.</summary>
internal static class CompareView
{
    public static void Show(IConsoleHost console, ComparisonOptions options, IReadOnlyList<ExhibitComparison> results, int planned, bool stopped)
    {
        var screen = new Screen(console);
        screen.Line($"[bold]ringcheck compare[/]  median executions to find each exhibit, {Numbers.Count(options.Seeds, "seed")}, at most {Numbers.Count(options.Limit, "execution")}");
        screen.Line();
        int width = results.Count == 0 ? 8 : Math.Max(8, results.Max(result => result.Id.Length));
        var columns = options.Strategies.Select((strategy, at)
            => Math.Max(strategy.Length, results.Select(result => ComparisonTable.Cell(result.Strategies[at]).Length).DefaultIfEmpty(0).Max())).ToList();
        string Row(string name, string memory, Func<int, string> cell)
            => $"  {name.PadRight(width)}  {memory.PadRight(6)}  {string.Join("  ", columns.Select((each, at) => cell(at).PadLeft(each)))}";
        screen.Line($"[grey]{Text(Row("exhibit", "memory", at => options.Strategies[at]))}[/]");
        foreach (var result in results) screen.Line(Text(Row(result.Id, result.Memory, at => ComparisonTable.Cell(result.Strategies[at]))));
        screen.Line();
        if (results.Count > 1)
        {
            screen.Line($"[grey]{Text(Row("mean", "", at => ComparisonSums.GeometricMean([.. results.Select(result => result.Strategies[at])], options.Limit).ToString("F1")))}[/]");
            screen.Line("  mean: geometric, over all searches; one that did not find it counts as the limit");
        }
        screen.Line("  –: fewer than half of the seeds found it; (18/20): so many did. Strategies without chance search once.");
        if (stopped) screen.Line($"[yellow]Stopped.[/] {results.Count} of {Numbers.Count(planned, "exhibit")} were finished.");
    }
}
