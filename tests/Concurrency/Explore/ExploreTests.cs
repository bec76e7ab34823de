using Ringcheck.Testing.Xunit;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Explore;

/// <summary>Tests as a user of the library writes them.</summary>
public sealed class ExploreTests
{
    [Theory]
    [Explore("blk-two-requests", Profile = "strict", Executions = 500, Seed = 1)]
    [Explore("blk-two-requests", Profile = "odd", Memory = "arm", Executions = 500, Seed = 1)]
    [Explore("spsc-2x4", Memory = "arm", Executions = 2_000, Seed = 1, Strategy = "pct")]
    public void Passes(ExploredScenario scenario) => scenario.Passes();

    [Theory, Explore("spsc-4x3", Strategy = "exhaustive", Executions = 100_000)]
    public void Is_exhausted(ExploredScenario scenario) => scenario.Exhausts();

    [Theory, Explore(Executions = 1_000, Seed = 3)]
    public void Own_scenarios_are_explored_too(ExploredScenario scenario) => scenario.Of(() => new Exploration.ToyScenario(Exploration.ToyBug.None)).Passes();

    [Theory, Explore(Executions = 1_000, Seed = 3)]
    public void A_failure_can_be_what_is_expected(ExploredScenario scenario)
        => Assert.Single(scenario.Of(() => new Exploration.ToyScenario(Exploration.ToyBug.IndexBeforeSlot)).Fails("toy/wrong-value").Choices);
}
