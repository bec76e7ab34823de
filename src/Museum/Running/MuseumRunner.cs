using System.Diagnostics;
using Ringcheck.Exploration;

namespace Ringcheck.Museum;

/// <summary>Puts exhibits back into the sources, one by one, and looks whether exploration finds them.</summary>
public sealed class MuseumRunner(MuseumOptions options)
{
    readonly ExhibitCompiler compiler = new();

    /// <summary>
    /// The results, in the order of the exhibits; shorter if cancelled. <paramref name="started"/> and <paramref name="done"/> are called
    /// from any thread, one at a time.
    /// </summary>
    /// <exception cref="ExhibitException">One of them cannot be compiled, or names what does not exist.</exception>
    public IReadOnlyList<ExhibitResult> Run(IReadOnlyList<Exhibit> exhibits, Action<Exhibit>? started = null, Action<ExhibitResult>? done = null,
        CancellationToken cancellation = default)
    {
        foreach (var exhibit in exhibits) compiler.Check(exhibit); // what does not fit the sources is told before anything runs
        var results = new ExhibitResult?[exhibits.Count];
        var gate = new Lock();
        ExhibitWorkers.Run(exhibits.Count, options.Jobs, i =>
        {
            lock (gate) started?.Invoke(exhibits[i]);
            results[i] = Run(exhibits[i], cancellation);
            lock (gate) done?.Invoke(results[i]!);
        }, cancellation);
        return [.. results.OfType<ExhibitResult>()];
    }

    ExhibitResult Run(Exhibit exhibit, CancellationToken cancellation)
    {
        using var compiled = compiler.Compile(exhibit);
        List<ExhibitSearch> searches = [];
        foreach (string memory in options.Memory is { } only ? [only] : exhibit.FoundOn.Concat(exhibit.NotOn))
        {
            if (searches.Count > 0 && cancellation.IsCancellationRequested) break;
            searches.Add(Search(compiled, memory, isShown: searches.Count == 0, cancellation));
        }
        return new(exhibit, searches);
    }

    /// <summary>One memory: each scenario in turn, until one finds something.</summary>
    ExhibitSearch Search(CompiledExhibit compiled, string memory, bool isShown, CancellationToken cancellation)
    {
        long executions = 0;
        double seconds = 0;
        ExhibitSearch? search = null;
        foreach (var target in Targets(compiled.Exhibit))
        {
            search = Search(compiled, memory, target, isShown, cancellation);
            executions += search.Executions;
            seconds += search.Seconds;
            if (search.Failure is not null || search.Interrupted) break;
        }
        return search! with { Executions = executions, Seconds = seconds };
    }

    IEnumerable<ExhibitTarget> Targets(Exhibit exhibit) => options.Profile is { } profile
        ? exhibit.Targets.Select(target => target with { Profile = profile }).Distinct() : exhibit.Targets;

    ExhibitSearch Search(CompiledExhibit compiled, string memory, ExhibitTarget target, bool isShown, CancellationToken cancellation)
    {
        var exhibit = compiled.Exhibit;
        var watch = Stopwatch.StartNew();
        Func<IScenario> scenarios = () => compiled.Catalog.Create(target.Scenario, target.Profile, memory);
        ExplorationResult explored;
        try
        {
            scenarios().Dispose();
            var strategies = StrategyCatalog.Create(StrategyFor(exhibit), options.Seed, scenarios);
            explored = new Explorer(scenarios, strategies, new(options.Executions, options.Seconds)).Run(cancellation);
        }
        catch (ArgumentException unknown)
        {
            throw new ExhibitException($"exhibit {exhibit.Id}: {unknown.Message}");
        }
        var search = new ExhibitSearch
        {
            Exhibit = exhibit,
            Memory = memory,
            Target = target,
            Executions = explored.Executions,
            Seconds = watch.Elapsed.TotalSeconds,
            Interrupted = explored.Interrupted,
        };
        if (explored.Violation is not { } violation) return search;
        using var scenario = scenarios();
        var failure = new ShrunkFailure(explored.Program, explored.Trace, violation, 0);
        if (isShown) failure = new FailureShrinker(scenario, violation.Key, cancellation).Shrink(explored.Program, explored.Trace) ?? failure;
        return search with
        {
            Failure = failure,
            Program = [.. failure.Program.Select(scenario.Describe)],
            Replay = new ReplayString(exhibit.Id, target.Scenario, target.Profile, memory, scenario.Engine.MaxPoints, options.Seed,
                failure.Program, failure.Trace).ToString(),
            Seconds = watch.Elapsed.TotalSeconds,
        };
    }

    string StrategyFor(Exhibit exhibit) => options.Strategy ?? (exhibit.Strategy.Length > 0 ? exhibit.Strategy : MuseumOptions.DefaultStrategy);
}
