using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Ringcheck.Testing;
using Ringcheck.Testing.Xunit;
using Ringcheck.Tests.Concurrency.Cli;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Explore;

/// <summary>What a test that explores says: when it fails, when it passes, and when it showed nothing.</summary>
public sealed class ExploreReportTests
{
    static readonly ExplorationPlan Toy = new() { Scenario = ToyCatalog.Race, Strategy = "random", Executions = 1_000, Seed = 5 };

    static ExploredScenario Explored(ExplorationPlan plan, IScenarioCatalog? catalog = null) => new(plan, catalog) { Variables = static _ => null };

    static ExploredScenario Explored(string scenario) => Explored(Toy with { Scenario = scenario }, new ToyCatalog());

    [Fact]
    public void A_failure_holds_all_that_is_needed_to_understand_and_repeat_it()
    {
        var failure = Assert.Throws<ExplorationFailedException>(() => Explored(ToyCatalog.Race).Passes());
        var lines = failure.Message.Split('\n');
        Assert.StartsWith("toy-race (strict), memory sc, random: VIOLATION toy-monitor/lost-update in execution ", lines[0]);
        Assert.Contains("rc1:-:toy-race:strict:sc:", lines[1]);
        Assert.Contains("an increment was lost", failure.Message);
        Assert.Contains("clause split.driver.updating-idx.1 (virtio 1.4, ", failure.Message);
        Assert.Contains("mend   Make the increment atomic.", failure.Message);
        Assert.Contains("1 operation:\n     1. increment by 1", failure.Message);
        Assert.Contains("1 choice, all else plain:\n     - at step ", failure.Message);
        string file = Assert.Single(lines, static line => line.StartsWith("  trace file: ", StringComparison.Ordinal))["  trace file: ".Length..];
        Assert.Equal("toy-monitor/lost-update", TraceFile.Read(file).File.Violation.Key);
    }

    /// <summary>The driver without the barrier between publishing and looking whether to notify: an ordering failure, explained.</summary>
    [Fact]
    public void What_a_test_prints_the_command_replays()
    {
        var weakened = new WeakenedCatalog(new ScenarioCatalog(), BarrierReplacement.Parse("barrier/SplitQueue.Notify=none"));
        var explored = Explored(new ExplorationPlan { Scenario = "queue-notify", Memory = "arm", Executions = 2_000 }).On(weakened);
        var finding = explored.Fails("lost-notification/available-buffer");
        Assert.NotEmpty(finding.Violation.Explanation);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(finding.Page!), StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"page: {finding.Page}", string.Join('\n', FailureText.Lines(finding)));
        Assert.Contains(finding.Violation.Explanation[0], string.Join('\n', FailureText.Lines(finding)));
        using var cli = new CliBench { Catalog = weakened };
        Assert.Equal(1, cli.Run("replay", finding.Replay!.ToString()).ExitCode);
        cli.Catalog = new ScenarioCatalog();
        Assert.NotEqual(1, cli.Run("replay", finding.Replay!.ToString()).ExitCode);
    }

    [Fact]
    public void The_line_of_ones_own_scenario_is_replayed_by_the_test()
    {
        var own = Explored(new ExplorationPlan { Scenario = "", Executions = 1_000 }).Of(static () => new Exploration.ToyScenario(Exploration.ToyBug.IndexBeforeSlot), "my-ring");
        string message = Assert.Throws<ExplorationFailedException>(() => own.Passes()).Message;
        int begin = message.IndexOf(".Replays(\"", StringComparison.Ordinal) + ".Replays(\"".Length;
        string line = message[begin..message.IndexOf('"', begin)];
        Assert.Contains("toy/wrong-value", Assert.Throws<ExplorationFailedException>(() => own.Replays(line)).Message);
        own.Of(static () => new Exploration.ToyScenario(Exploration.ToyBug.None), "my-ring").Replays(line);
        Assert.Throws<BadInputException>(() => own.Replays(line[..^1]));
    }

    [Theory]
    [InlineData(ToyCatalog.Vacuous, "vacuity/the-counter-was-incremented")]
    [InlineData(ToyCatalog.Idle, "vacuity/no-scheduling-point")]
    public void What_shows_nothing_fails(string scenario, string key)
    {
        string message = Assert.Throws<ExplorationFailedException>(() => Explored(scenario).Passes()).Message;
        Assert.Contains("VACUOUS", message);
        Assert.Contains(key, message);
    }

    [Fact]
    public void Bounded_and_exhausted_are_told_apart()
    {
        Assert.Contains("bounded, which is not verified", Explored(ToyCatalog.Safe).Passes().Verdict);
        var search = Explored(Toy with { Scenario = ToyCatalog.Safe, Strategy = "exhaustive" }, new ToyCatalog());
        Assert.Contains("exhausted, all", search.Exhausts().Verdict);
        Assert.Contains("did not end by itself", Assert.Throws<ExplorationFailedException>(() => Explored(ToyCatalog.Safe).Exhausts()).Message);
    }

    [Fact]
    public void A_failure_that_was_expected_and_is_not_found_fails()
    {
        Assert.Contains("toy-monitor/lost-update was expected", Assert.Throws<ExplorationFailedException>(() => Explored(ToyCatalog.Safe).Fails("toy-monitor/lost-update")).Message);
        Assert.Equal("toy-monitor/lost-update", Explored(ToyCatalog.Race).Fails("toy-monitor/lost-update").Violation.Key);
    }

    [Theory]
    [InlineData("no-such", "strict", "sc", "random", "no-such")]
    [InlineData("blk-read", "no-such", "sc", "random", "no-such")]
    [InlineData("blk-read", "strict", "no-such", "random", "no-such")]
    [InlineData("blk-read", "strict", "sc", "no-such", "no-such")]
    [InlineData("", "", "sc", "random", "no scenario")]
    public void What_does_not_exist_is_named(string scenario, string profile, string memory, string strategy, string named)
    {
        var explored = Explored(new ExplorationPlan { Scenario = scenario, Profile = profile, Memory = memory, Strategy = strategy });
        Assert.Contains(named, Assert.Throws<BadInputException>(() => explored.Passes()).Message);
    }

    [Fact]
    public void Variables_reach_the_exploration()
    {
        var raised = new ExploredScenario(Toy with { Scenario = ToyCatalog.Safe }, new ToyCatalog()) { Variables = static name => name == BudgetVariables.Executions ? "1234" : null };
        Assert.Equal(1_234, raised.Passes().Result.Executions);
        var bad = new ExploredScenario(Toy with { Scenario = ToyCatalog.Safe }, new ToyCatalog()) { Variables = static name => name == BudgetVariables.Seed ? "x" : null };
        Assert.Contains(BudgetVariables.Seed, Assert.Throws<BadInputException>(() => bad.Passes()).Message);
    }

    [Fact]
    public void Without_a_profile_it_is_the_first()
        => Assert.Equal("strict", Explored(new ExplorationPlan { Scenario = "blk-two-requests", Executions = 10 }).Run().Plan.Profile);
}
