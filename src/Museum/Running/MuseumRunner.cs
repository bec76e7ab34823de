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
        int next = 0;
        Exception? broken = null;
        void Work()
        {
            for (int i; (i = Interlocked.Increment(ref next) - 1) < exhibits.Count && broken is null && !cancellation.IsCancellationRequested;)
            {
                try
                {
                    lock (gate) started?.Invoke(exhibits[i]);
                    results[i] = Run(exhibits[i], cancellation);
                    lock (gate) done?.Invoke(results[i]!);
                }
                catch (Exception exception)
                {
                    broken ??= exception;
                }
            }
        }
        var workers = new Thread[Math.Clamp(options.Jobs, 1, Math.Max(1, exhibits.Count))];
        for (int i = 0; i < workers.Length; i++)
        {
            // A deep stack: shrinking runs driver code on this thread, and that may recurse without end.
            workers[i] = new Thread(Work, 16 << 20) { IsBackground = true, Name = "museum" };
            workers[i].Start();
        }
        foreach (var worker in workers) worker.Join();
        if (broken is not null) throw broken is ExhibitException ? broken : new InvalidOperationException(broken.Message, broken);
        return [.. results.OfType<ExhibitResult>()];
    }

    ExhibitResult Run(Exhibit exhibit, CancellationToken cancellation)
    {
        using var compiled = compiler.Compile(exhibit);
        long executions = 0;
        double seconds = 0;
        ExhibitResult? result = null;
        foreach (var target in Targets(exhibit))
        {
            result = Search(compiled, target, cancellation);
            executions += result.Executions;
            seconds += result.Seconds;
            if (result.Failure is not null || result.Interrupted) break;
        }
        return result! with { Executions = executions, Seconds = seconds };
    }

    IEnumerable<ExhibitTarget> Targets(Exhibit exhibit) => options.Profile is { } profile
        ? exhibit.Targets.Select(target => target with { Profile = profile }).Distinct() : exhibit.Targets;

    ExhibitResult Search(CompiledExhibit compiled, ExhibitTarget target, CancellationToken cancellation)
    {
        var exhibit = compiled.Exhibit;
        var watch = Stopwatch.StartNew();
        Func<IScenario> scenarios = () => compiled.Catalog.Create(target.Scenario, target.Profile, options.Memory);
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
        var result = new ExhibitResult
        {
            Exhibit = exhibit,
            Target = target,
            Executions = explored.Executions,
            Seconds = watch.Elapsed.TotalSeconds,
            Interrupted = explored.Interrupted,
        };
        if (explored.Violation is not { } violation) return result;
        using var scenario = scenarios();
        var shrunk = new FailureShrinker(scenario, violation.Key, cancellation).Shrink(explored.Program, explored.Trace)
            ?? new ShrunkFailure(explored.Program, explored.Trace, violation, 0);
        return result with
        {
            Failure = shrunk,
            Program = [.. shrunk.Program.Select(scenario.Describe)],
            Replay = new ReplayString(exhibit.Id, target.Scenario, target.Profile, options.Memory, scenario.Engine.MaxPoints, options.Seed,
                shrunk.Program, shrunk.Trace).ToString(),
            Seconds = watch.Elapsed.TotalSeconds,
        };
    }

    string StrategyFor(Exhibit exhibit) => options.Strategy ?? (exhibit.Strategy.Length > 0 ? exhibit.Strategy : MuseumOptions.DefaultStrategy);
}
