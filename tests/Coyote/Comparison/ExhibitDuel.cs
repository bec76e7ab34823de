using Ringcheck.Exploration;
using Ringcheck.Museum;

namespace Ringcheck.Tests.Coyote;

/// <summary>One engine looking for one exhibit.</summary>
/// <param name="Key">What it found, as monitor/rule; null if nothing.</param>
/// <param name="Executions">Until it was found, or all that were run.</param>
internal sealed record DuelRun(string Engine, string Memory, string? Key, long Executions, double Seconds);

/// <summary>
/// One exhibit, looked for by our engine on the memory that it is shown on, and by other engines on sequentially consistent memory, which is all they know.
/// All choose at random, with the same budget for each scenario.
/// </summary>
internal sealed record ExhibitDuel(Exhibit Exhibit, ExhibitTarget Target, DuelRun Ours, IReadOnlyList<DuelRun> Others)
{
    const string SequentiallyConsistent = Exhibit.SequentiallyConsistent;

    /// <summary>True if the bug does not exist under sequential consistency: then an engine that knows no other memory cannot find it.</summary>
    public bool NeedsWeakMemory => Exhibit.NotOn.Contains(SequentiallyConsistent);

    public bool IsFound(DuelRun run) => run.Key is { } key && Exhibit.IsExpected(key);

    /// <summary>True if this run is as it must be: found, unless the bug needs a weaker memory than the engine knows; then nothing at all.</summary>
    public bool IsAsExpected(DuelRun run) => NeedsWeakMemory && run.Memory == SequentiallyConsistent ? run.Key is null : IsFound(run);

    /// <summary>Compiles one exhibit and lets all engines look for it.</summary>
    /// <exception cref="ExhibitException">It cannot be compiled.</exception>
    public static ExhibitDuel On(Exhibit exhibit, IReadOnlyList<(IControlledRuntime Runtime, string Strategy)> others, uint budget, uint seed, CancellationToken cancellation = default)
    {
        using var compiled = new ExhibitCompiler().Compile(exhibit);
        string memory = exhibit.FoundOn[0];
        ExhibitTarget target = exhibit.Targets[0];
        DuelRun? ours = null;
        foreach (var each in exhibit.Targets)
        {
            target = each;
            Func<IScenario> scenarios = () => compiled.Catalog.Create(each.Scenario, each.Profile, memory);
            var result = new Explorer(scenarios, () => new RandomWalk(seed), new(budget)).Run(cancellation);
            ours = Add(ours, new("Ringcheck", memory, result.Violation?.Key, result.Executions, result.Seconds));
            if (result.Violation is not null) break;
        }
        string theirMemory = exhibit.FoundOn.Contains(SequentiallyConsistent) || exhibit.NotOn.Contains(SequentiallyConsistent) ? SequentiallyConsistent : memory;
        return new(exhibit, target, ours!, [.. others.Select(other => Search(compiled, other.Runtime, other.Strategy, theirMemory, budget, seed))]);
    }

    static DuelRun Search(CompiledExhibit compiled, IControlledRuntime runtime, string strategy, string memory, uint budget, uint seed)
    {
        DuelRun? all = null;
        foreach (var target in compiled.Exhibit.Targets)
        {
            var found = new ControlledExploration(runtime, () => compiled.Catalog.Create(target.Scenario, target.Profile, memory)).Run(new(strategy, budget, seed));
            all = Add(all, new(runtime.Name, memory, found.Result.Violation?.Key, found.Result.Executions, found.Result.Seconds));
            if (all.Key is not null) break;
        }
        return all!;
    }

    static DuelRun Add(DuelRun? before, DuelRun run)
        => before is null ? run : run with { Executions = before.Executions + run.Executions, Seconds = before.Seconds + run.Seconds };
}
