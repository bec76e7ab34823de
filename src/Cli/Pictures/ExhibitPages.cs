using Ringcheck.Cli.Failures;
using Ringcheck.Exploration;
using Ringcheck.Museum;

namespace Ringcheck.Cli.Pictures;

/// <summary>Trace files and pages of exhibits that were found. Each exhibit is compiled once more for it, so only those that somebody asked for by name.</summary>
/// <param name="exhibits">Where they come from.</param>
internal sealed class ExhibitPages(CliContext context, IReadOnlyList<Exhibit> exhibits)
{
    /// <summary>The page of each exhibit that was found and can be drawn.</summary>
    public Dictionary<string, string> Draw(IReadOnlyList<ExhibitResult> results)
    {
        var pages = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var result in results)
        {
            if (context.Cancellation.IsCancellationRequested) break;
            if (Keep(result.Shown) is { } page) pages[result.Exhibit.Id] = page;
        }
        return pages;
    }

    string? Keep(ExhibitSearch search)
    {
        if (search.Failure is not { } failure || !ReplayString.TryParse(search.Replay, out var replay, out _)) return null;
        var catalog = ExhibitCatalogs.CatalogFor(search.Exhibit.Id, exhibits);
        using var scenario = ReplayStage.Create(catalog, replay!.Scenario, replay.Profile, replay.Memory);
        return TraceFolder.Keep(context, catalog, FindingWords.Of(scenario, replay, failure.Violation, Shrinking.Done)).Page;
    }
}
