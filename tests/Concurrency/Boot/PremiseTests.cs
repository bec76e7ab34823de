using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Boot;

/// <summary>Workers add up what they have met place by place: the list must be the same for a scenario that has met nothing yet.</summary>
public sealed class PremiseTests
{
    [Theory]
    [InlineData("boot-virt")]
    [InlineData("boot-pc")]
    public void Premises_are_the_same_before_and_after_an_execution(string name)
    {
        using var scenario = new ScenarioCatalog().Create(name, "strict", "tso");
        string[] before = [.. scenario.Premises.Select(premise => premise.Name)];
        Assert.Null(Execution.Run(scenario, PlainRun.Instance));
        Assert.Equal(before, scenario.Premises.Select(premise => premise.Name));
    }
}
