using Ringcheck.Cli.Terminal;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;
using Spectre.Console;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary><c>litmus</c> on the screen: a row for each family, what is wrong test by test, and a summary.</summary>
internal static class LitmusView
{
    const int MostStates = 4;

    public static void Show(Screen screen, LitmusRun run)
    {
        screen.Line($"[bold]ringcheck litmus[/]  {Text(run.Source)} on {Name(run.Model)}{(run.LateReads ? ", late reads included" : "")}");
        screen.Line($"  compared with {(run.Model == MemoryModel.AArch64 ? "the states that the official model allows, as the file gives them" : "brute force over the axioms of the model")}");
        screen.Show(Table(run));
        foreach (var result in run.Results) Wrong(screen, run, result);
        LoadBuffering(screen, run);
        if (run.IsStopped) screen.Line($"  [yellow]stopped:[/] {Numbers.Count(run.Results.Count)} of {Numbers.Count(run.Wanted, "test")} were run");
        screen.Line($"  {Verdict(run)}, {Numbers.Count(run.Results.Sum(result => (long)result.Executions), "execution")}, {Numbers.Seconds(run.Seconds)}" +
            $" ({run.Seconds * 1000 / Math.Max(1, run.Results.Count):F2} ms a test)");
    }

    static string Name(MemoryModel model) => model switch
    {
        MemoryModel.SequentiallyConsistent => "sequentially consistent memory",
        MemoryModel.Tso => "x86-TSO",
        _ => "AArch64",
    };

    static Table Table(LitmusRun run)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("Family");
        foreach (string head in new[] { "Tests", "Equal", "Missing", "Extra", "States" }) table.AddColumn(new TableColumn(head).RightAligned());
        foreach (var family in run.Results.GroupBy(result => result.Test.Family).OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            int missing = family.Count(result => result.Missing.Count > 0), extra = family.Count(result => result.Extra.Count > 0);
            string colour = family.All(result => result.IsGood(run.LateReads)) ? "yellow" : "red";
            table.AddRow(Text(family.Key.Length > 0 ? family.Key : "-"), Numbers.Count(family.Count()), $"[green]{Numbers.Count(family.Count(result => result.IsEqual))}[/]",
                Marked(missing, colour), Marked(extra, "red"), Numbers.Count(family.Sum(result => result.States)));
        }
        return table;
    }

    static string Marked(int count, string colour) => count == 0 ? "[grey]-[/]" : $"[{colour}]{Numbers.Count(count)}[/]";

    static void Wrong(Screen screen, LitmusRun run, LitmusComparison result)
    {
        if (result.IsGood(run.LateReads)) return;
        if (result.Extra.Count > 0) States(screen, result.Test.Name, "must not appear, and does", result.Extra);
        if (result.Missing.Count > 0 && !result.IsLoadBuffering) States(screen, result.Test.Name, "should appear, and does not", result.Missing);
    }

    static void States(Screen screen, string test, string what, IReadOnlyList<string> states)
    {
        screen.Line($"  [red bold]{Text(test)}[/]: {what}:");
        foreach (string state in states.Take(MostStates)) screen.Line($"      {Text(state)}");
        if (states.Count > MostStates) screen.Line($"      [grey]and {states.Count - MostStates} more[/]");
    }

    static void LoadBuffering(Screen screen, LitmusRun run)
    {
        var late = run.Results.Where(result => result.IsLoadBuffering).ToList();
        if (late.Count > 0)
        {
            string families = string.Join(", ", late.GroupBy(result => result.Test.Family).OrderByDescending(family => family.Count()).Select(family => $"{family.Key} {family.Count()}"));
            screen.Line($"  [yellow]missing in {Numbers.Count(late.Count, "test")}:[/] load buffering ({Text(families)}): a read takes a value that is written later in the run.");
            screen.Line("  The machine runs threads in program order and does not show that; with [bold]--late-reads[/] each of these states appears.");
        }
        int open = run.Results.Count(result => !result.IsCompared);
        if (open > 0) screen.Line($"  [yellow]not compared:[/] {Numbers.Count(open, "test")} with more than {LitmusComparison.MostCandidates:N0} candidates for brute force");
    }

    static string Verdict(LitmusRun run)
    {
        int equal = run.Results.Count(result => result.IsEqual);
        string colour = run.Results.All(result => result.IsGood(run.LateReads)) ? "green" : "red bold";
        int extra = run.Results.Count(result => result.Extra.Count > 0);
        return $"[{colour}]{Numbers.Count(equal)} of {Numbers.Count(run.Results.Count, "test")} equal[/]{(extra == 0 ? ", no forbidden state" : $", [red bold]{Numbers.Count(extra)} with a forbidden state[/]")}";
    }
}
