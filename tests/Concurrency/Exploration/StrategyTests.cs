using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>What strategies promise: the same result each time and for any number of workers, minimal first, no allocation.</summary>
public sealed class StrategyTests
{
    static readonly ScenarioCatalog Catalog = new();

    static ExplorationResult Explore(Func<IScenario> make, string strategy, long executions, int jobs = 1)
        => new Explorer(make, StrategyCatalog.Create(strategy, 7, make), new(executions, Jobs: jobs)).Run(TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("random")]
    [InlineData("pct")]
    public void The_result_does_not_depend_on_the_number_of_workers(string strategy)
    {
        var one = Explore(() => new ToyScenario(ToyBug.Both), strategy, 5_000);
        var two = Explore(() => new ToyScenario(ToyBug.Both), strategy, 5_000, jobs: 3);
        Assert.NotNull(one.Violation);
        Assert.Equal(one.Violation, two.Violation);
        Assert.Equal(one.Executions, two.Executions);
        Assert.Equal(one.Points, two.Points);
        Assert.Equal(one.Trace, two.Trace);
    }

    [Theory]
    [InlineData("random", ToyBug.IndexBeforeSlot, "toy/wrong-value")]
    [InlineData("pct", ToyBug.IndexBeforeSlot, "toy/wrong-value")]
    [InlineData("deepening", ToyBug.IndexBeforeSlot, "toy/wrong-value")]
    [InlineData("states", ToyBug.IndexBeforeSlot, "toy/wrong-value")]
    [InlineData("random", ToyBug.NoRecheck, "lost-notification/nobody-runs")]
    [InlineData("pct", ToyBug.NoRecheck, "lost-notification/nobody-runs")]
    [InlineData("deepening", ToyBug.NoRecheck, "lost-notification/nobody-runs")]
    [InlineData("states", ToyBug.NoRecheck, "lost-notification/nobody-runs")]
    public void Each_strategy_finds_each_toy_bug(string strategy, ToyBug bug, string key)
        => Assert.Equal(key, Explore(() => new ToyScenario(bug), strategy, 5_000).Violation?.Key);

    [Fact]
    public void Only_a_finished_search_is_called_exhausted()
    {
        Assert.True(Explore(() => new ToyScenario(ToyBug.None), "states", 100_000).Exhausted);
        Assert.True(Explore(() => new ToyScenario(ToyBug.None), "deepening", 100_000).Exhausted);
        Assert.False(Explore(() => new ToyScenario(ToyBug.None), "states", 3).Exhausted);
        Assert.False(Explore(() => new ToyScenario(ToyBug.None), "random", 1_000).Exhausted);
    }

    [Fact]
    public void Deepening_finds_the_fewest_deviations_first()
    {
        var result = Explore(() => new ToyScenario(ToyBug.IndexBeforeSlot), "deepening", 5_000);
        Assert.Single(result.Trace);
    }

    [Theory]
    [InlineData("spsc-4x3", "none")]
    [InlineData("blk-two-requests", "strict")]
    [InlineData("blk-reset", "odd")]
    public void An_execution_allocates_nothing(string name, string profile)
    {
        using var scenario = Catalog.Create(name, profile, "sc");
        var strategy = new RandomWalk(1);
        // Tiered compilation settles first: until then, the runtime boxes awaiters that it later keeps in registers.
        long allocated = long.MaxValue;
        for (int round = 0; round < 60 && allocated != 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 500; i++)
            {
                strategy.Begin(i);
                Assert.Null(Execution.Run(scenario, strategy));
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Thread.Sleep(20);
        }
        Assert.Equal(0, allocated);
    }

    /// <summary>Plain <c>dotnet test</c> builds Debug: without optimisation async methods become classes and each execution allocates.</summary>
    [Fact]
    public void Sources_are_optimised_in_both_configurations()
    {
        foreach (var type in new[] { typeof(Engine), typeof(Ringcheck.Devices.Ram), typeof(ScenarioCatalog), typeof(Ringcheck.Kernel.DriverStatus), typeof(StrategyTests) })
        {
            var attribute = (System.Diagnostics.DebuggableAttribute?)Attribute.GetCustomAttribute(type.Assembly, typeof(System.Diagnostics.DebuggableAttribute));
            Assert.False(attribute?.IsJITOptimizerDisabled ?? false, type.Assembly.GetName().Name);
        }
    }
}
