using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Smp;

/// <summary>The block driver on several CPUs: clean as shipped, and what is left out or misplaced on purpose is found.</summary>
public sealed class BlkSmpTests
{
    static readonly ScenarioCatalog Catalog = new();

    [Theory]
    [InlineData("blk-smp-submit", "strict", "arm", "random")]
    [InlineData("blk-smp-submit", "odd", "tso", "random")]
    [InlineData("blk-smp-irq", "strict", "arm", "pct")]
    [InlineData("blk-smp-irq", "qemu", "arm", "random")]
    [InlineData("blk-smp-queues", "strict", "arm", "random")]
    [InlineData("blk-smp-queues", "odd", "tso", "pct")]
    [InlineData("blk-smp-reset", "strict", "arm", "random")]
    [InlineData("blk-smp-reset", "odd", "sc", "pct")]
    [InlineData("blk-smp-remove", "strict", "arm", "random")]
    public void Shipped_code_is_clean(string scenario, string profile, string memory, string strategy)
    {
        var result = Explore(scenario, profile, memory, strategy, executions: 400);
        Assert.True(result.Violation is null, $"{result.Violation?.Key}: {result.Violation?.Message}");
        Assert.Equal(400, result.Executions);
        Assert.All(result.Premises, premise => Assert.True(premise.Count > 0 || !premise.Required, premise.Name));
    }

    [Theory]
    [InlineData("blk-smp-submit", "no-lock", "ownership")]
    [InlineData("blk-smp-submit", "kick-outside", "ownership", "lost-notification", "notification", "data-integrity")]
    [InlineData("blk-smp-irq", "handler-without-lock", "lost-notification")]
    [InlineData("blk-smp-irq", "no-mask", "locks")]
    [InlineData("blk-smp-queues", "no-lock", "ownership", "lost-notification", "notification", "data-integrity")]
    [InlineData("blk-smp-reset", "reset-without-lock", "refusal", "ownership", "lifecycle", "completion")]
    [InlineData("blk-smp-reset", "reused-early", "ownership")]
    [InlineData("blk-smp-remove", "no-grace-period", "rcu")]
    public void What_is_wrong_is_found(string scenario, string wrong, params string[] monitors)
    {
        var result = Explore(scenario, wrong, "sc", "random", executions: 10_000);
        Assert.True(result.Violation is not null, $"nothing found in {result.Executions} executions");
        Assert.Contains(result.Violation.Monitor, monitors);
    }

    /// <summary>
    /// An execution allocates nothing once everything has grown, baton and locks included: on the first CPU's thread, which is this one. (With devices, a frame
    /// may come back on another thread than it was rented on: then some are made anew.)
    /// </summary>
    [Theory]
    [InlineData("lock-spin", "shipped")]
    [InlineData("lock-irq", "shipped")]
    public void Executions_allocate_nothing(string name, string profile)
    {
        using var scenario = Catalog.Create(name, profile, "arm");
        var random = new RandomWalk(1);
        // Tiered compilation settles first.
        long allocated = long.MaxValue;
        for (int round = 0; round < 60 && allocated != 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                random.Begin(i);
                Assert.Null(Execution.Run(scenario, random));
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Thread.Sleep(20);
        }
        Assert.Equal(0, allocated);
    }

    static ExplorationResult Explore(string scenario, string profile, string memory, string strategy, long executions)
    {
        Func<IScenario> scenarios = () => Catalog.Create(scenario, profile, memory);
        return new Explorer(scenarios, StrategyCatalog.Create(strategy, 0, scenarios), new(executions)).Run(TestContext.Current.CancellationToken);
    }
}
