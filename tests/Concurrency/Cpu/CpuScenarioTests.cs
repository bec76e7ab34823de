using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cpu;

/// <summary>
/// The scenarios of CPUs, each explored to the end. Counts are pinned: one that changes says that kernel, model or scenario has changed, and somebody
/// has to say why. (What each of them finds is shown by its museum exhibit and by <see cref="MissingStepTests"/>.)
/// </summary>
public sealed class CpuScenarioTests
{
    static readonly ScenarioCatalog Catalog = new();

    [Theory]
    [InlineData("cpu-boot", "isb-after-switch", 201)]
    [InlineData("cpu-code", "none", 221)]
    [InlineData("cpu-switch", "none", 26)]
    [InlineData("cpu-unmap", "both", 3_904)]
    [InlineData("cpu-unmap", "change", 299)]
    [InlineData("cpu-idle", "none", 2_003)]
    [InlineData("cpu-mmu-off", "none", 79)]
    public void Shipped_code_passes_in_every_execution(string scenario, string profile, long executions)
    {
        var result = Explore(scenario, profile, () => new Exhaustive(Pruning.SeenStates));
        Assert.True(result.Violation is null, result.Violation?.Message);
        Assert.True(result.Exhausted);
        Assert.Empty(Vacuity.Judge(result));
        Assert.Empty(result.Advice);
        Assert.Equal(executions, result.Executions);
    }

    /// <summary>Three CPUs have too many states for a test; all of them were searched once (docs/cpu-ordering.md).</summary>
    [Fact]
    public void Shoot_down_over_three_cpus_passes_with_up_to_three_deviations()
    {
        var result = Explore("cpu-unmap", "shoot-down", () => new Exhaustive(Pruning.SeenStates, maxDeviations: 3));
        Assert.True(result.Violation is null, result.Violation?.Message);
        Assert.False(result.Exhausted); // the bound has cut something off, and that is said
        Assert.Empty(Vacuity.Judge(result));
        Assert.Equal(3_713, result.Executions);
    }

    /// <summary>The oracle of pruning, as for the other scenarios.</summary>
    [Theory]
    [InlineData("cpu-boot", "isb-after-switch", 2)]
    [InlineData("cpu-code", "none", 2)]
    [InlineData("cpu-switch", "none", int.MaxValue)]
    [InlineData("cpu-unmap", "both", 2)]
    [InlineData("cpu-unmap", "change", 2)]
    [InlineData("cpu-idle", "none", 2)]
    [InlineData("cpu-mmu-off", "none", 3)]
    [InlineData("cpu-boot", "no-barriers", 2)]
    public void Full_search_sees_the_same_states_and_failures_as_pruned(string scenario, string profile, int maxDeviations)
    {
        var full = Search(scenario, profile, new(Pruning.CountOnly, maxDeviations));
        var pruned = Search(scenario, profile, new(Pruning.SeenStates, maxDeviations));
        Assert.True(full.States.SetEquals(pruned.States), $"{full.States.Count} states and {pruned.States.Count} pruned");
        Assert.Equal(full.Failures, pruned.Failures);
    }

    static (FingerprintTable States, SortedSet<string> Failures) Search(string name, string profile, Exhaustive strategy)
    {
        using var scenario = Catalog.Create(name, profile, "sc");
        var failures = new SortedSet<string>(StringComparer.Ordinal);
        for (int i = 0; strategy.Begin(i); i++)
        {
            if (Execution.Run(scenario, strategy) is { } violation) failures.Add(violation.Key);
        }
        return (strategy.Seen, failures);
    }

    static ExplorationResult Explore(string scenario, string profile, Func<Strategy> strategy)
        => new Explorer(() => Catalog.Create(scenario, profile, "sc"), strategy, new(1_000_000)).Run();
}
