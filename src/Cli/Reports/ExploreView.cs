using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Terminal;
using Ringcheck.Exploration;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary><c>explore</c> on the screen: a line for each run as it ends, each failure below its line, and a summary.</summary>
internal sealed class ExploreView
{
    readonly Screen screen;
    readonly int nameWidth, profileWidth;
    readonly bool isVerbose;

    public ExploreView(IConsoleHost console, IReadOnlyList<PlannedRun> plan, ExplorationSettings settings, bool verbose)
        : this(console, plan, $"[bold]ringcheck explore[/]  {Words(settings)}", verbose)
    {
    }

    public ExploreView(IConsoleHost console, IReadOnlyList<PlannedRun> plan, string title, bool verbose)
    {
        screen = new(console);
        isVerbose = verbose;
        nameWidth = Math.Max("scenario".Length, plan.Max(run => run.Scenario.Length));
        profileWidth = Math.Max("profile".Length, plan.Max(run => run.Profile.Length));
        screen.Line(title);
        screen.Line();
        screen.Line($"[grey]  {"scenario".PadRight(nameWidth)}  {"profile".PadRight(profileWidth)}  {"executions",13}  {"points",16}  {"points/s",10}  {"states",6}  verdict[/]");
    }

    static string Words(ExplorationSettings settings)
    {
        string shard = settings.Shard.IsWhole ? "" : $", shard {settings.Shard}";
        return $"strategy {settings.Strategy}, memory {settings.Memory}, seed {settings.Seed}, {Text(Limits(settings.Budget))}{shard}";
    }

    static string Limits(ExplorationBudget budget)
    {
        string executions = budget.Executions == long.MaxValue ? "" : Numbers.Count(budget.Executions, "execution");
        string time = double.IsInfinity(budget.Seconds) ? "" : Numbers.Seconds(budget.Seconds);
        return string.Join(" or ", new[] { executions, time }.Where(text => text.Length > 0)) + " for each scenario and profile";
    }

    public void RunEnded(RunOutcome outcome)
    {
        var result = outcome.Result;
        bool clean = outcome.Findings.Count == 0;
        string mark = clean ? outcome.StoppedByUser ? "[yellow]-[/]" : "[green]✓[/]" : "[red]✗[/]";
        string verdict = clean ? $"[green]{Text(Verdict(outcome))}[/]" : $"[red bold]{Text(Verdict(outcome))}[/]";
        screen.Line($"{mark} {Text(outcome.Run.Scenario.PadRight(nameWidth))}  {Text(outcome.Run.Profile.PadRight(profileWidth))}  " +
            $"{result.Executions,13:N0}  {result.Points,16:N0}  {Numbers.Rate(result.Points, result.Seconds),10}  {(result.Coverage.States == 0 ? "-" : Numbers.Count(result.Coverage.States)),6}  {verdict}");
        foreach (var finding in outcome.Findings) FailureView.Show(screen, finding);
        foreach (var advice in result.Advice) screen.Line($"  [yellow]advice[/] {Text(advice.Key)}: {Text(advice.Message)}. {Text(advice.Mend)}");
    }

    /// <summary>What may honestly be said.</summary>
    static string Verdict(RunOutcome outcome)
    {
        var result = outcome.Result;
        string executions = Numbers.Count(result.Executions, "execution");
        if (result.Violation is { } violation) return $"VIOLATION in execution {Numbers.Count(result.Executions)}: {violation.Key}";
        if (outcome.Findings.Count > 0) return $"VACUOUS: {executions} showed nothing about {Numbers.Count(outcome.Findings.Count, "required premise")}";
        if (result.Exhausted && !outcome.Settings.Shard.IsWhole) return $"exhausted shard {outcome.Settings.Shard}: all its {executions}, nothing found";
        if (result.Exhausted) return $"exhausted: all {executions}, nothing found";
        if (outcome.StoppedByUser) return $"stopped: nothing found in {executions} (bounded)";
        return $"nothing found in {executions} (bounded{WhatBounds(outcome)})";
    }

    /// <summary>A search that came to its end by itself and still left something out says what: behind the bounds of the scenario.</summary>
    static string WhatBounds(RunOutcome outcome)
    {
        var (result, settings) = (outcome.Result, outcome.Settings);
        int at = result.Bounds.IndexOf("; ", StringComparison.Ordinal);
        return at < 0 || result.Interrupted || result.Executions >= settings.Shard.ShareOf(settings.Budget.Executions) ? "" : ": " + result.Bounds[(at + 2)..];
    }

    public void Ended(IReadOnlyList<RunOutcome> outcomes, IReadOnlyList<VariantTable> variants, int planned, bool stopped, IReadOnlyList<string> missing)
    {
        foreach (var table in variants) VariantView.Show(screen, table);
        screen.Line();
        if (stopped) screen.Line($"[yellow]Stopped[/] in run {outcomes.Count} of {planned}.");
        long executions = outcomes.Sum(outcome => outcome.Result.Executions), points = outcomes.Sum(outcome => outcome.Result.Points);
        double seconds = outcomes.Sum(outcome => outcome.Result.Seconds);
        screen.Line($"{Numbers.Count(outcomes.Count, "run")}, {Numbers.Count(executions, "execution")}, {Numbers.Count(points, "scheduling point")} in {Numbers.Seconds(seconds)} of exploring");
        int failed = outcomes.Count(outcome => outcome.Result.Violation is not null);
        int vacuous = outcomes.Count(outcome => outcome.Findings.Count > 0) - failed;
        int exhausted = outcomes.Count(outcome => outcome.Result.Exhausted && outcome.Findings.Count == 0);
        if (failed > 0) screen.Line($"[red bold]{Numbers.Count(failed, "run")} found a violation[/]");
        if (vacuous > 0) screen.Line($"[red bold]{Numbers.Count(vacuous, "run")} vacuous[/]: what they were about did not take place");
        int clean = outcomes.Count - failed - vacuous;
        if (clean > 0) screen.Line($"[green]nothing found[/] in {Numbers.Count(clean, "run")}: {exhausted} exhausted, {clean - exhausted} bounded (bounded is not verified)");
        CoverageView.Show(screen, CoverageSummary.Of([.. outcomes.Select(static outcome => outcome.Result)]), isVerbose);
        foreach (string what in missing) screen.Line($"[red bold]incomplete[/] {Text(what)}");
        if (clean > 0 && outcomes.Any(static outcome => !outcome.Settings.Shard.IsWhole))
            screen.Line("Premises are judged once the shards are together: 'ringcheck merge' joins what --out wrote.");
    }
}
