using Ringcheck.Museum;

namespace Ringcheck.Cli.Reports;

/// <summary><c>compare --json</c>.</summary>
/// <param name="Limit">Executions after which a search had not found it.</param>
/// <param name="Exhibits">Those that were finished.</param>
internal sealed record CompareReport(int Seeds, long Limit, IReadOnlyList<string> Strategies, IReadOnlyList<ComparedExhibitReport> Exhibits, bool Stopped)
{
    public static CompareReport Of(ComparisonOptions options, IReadOnlyList<ExhibitComparison> results, bool stopped)
        => new(options.Seeds, options.Limit, options.Strategies, [.. results.Select(ComparedExhibitReport.Of)], stopped);
}

internal sealed record ComparedExhibitReport(string Id, string Memory, IReadOnlyList<ComparedStrategyReport> Strategies)
{
    public static ComparedExhibitReport Of(ExhibitComparison result)
        => new(result.Id, result.Memory, [.. result.Strategies.Select(trials => new ComparedStrategyReport(trials.Strategy, trials.Median, trials.Found, trials.Trials, trials.Executions))]);
}

/// <summary>One exhibit and one strategy.</summary>
/// <param name="Median">Null if fewer than half of the searches found it.</param>
/// <param name="Trials">Searches: one for each seed, or one if the strategy has no use for a seed.</param>
/// <param name="Executions">Of each search, until it was found; 0 if it was not.</param>
internal sealed record ComparedStrategyReport(string Strategy, long? Median, int Found, int Trials, IReadOnlyList<long> Executions);
