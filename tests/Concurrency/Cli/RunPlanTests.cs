using Ringcheck.Cli;
using Ringcheck.Cli.Exploring;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

/// <summary>Which explorations a command line asks for, of the shipped scenarios.</summary>
public sealed class RunPlanTests
{
    static IReadOnlyList<PlannedRun> Plan(string memory, params string[] names) => RunPlan.Of(new ScenarioCatalog().Scenarios, names, "strict", all: false, memory);

    /// <summary>Before anything runs, and in one line.</summary>
    [Fact]
    public void What_cannot_be_on_a_memory_is_named_and_nothing_else()
    {
        var refused = Assert.Throws<CommandException>(() => Plan("arm", "boot-pc", "blk-read", "boot-pc-legacy"));
        Assert.Equal("not on memory 'arm': 'boot-pc' (it has sc, tso), 'boot-pc-legacy' (it has sc, tso); leave them out, or choose another memory", refused.Message);
        Assert.Equal("not on memory 'arm': 'boot-pc' (it has sc, tso); leave it out, or choose another memory", Assert.Throws<CommandException>(() => Plan("arm", "boot-pc")).Message);
        Assert.Equal(2, Plan("tso", "boot-pc", "blk-read").Count);
    }

    /// <summary>All of a device's, but what cannot be on the memory or has no such profile.</summary>
    [Fact]
    public void A_name_with_a_star_stands_for_all_that_begin_so()
    {
        var all = new ScenarioCatalog().Scenarios.Where(scenario => scenario.Name.StartsWith("entropy", StringComparison.Ordinal)).ToList();
        Assert.Equal(all.Select(scenario => scenario.Name), Plan("tso", "entropy*").Select(run => run.Scenario));
        Assert.Equal(all.Where(scenario => scenario.RunsOn("arm")).Select(scenario => scenario.Name), Plan("arm", "entropy*", "entropy").Select(run => run.Scenario));
        Assert.NotEqual(all.Count, Plan("arm", "entropy*").Count);
        Assert.Equal("no scenario's name begins with 'floppy'; 'ringcheck list' shows what there is", Assert.Throws<CommandException>(() => Plan("sc", "floppy*")).Message);
        Assert.Equal("of the scenarios whose names begin with 'spsc', none has that profile on that memory", Assert.Throws<CommandException>(() => Plan("sc", "spsc*")).Message);
    }
}
