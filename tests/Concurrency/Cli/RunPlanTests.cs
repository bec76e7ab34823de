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
}
