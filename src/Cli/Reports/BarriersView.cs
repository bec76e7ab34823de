using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Terminal;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Scenarios;
using Spectre.Console;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Reports;

/// <summary><c>barriers</c> on the screen: a table of sites, then how each weakened one fails.</summary>
internal static class BarriersView
{
    public static void Show(Screen screen, StudyResult result, IReadOnlyDictionary<ReplayString, Finding> findings)
    {
        var settings = result.Settings;
        screen.Line($"[bold]ringcheck barriers[/]  memory {settings.Memory}, seed {settings.Seed}, {Numbers.Count(settings.Executions, "random execution")} for each instruction, scenario and profile"
            + (result.Sites.Any(site => site.Site.Room == CodeSite.CpuSystem) ? "; those of the CPU system are searched to their end, or to a bound on deviations" : ""));
        foreach (var failure in result.Failures)
        {
            screen.Line();
            screen.Line($"[red bold]The driver fails as it is mapped[/], on {Text(failure.Run.ToString())}, which is left out below:");
            FailureView.Show(screen, findings[failure.Replay]);
        }
        screen.Line();
        screen.Show(Sites(result));
        foreach (var site in result.Sites) Failures(screen, site, findings);
        if (result.Together is { } together) Together(screen, together, findings);
        Summary(screen, result);
    }

    static Table Sites(StudyResult result)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("site", "asks for", "mapped to", "without it", "enough");
        foreach (var site in result.Sites)
            table.AddRow(Text(site.Site.Name), Text(site.Site.Site.Asks), site.Reached == 0 ? "" : Words(site.Mapped), WithoutIt(site), Enough(site));
        return table;
    }

    static string WithoutIt(SiteResult site)
    {
        if (site.Reached == 0) return "[yellow]no scenario comes here[/]";
        if (site.Candidates.Count == 0) return "[grey]nothing is weaker[/]";
        var trial = site.Candidates[0].Trial;
        return trial.Violation is { } violation
            ? $"[red]{Text(violation.Key)}[/] by {Text($"{trial.Replay!.Scenario} ({trial.Replay.Profile})")}"
            : $"[yellow]not needed within these bounds[/] ({Numbers.Count(trial.Executions, "execution")} on {Numbers.Count(trial.Scenarios, "scenario")})";
    }

    static string Enough(SiteResult site)
    {
        if (site.Reached == 0) return "";
        string words = string.Join(" or ", site.Sufficient.Select(Words));
        if (!site.IsStronger) return $"[green]{words}[/]";
        return $"[yellow]{words}[/]" + (site.LeavesLoadBuffering ? " [grey](but for load buffering)[/]" : "");
    }

    static void Failures(Screen screen, SiteResult site, IReadOnlyDictionary<ReplayString, Finding> findings)
    {
        foreach (var candidate in site.Candidates.Where(candidate => !candidate.Trial.Passes))
        {
            var finding = findings[candidate.Trial.Replay!];
            screen.Line($"[bold]{Text(site.Site.Name)}[/] with {Words(candidate.Instruction)} instead of {Words(site.Mapped)}: [red]{Text(finding.Violation.Key)}[/], "
                + $"execution {Numbers.Count(candidate.Trial.Executions)}");
            screen.Line($"  {Text(finding.Violation.Message)}");
            screen.Raw($"  ringcheck replay {finding.Replay}");
        }
    }

    static void Together(Screen screen, TogetherResult together, IReadOnlyDictionary<ReplayString, Finding> findings)
    {
        int gone = together.Left.Count(each => each.Instruction == BarrierInstruction.None);
        screen.Line();
        screen.Line($"[bold]Together[/], weakened one after another as far as nothing is found: {gone} of {together.Left.Count} can go");
        foreach (var (site, mapped, instruction) in together.Left.Where(each => each.Instruction != BarrierInstruction.None))
            screen.Line($"  stays  {Text(site.Name)}: [green]{Words(instruction)}[/]{(instruction == mapped ? "" : $" instead of {Words(mapped)}")}");
        if (together.Trial.Replay is not { } replay)
        {
            screen.Line($"  nothing found in a last look at all of it, {Numbers.Count(together.Trial.Executions, "execution")} (bounded; load buffering is looked for in one execution of eight)");
            return;
        }
        screen.Line($"  [red]a last look with more executions found {Text(together.Trial.Violation!.Key)}[/]: too much was taken away");
        screen.Raw($"  ringcheck replay {findings[replay].Replay}");
    }

    static void Summary(Screen screen, StudyResult result)
    {
        screen.Line();
        if (result.Stopped) screen.Line("[yellow]Stopped[/]: sites may be missing.");
        int needed = result.Sites.Count(site => site.IsShownNeeded), unreached = result.Sites.Count(site => site.Reached == 0);
        int weaker = result.Sites.Count(site => site is { IsShownNeeded: true, IsStronger: true });
        int nothing = result.Sites.Count(site => site.Reached > 0 && site.Candidates.Count == 0);
        int rest = result.Sites.Count - needed - unreached - nothing;
        screen.Line($"{Numbers.Count(result.Sites.Count, "site")}: {needed} shown needed" + (weaker > 0 ? $" ({weaker} of them stronger than needed)" : "")
            + (rest > 0 ? $", {rest} not needed within these bounds (bounded is not verified)" : "") + (nothing > 0 ? $", {nothing} with no instruction" : "")
            + (unreached > 0 ? $", {unreached} not reached" : "") + $"; {Numbers.Count(result.Executions, "execution")}");
    }

    static string Words(BarrierInstruction instruction) => Text(Instructions.WordsFor(instruction));
}
