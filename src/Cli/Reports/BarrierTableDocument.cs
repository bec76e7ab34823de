using System.Globalization;
using System.Text;
using Ringcheck.Hal;
using Ringcheck.Scenarios;

namespace Ringcheck.Cli.Reports;

/// <summary>The tables of barriers, of the driver in docs/ordering.md and of the CPU system in docs/cpu-ordering.md: written by <c>ringcheck barriers --write-table</c>.</summary>
public static class BarrierTableDocument
{
    static readonly (string Room, string Begin, string End)[] tables =
    [
        (CodeSite.Driver, "<!-- barriers:begin -->", "<!-- barriers:end -->"),
        (CodeSite.CpuSystem, "<!-- cpu-barriers:begin -->", "<!-- cpu-barriers:end -->"),
    ];

    /// <summary>Whose table a file has a place for. Ends the command with one line if it has none.</summary>
    public static string RoomOf(string file) => Guarded(file, () => Markers(File.ReadAllText(file)).Room);

    /// <summary>Puts the table between the markers of a file. Ends the command with one line if it cannot.</summary>
    public static void WriteInto(string file, StudyResult result)
    {
        Guarded(file, () =>
        {
            File.WriteAllText(file, Replace(File.ReadAllText(file), result));
            return true;
        });
    }

    static T Guarded<T>(string file, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandException(ExitCode.BadUsage, $"cannot write the barriers into '{file}': {exception.Message}");
        }
    }

    /// <summary>A page with the table of a study. Throws <see cref="FormatException"/> if the page has no markers.</summary>
    public static string Replace(string page, StudyResult result)
    {
        var (room, begin, end) = Markers(page);
        return string.Concat(page.AsSpan(0, begin), "\n", Table(result, room), page.AsSpan(end));
    }

    /// <summary>Site, purpose and instruction of each row, as the page has them: what a test can compare without a study.</summary>
    public static IReadOnlyList<(string Site, string Asks, string Mapped)> Rows(string page)
    {
        var (_, begin, end) = Markers(page);
        return [.. page[begin..end].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (cells[1].Trim('`'), cells[2], cells[3]))];
    }

    static (string Room, int Begin, int End) Markers(string page)
    {
        foreach (var (room, first, last) in tables)
        {
            int begin = page.IndexOf(first, StringComparison.Ordinal), end = begin < 0 ? -1 : page.IndexOf(last, begin, StringComparison.Ordinal);
            if (end >= 0) return (room, begin + first.Length, end);
        }
        throw new FormatException("it has no lines " + string.Join(" or ", tables.Select(table => $"'{table.Begin}' and '{table.End}'")));
    }

    static string Table(StudyResult result, string room)
    {
        var text = new StringBuilder();
        text.Append(How(result.Settings, room)).Append(" A violation is certain; that nothing was found holds within these bounds.\n\n")
            .Append("| Site | Asks for | Mapped to | Without it | Weaker | Enough |\n|---|---|---|---|---|---|\n");
        foreach (var site in result.Sites)
            text.Append(CultureInfo.InvariantCulture, $"| `{site.Site.Name}` | {site.Site.Site.Asks} | {(site.Reached == 0 ? "" : Instructions.WordsFor(site.Mapped))} | {WithoutIt(site)} | {Weaker(site)} | {Enough(site)} |\n");
        if (result.Together is { } together) text.Append(Together(together));
        return text.ToString();
    }

    static string How(StudySettings settings, string room) => room == CodeSite.CpuSystem
        ? "For each instruction tried, all executions of each scenario and profile that reaches the site; of the shoot-down over three CPUs, those with up to three deviations."
        : string.Create(CultureInfo.InvariantCulture, $"Memory `{settings.Memory}`, seed {settings.Seed}; for each instruction tried, {settings.Executions} random executions and some more by deepening, on each scenario and profile that reaches the site.");

    /// <summary>What is not needed alone may be needed together: one does the work of the other.</summary>
    static string Together(TogetherResult together)
    {
        if (!together.Trial.Passes) return $"\nTogether: within the bounds nothing was found that could go without `{together.Trial.Violation!.Key}`.\n";
        var gone = together.Left.Where(each => each.Instruction == BarrierInstruction.None && each.Mapped != BarrierInstruction.None).Select(each => $"`{each.Site.Name}`").ToList();
        return string.Create(CultureInfo.InvariantCulture,
            $"\nAlone is not together: one barrier may do the work of another. Taken away one after the other, {(gone.Count == 0 ? "none" : string.Join(", ", gone))} can go at once; {together.Trial.Executions} executions found nothing.\n");
    }

    static string WithoutIt(SiteResult site)
    {
        if (site.Reached == 0) return "**no scenario comes here**";
        return site.Candidates.Count == 0 ? "nothing is weaker" : Outcome(site.Candidates[0]);
    }

    static string Weaker(SiteResult site)
        => string.Join("<br>", site.Candidates.Skip(1).Select(candidate => $"{Instructions.WordsFor(candidate.Instruction)}: {Outcome(candidate)}"));

    static string Outcome(Candidate candidate)
    {
        var trial = candidate.Trial;
        return trial.Violation is { } violation ? $"`{violation.Key}` by {trial.Replay!.Scenario} ({trial.Replay.Profile})"
            : string.Create(CultureInfo.InvariantCulture, $"not needed ({trial.Executions} executions on {trial.Scenarios} scenario{(trial.Scenarios == 1 ? "" : "s")})");
    }

    static string Enough(SiteResult site) => string.Join(" or ", site.Sufficient.Select(Instructions.WordsFor)) + (site.LeavesLoadBuffering ? ", but for load buffering" : "");
}
