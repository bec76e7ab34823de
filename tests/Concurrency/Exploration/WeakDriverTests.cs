using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>
/// The shipped driver on a ring of 2, strict device, in every execution of so few deviations: schedules, older loads, stores that take an earlier place, late register writes. Counts
/// are pinned, so that a search which leaves something out shows.
/// </summary>
public sealed class WeakDriverTests
{
    [Theory]
    [InlineData("sc", 1, 2, 283, 724)]
    [InlineData("tso", 1, 2, 852, 12_088)]
    [InlineData("arm", 1, 2, 879, 12_482)]
    [InlineData("sc", 2, 2, 733, 4_705)]
    [InlineData("tso", 2, 2, 1_649, 30_647)]
    [InlineData("arm", 2, 2, 1_726, 32_218)]
    [InlineData("sc", 1, 3, 761, 1_062)]
    [InlineData("tso", 1, 3, 12_255, 115_120)]
    [InlineData("arm", 1, 3, 12_649, 119_126)]
    public void The_driver_passes(string memory, int requests, int deviations, long executions, long states)
    {
        using var scenario = new ScenarioCatalog().Create("blk-ring-2", "strict", memory);
        if (requests == 1) scenario.Program = [scenario.Program[0], scenario.Program[^1]];
        var strategy = new Exhaustive(Pruning.SeenStates, deviations);
        long count = 0;
        for (; strategy.Begin(count); count++)
        {
            if (Execution.Run(scenario, strategy, audited: count % Execution.AuditEvery == 0) is { } violation)
                Assert.Fail($"{violation.Key}: {string.Join(',', scenario.Engine.Trace)}");
        }
        Assert.True(strategy.WasBounded); // by the deviations, and by nothing else: the search came to its end
        Assert.Equal($"at most {deviations} deviations", strategy.Bounds);
        Assert.Equal((executions, states), (count, strategy.States));
    }
}
