using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>
/// The reduction held against random executions of the same code: each must be of a class that the exhaustive search has run. With registers, interrupts, posted writes and resets,
/// where nothing enumerates all executions for comparison. A class that is missing shows here, with the seed.
/// </summary>
public sealed class WanderingTests
{
    const ulong Seed = 7;

    [Theory]
    [InlineData("spsc-2x4", "none", "arm", 2_000, 40)]
    [InlineData("blk-ring-2", "strict", "sc", 300, 1)]
    [InlineData("blk-ring-2", "strict", "tso", 300, 2)]
    [InlineData("blk-ring-2", "strict", "arm", 300, 2)]
    [InlineData("blk-ring-2-polling", "strict", "arm", 300, 1)]
    [InlineData("blk-ring-2-reset", "strict", "sc", 300, 10)]
    [InlineData("blk-ring-2-reset", "strict", "arm", 300, 10)]
    [InlineData("blk-reset", "strict", "arm", 200, 10)]
    [InlineData("blk-two-requests", "strict", "sc", 200, 20)]
    [InlineData("blk-two-requests", "strict", "arm", 200, 20)]
    [InlineData("queue-recycle", "strict", "arm", 300, 10)]
    [InlineData("queue-release", "strict", "sc", 200, 20)]
    [InlineData("lock-spin", "shipped", "sc", 500, 20)]
    [InlineData("lock-spin", "shipped", "arm", 500, 20)]
    [InlineData("lock-ticket", "shipped", "sc", 500, 5)]
    [InlineData("lock-ticket", "shipped", "tso", 500, 5)]
    [InlineData("lock-ticket", "shipped", "arm", 500, 5)]
    [InlineData("rcu-teardown", "shipped", "sc", 500, 15)]
    [InlineData("rcu-teardown", "shipped", "arm", 500, 15)]
    public void Random_executions_are_of_known_classes(string name, string profile, string memory, int walks, int atLeast)
    {
        using var scenario = new ScenarioCatalog().Create(name, profile, memory);
        var search = new ReductionSearch { Classes = [] };
        var reducer = new Reducer(search);
        for (long i = 0; reducer.Begin(i); i++) Assert.Null(Execution.Run(scenario, reducer));
        Assert.True(reducer.IsExhaustive, reducer.Bounds);

        var met = new HashSet<Fingerprint>();
        for (int walk = 0; walk < walks; walk++)
        {
            reducer.BeginWandering(Seed, walk);
            Assert.Null(Execution.Run(scenario, reducer));
            var (@class, verdict) = reducer.Ended;
            if (verdict == Verdict.Blocked) continue; // it stood still where another one goes on
            Assert.Equal(Verdict.Complete, verdict); // had it learned something, the search would have been too coarse
            met.Add(@class);
            if (!search.Classes!.Contains(@class))
                Assert.Fail($"walk {walk} of seed {Seed} is of a class that the search has not run: {string.Join(',', scenario.Engine.Trace)}\n{string.Join('\n', reducer.Describe())}");
        }
        Assert.InRange(met.Count, atLeast, int.MaxValue);
    }
}
