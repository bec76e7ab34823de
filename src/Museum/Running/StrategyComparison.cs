using Ringcheck.Exploration;

namespace Ringcheck.Museum;

/// <summary>Looks for exhibits by each strategy, under several seeds: how many executions does it take each?</summary>
public sealed class StrategyComparison(ComparisonOptions options)
{
    readonly ExhibitCompiler compiler = new();

    /// <summary>
    /// The comparisons that were finished, in the order of the exhibits; fewer if cancelled. <paramref name="started"/> and <paramref name="done"/> are
    /// called from any thread, one at a time.
    /// </summary>
    /// <exception cref="ExhibitException">An exhibit cannot be compiled, or names what does not exist.</exception>
    public IReadOnlyList<ExhibitComparison> Run(IReadOnlyList<Exhibit> exhibits, Action<Exhibit>? started = null, Action<ExhibitComparison>? done = null,
        CancellationToken cancellation = default)
    {
        foreach (var exhibit in exhibits) compiler.Check(exhibit);
        var results = new ExhibitComparison?[exhibits.Count];
        var gate = new Lock();
        ExhibitWorkers.Run(exhibits.Count, options.Jobs, i =>
        {
            lock (gate) started?.Invoke(exhibits[i]);
            if (Compare(exhibits[i], cancellation) is not { } result) return;
            results[i] = result;
            lock (gate) done?.Invoke(result);
        }, cancellation);
        return [.. results.OfType<ExhibitComparison>()];
    }

    /// <summary>Null if cancelled before the last of its searches: half a row says nothing.</summary>
    ExhibitComparison? Compare(Exhibit exhibit, CancellationToken cancellation)
    {
        using var compiled = compiler.Compile(exhibit);
        List<Site> sites = [];
        try
        {
            foreach (var target in exhibit.Targets) sites.Add(Site.Of(compiled, target, exhibit.FoundOn[0]));
            List<StrategyTrials> strategies = [];
            foreach (string strategy in options.Strategies)
            {
                List<long> executions = [];
                for (ulong seed = 0; seed < (StrategyCatalog.UsesSeed(strategy) ? (ulong)options.Seeds : 1); seed++)
                {
                    if (Search(exhibit, sites, strategy, seed, cancellation) is not { } found) return null;
                    executions.Add(found);
                }
                strategies.Add(new(strategy, executions));
            }
            return new(exhibit.Id, exhibit.FoundOn[0], strategies);
        }
        finally
        {
            foreach (var site in sites) site.Scenario.Dispose();
        }
    }

    /// <summary>Executions over the exhibit's scenarios in turn, until one finds it; 0 if none does; null if cancelled.</summary>
    long? Search(Exhibit exhibit, IReadOnlyList<Site> sites, string name, ulong seed, CancellationToken cancellation)
    {
        long executions = 0;
        foreach (var site in sites)
        {
            var strategy = StrategyCatalog.Make(name, seed, site.Choices, StrategyCatalog.IsFollowed(site.Scenario));
            for (long i = 0; i < options.Limit && strategy.Begin(i); i++)
            {
                if (cancellation.IsCancellationRequested) return null;
                executions++;
                var violation = Execution.Run(site.Scenario, strategy, audited: i % Execution.AuditEvery == 0);
                if (violation is not null && exhibit.IsExpected(violation.Key)) return executions; // what somebody else notices does not end the search
            }
        }
        return 0;
    }

    /// <summary>One of an exhibit's scenarios, built once for all searches: an execution leaves nothing behind.</summary>
    sealed record Site(IScenario Scenario, uint Choices)
    {
        public static Site Of(CompiledExhibit compiled, ExhibitTarget target, string memory)
        {
            try
            {
                var scenario = compiled.Catalog.Create(target.Scenario, target.Profile, memory);
                return new(scenario, StrategyCatalog.EstimateChoices(scenario));
            }
            catch (ArgumentException unknown)
            {
                throw new ExhibitException($"exhibit {compiled.Exhibit.Id}: {unknown.Message}");
            }
        }
    }
}
