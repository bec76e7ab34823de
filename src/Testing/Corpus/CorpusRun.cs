using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>
/// Replays pinned failures on the scenarios of a catalog. What an entry was found on (a museum exhibit, weakened barriers) does not matter here: the question is
/// whether the sources behind the catalog still have, or have again, that failure.
/// </summary>
/// <param name="searchBudget">Executions around an entry whose choices no longer fit.</param>
public sealed class CorpusRun(IScenarioCatalog catalog, long searchBudget = CorpusRun.DefaultSearch, CancellationToken cancellation = default)
{
    public const long DefaultSearch = 2_000;

    public CorpusResult Run(CorpusItem item)
    {
        var line = item.Entry.Line with { Exhibit = "" };
        string misfit;
        IReadOnlyList<Operation>? known;
        try
        {
            (known, misfit) = FittingProgram(line);
        }
        catch (BadInputException exception)
        {
            return new(item, CorpusVerdict.Stale, 0) { Misfit = exception.Message };
        }
        line = line with { Program = known };
        if (misfit.Length == 0)
        {
            var outcome = ReplayStage.Run(catalog, line);
            if (outcome.Violation is { } violation) return Back(item, line, violation, 1, "");
            if (outcome.FirstMissing is not { } missing) return new(item, CorpusVerdict.Gone, 1);
            using var scenario = ReplayStage.Build(catalog, line);
            misfit = $"the choice '{new ChoiceWords(scenario).Describe(missing)}' ({missing}) no longer exists";
        }
        return Search(item, line, misfit);
    }

    /// <summary>The operations that the scenario still knows (null for its own program), and what does not fit.</summary>
    (IReadOnlyList<Operation>? Program, string Misfit) FittingProgram(ReplayString line)
    {
        using var scenario = ReplayStage.Create(catalog, line.Scenario, line.Profile, line.Memory);
        if (line.Program is null) return (null, "");
        var fitting = new List<Operation>();
        string misfit = "";
        for (int i = 0; i < line.Program.Count; i++)
        {
            if (ReplayStage.Unknown(scenario, line.Program[i]) is not { } reason) fitting.Add(line.Program[i]);
            else if (misfit.Length == 0) misfit = $"operation {i + 1} of its program no longer exists: {reason}";
        }
        return (fitting, misfit);
    }

    CorpusResult Search(CorpusItem item, ReplayString line, string misfit)
    {
        var explorer = new Explorer(() => ReplayStage.Build(catalog, line), () => new Neighbourhood(line.Choices, line.Seed), new(searchBudget));
        var found = explorer.Run(cancellation);
        return found.Violation is { } violation
            ? Back(item, line with { Choices = found.Trace }, violation, found.Executions, misfit)
            : new(item, CorpusVerdict.Stale, found.Executions) { Misfit = misfit };
    }

    CorpusResult Back(CorpusItem item, ReplayString line, Violation violation, long executions, string misfit)
    {
        using var scenario = ReplayStage.Create(catalog, line.Scenario, line.Profile, line.Memory);
        return new(item, CorpusVerdict.Back, executions) { Misfit = misfit, Finding = FindingWords.Of(scenario, line, violation, Shrinking.NotApplicable) };
    }
}
