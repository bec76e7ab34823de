using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Interrupts;

/// <summary>
/// The kernel's interrupt code in the shipped scenarios. On sequentially consistent memory the small ones are exhausted: every event is handled once, whenever it happens.
/// </summary>
public sealed class IrqScenarioTests
{
    const string Unclaimed = "interrupts that nobody claimed";

    static ExplorationResult Explore(string scenario, string memory, string strategy, long executions)
    {
        IScenario Build() => new ScenarioCatalog().Create(scenario, "none", memory);
        var result = new Explorer(Build, StrategyCatalog.Create(strategy, 1, Build), new(executions)).Run(TestContext.Current.CancellationToken);
        Assert.True(result.Violation is null, $"{result.Violation?.Key}: {result.Violation?.Message}");
        Assert.Empty(Vacuity.Judge(result));
        return result;
    }

    [Theory]
    [InlineData("gic-level")]
    [InlineData("gic-edge")]
    [InlineData("gic-inherited")]
    [InlineData("timer")]
    public void Every_execution_passes(string scenario) => Assert.True(Explore(scenario, "sc", "states", 100_000).Exhausted);

    [Theory]
    [InlineData("gic-level", "arm")]
    [InlineData("gic-edge", "arm-msi")]
    [InlineData("gic-inherited", "arm")]
    [InlineData("serial", "sc")]
    [InlineData("serial", "arm")]
    [InlineData("timer", "arm")]
    [InlineData("apic", "sc")]
    [InlineData("apic", "tso")]
    public void Random_executions_pass(string scenario, string memory) => Explore(scenario, memory, "portfolio", 3_000);

    /// <summary>The guards count what they are named for: levels fall before they are acknowledged, and rise for nothing.</summary>
    [Theory]
    [InlineData("gic-level")]
    [InlineData("apic")]
    public void A_level_may_be_spurious(string scenario)
    {
        var result = Explore(scenario, "sc", "portfolio", 3_000);
        string[] guards = scenario == "apic" ? [Unclaimed] : [Unclaimed, "spurious interrupts"]; // an APIC keeps what a level has sent, though it has fallen
        Assert.All(guards, guard => Assert.NotEqual(0, result.Premises.Single(premise => premise.Name == guard).Count));
    }
}
