using Ringcheck.Models;
using Ringcheck.Models.Checking;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

public sealed class CheckCommandTests : IDisposable
{
    readonly CliBench cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public void The_report_has_the_counts_of_Ring_tla()
    {
        var result = cli.Run("check", "ring", "--size", "2", "--json");
        Assert.Equal(0, result.ExitCode);
        result.HasMembers("model", "size", "states", "generated", "depth", "seconds", "exact", "violations");
        var json = result.Json;
        Assert.Equal("ring", json.GetProperty("model").GetString());
        Assert.Equal(2, json.GetProperty("size").GetInt32());
        Assert.Equal(12_035, json.GetProperty("states").GetInt64());
        Assert.Equal(24_183, json.GetProperty("generated").GetInt64());
        Assert.Equal(85, json.GetProperty("depth").GetInt32());
        Assert.True(json.GetProperty("exact").GetBoolean());
        Assert.Equal("verified", json.GetProperty("outcome").GetString());
        Assert.Equal(0, json.GetProperty("violations").GetArrayLength());
    }

    [Fact]
    public void People_are_told_the_same_and_how_exact_it_is()
    {
        string text = cli.Run("check", "ring").Out;
        Assert.All(new[] { "12,035 states, 24,183 generated, depth 85", "exact: whole states were compared", "verified at this size" }, part => Assert.Contains(part, text));
        string compacted = cli.Run("check", "ring", "--compact").Out;
        Assert.Contains("hash-compacted: the probability of a missed state is below ", compacted);
        Assert.DoesNotContain("verified at this size", compacted);
    }

    [Fact]
    public void A_search_that_was_cut_off_is_bounded()
    {
        var result = cli.Run("check", "ring", "--states", "100");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("bounded:", result.Out);
        Assert.DoesNotContain("verified at", result.Out);
        Assert.Equal("bounded", cli.Run("check", "ring", "--states", "100", "--json").Json.GetProperty("outcome").GetString());
    }

    [Fact]
    public void A_violation_is_shown_with_numbered_actions_and_exit_code_1()
    {
        cli.Models = [Broken(1)];
        var result = cli.Run("check", "broken");
        Assert.Equal(1, result.ExitCode);
        string[] wanted =
        [
            "VIOLATION no-loss", "a completion was lost", "split.driver.updating-idx.1", "Publish the index last.",
            "   1. driver: publish", "from here on, for ever", "   2. device: nothing",
        ];
        Assert.All(wanted, part => Assert.Contains(part, result.Out));
        var violation = Assert.Single(cli.Run("check", "broken", "--json").Json.GetProperty("violations").EnumerateArray());
        CliResult.HasMembers(violation, "property", "clauses", "message", "mend", "trace", "cycleStart");
    }

    [Fact]
    public void Stopped_by_the_user_it_is_not_verified()
    {
        cli.Stop.Cancel();
        var result = cli.Run("check", "ownership", "--size", "4");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("stopped:", result.Out);
    }

    [Theory]
    [InlineData("check which model? known: ring")]
    [InlineData("'rings'; did you mean 'ring'?", "rings")]
    [InlineData("has no size 9; its sizes are 1, 2, 3, 4", "ring", "--size", "9")]
    [InlineData("--size takes a whole number, 1 or more, not 'two'", "ring", "--size", "two")]
    [InlineData("'check' does not take 'ownership'", "ring", "ownership")]
    public void Bad_usage_is_one_clear_line(string words, params string[] arguments) => cli.Run(["check", .. arguments]).IsBadUsage(words);

    static CatalogModel Broken(int states) => new("broken", "a model that is wrong", [1], 1, (size, _) => new CheckResult
    {
        Model = "broken",
        Size = size,
        States = states,
        Generated = states,
        Depth = 1,
        Seconds = 0.5,
        Exact = true,
        CollisionProbability = 0,
        Outcome = CheckOutcome.Violated,
        Violations = [new("no-loss", ["split.driver.updating-idx.1"], "a completion was lost", "Publish the index last.", ["driver: publish", "device: nothing"], 1)],
        Unchecked = [],
    });
}
