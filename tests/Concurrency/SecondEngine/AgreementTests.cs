using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Ringcheck.Tests.Concurrency.Exploration;
using Ringcheck.Tests.Coyote;
using Xunit;

namespace Ringcheck.Tests.Concurrency.SecondEngine;

/// <summary>
/// Two engines on scenarios small enough to be exhausted: the same final states and the same verdicts. The second one is the stand-in here; with Coyote
/// in its place, tests/Coyote asks the same (docs/coyote.md).
/// </summary>
public sealed class AgreementTests
{
    static readonly ScenarioCatalog Catalog = new();

    static Agreement On(Func<IScenario> make, string strategy) => Agreement.On("scenario", make, new StandInRuntime(), strategy, theirBudget: 20_000);

    /// <summary>Not only the same states: the same number of executions, which would differ with a decision too many or too few.</summary>
    [Fact]
    public void Every_schedule_of_the_small_ring_is_tried_by_both()
    {
        var agreement = On(static () => Catalog.Create("spsc-4x3", "none", "sc"), "dfs");
        Assert.True(agreement.Holds, agreement.Words);
        Assert.True(agreement.Theirs.IsComplete);
        Assert.Equal(4, agreement.Ours.FinalStates.Count);
        Assert.Equal(1_594, agreement.Ours.Executions);
        Assert.Equal(1_594, agreement.Theirs.Executions);
    }

    [Fact]
    public void At_random_the_other_engine_comes_to_every_final_state()
    {
        var agreement = On(static () => Catalog.Create("spsc-2x4", "none", "sc"), "random");
        Assert.True(agreement.Holds, agreement.Words);
        Assert.Equal(9, agreement.Ours.FinalStates.Count);
    }

    [Theory]
    [InlineData(ToyBug.None)]
    [InlineData(ToyBug.IndexBeforeSlot, "toy/wrong-value")]
    [InlineData(ToyBug.NoRecheck, "lost-notification/nobody-runs")]
    [InlineData(ToyBug.Both, "lost-notification/nobody-runs", "toy/wrong-value")]
    public void Both_find_the_same_failures(ToyBug bug, params string[] keys)
    {
        var agreement = On(() => new ToyScenario(bug), "dfs");
        Assert.True(agreement.Holds, agreement.Words);
        Assert.True(agreement.Theirs.IsComplete);
        Assert.Equal(keys, agreement.Ours.Keys);
        Assert.Equal(agreement.Ours.Executions, agreement.Theirs.Executions);
    }

    [Fact]
    public void A_difference_is_seen()
    {
        var agreement = On(static () => new ToyScenario(ToyBug.None, produced: 1), "dfs");
        Assert.True(agreement.Holds);
        var lessStates = agreement with { Theirs = agreement.Theirs with { FinalStates = [] } };
        Assert.False(lessStates.Holds);
        Assert.Contains("but 0 final states", lessStates.Words);
        var otherVerdict = agreement with { Theirs = agreement.Theirs with { Keys = ["toy/wrong-value"] } };
        Assert.False(otherVerdict.Holds);
        Assert.Contains("toy/wrong-value", otherVerdict.Words);
    }
}
