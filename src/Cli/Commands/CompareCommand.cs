using System.CommandLine;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Reports.Pages;
using Ringcheck.Cli.Terminal;
using Ringcheck.Museum;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck compare [EXHIBIT…]</c>: exit code 0, unless the exhibits cannot be used. What is not found is no failure here but a number.</summary>
internal sealed class CompareCommand : ToolCommand
{
    const string TablePath = "docs/strategies.md";
    const int MostSeeds = 10_000;

    readonly CliContext context;
    readonly Argument<string[]> ids = new("EXHIBIT") { Description = "Museum exhibits to look for; without any, all of them", Arity = ArgumentArity.ZeroOrMore };

    readonly Option<string[]> strategies = new("--strategy")
    {
        HelpName = "NAME",
        Description = $"A strategy to compare; may be given several times [default: {string.Join(", ", ComparisonOptions.All)}]",
    };

    readonly Option<int?> seeds = new("--seeds")
    {
        HelpName = "N",
        Description = $"Searches of each exhibit by each strategy [default: {ComparisonOptions.DefaultSeeds}]",
        CustomParser = static result => ExplorationOptions.Number(result, "--seeds", 1, MostSeeds),
    };

    readonly Option<long?> limit = new("--limit")
    {
        HelpName = "N",
        Description = $"Executions after which a search has not found it [default: {ComparisonOptions.DefaultLimit:N0}]",
        CustomParser = static result => ExplorationOptions.Number<long>(result, "--limit", 1),
    };

    readonly Option<int?> jobs = new("--jobs")
    {
        HelpName = "N",
        Description = "Exhibits worked on at once; results do not depend on it [default: one a processor]",
        CustomParser = static result => ExplorationOptions.Number(result, "--jobs", 1, ExplorationOptions.MostJobs),
    };

    readonly Option<string?> resume = new("--resume") { HelpName = "FILE", Description = "Keep each exhibit's results in FILE, and take from it what it has already" };

    readonly Option<string?> writeTable = new("--write-table")
    {
        HelpName = "FILE",
        Description = $"Write the table into this document [default: {TablePath}], unless stopped before the end",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<string?> report = new("--report") { HelpName = "FILE", Description = "Write a page (HTML, self-contained) with the time-to-find curves" };

    public CompareCommand(CliContext context) : base("compare", "Compare strategies: how many executions it takes each to find an exhibit of the museum",
        "ringcheck compare EVT-04 IRQ-02 --seeds 20")
    {
        this.context = context;
        Add(ids);
        Option[] options = [strategies, seeds, limit, jobs, resume, writeTable, report];
        foreach (var option in options) Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        try
        {
            return Show(parsed);
        }
        catch (ExhibitException exception)
        {
            throw CommandException.BadUsage(exception.Message);
        }
    }

    int Show(ParseResult parsed)
    {
        var options = Read(parsed);
        var exhibits = MuseumCommand.Select(ExhibitCollection.Shipped(), parsed.GetValue(ids) ?? []);
        string? document = parsed.GetResult(writeTable) is null ? null : Document(parsed.GetValue(writeTable), options, exhibits.Count);
        string? page = parsed.GetValue(report) is { } name ? HtmlPage.Place(context.Folder, name) : null;
        var kept = parsed.GetValue(resume) is { } file ? ComparisonFile.Open(Path.Combine(context.Folder, file), options) : null;
        List<Exhibit> left = [.. exhibits.Where(exhibit => kept?.Find(exhibit) is null)];
        int ended = exhibits.Count - left.Count;
        string latest = "";
        var fresh = LiveProgress.During(context.Console, "compare", () => new(ended / (double)exhibits.Count, $"{ended} of {exhibits.Count}, {latest}"),
            () => new StrategyComparison(options).Run(left, exhibit => latest = exhibit.Id, result =>
            {
                ended++;
                kept?.Add(left.First(exhibit => exhibit.Id == result.Id), result);
            }, context.Cancellation));
        bool stopped = context.Cancellation.IsCancellationRequested;
        ExhibitComparison[] results = [.. exhibits.Select(exhibit => kept?.Find(exhibit) ?? fresh.FirstOrDefault(result => result.Id == exhibit.Id)).OfType<ExhibitComparison>()];
        if (IsJson(parsed)) JsonReports.Write(context.Console, CompareReport.Of(options, results, stopped), JsonReports.Compact.CompareReport);
        else CompareView.Show(context.Console, options, results, exhibits.Count, stopped);
        if (page is not null) HtmlPage.Write(context.Console, page, ComparePage.Of(options, results, stopped));
        if (document is not null && !stopped) File.WriteAllText(document, ComparisonTable.Write(File.ReadAllText(document), options, results));
        return ExitCode.NothingFound;
    }

    ComparisonOptions Read(ParseResult parsed)
    {
        string[] wanted = [.. (parsed.GetValue(strategies) ?? []).Distinct()];
        if (wanted.FirstOrDefault(static name => !ComparisonOptions.All.Contains(name)) is { } unknown) throw Nearest.Unknown("strategy", unknown, [.. ComparisonOptions.All]);
        return new()
        {
            Strategies = wanted.Length == 0 ? ComparisonOptions.All : wanted,
            Seeds = parsed.GetValue(seeds) ?? ComparisonOptions.DefaultSeeds,
            Limit = parsed.GetValue(limit) ?? ComparisonOptions.DefaultLimit,
            Jobs = parsed.GetValue(jobs) ?? Environment.ProcessorCount,
        };
    }

    /// <summary>The file to write, found fit before anything runs.</summary>
    string Document(string? name, ComparisonOptions options, int exhibits)
    {
        string path = Path.Combine(context.Folder, name ?? TablePath);
        if (!File.Exists(path)) throw CommandException.BadUsage($"there is no file '{path}'");
        if (name is null && (exhibits != ExhibitCollection.Shipped().Count || options.Strategies.Count != ComparisonOptions.All.Count))
            throw CommandException.BadUsage($"{TablePath} is about all exhibits and all strategies: name none, or another file");
        ComparisonTable.Write(File.ReadAllText(path), options, []);
        return path;
    }
}
