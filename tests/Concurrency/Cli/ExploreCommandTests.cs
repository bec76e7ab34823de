using System.Text.Json;
using Ringcheck.Cli.Exploring;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

public sealed class ExploreCommandTests : IDisposable
{
    readonly CliBench cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public void Without_a_scenario_the_tour_is_explored_within_the_default_budget()
    {
        var result = cli.Run("explore", "--json");
        Assert.Equal(0, result.ExitCode);
        var run = Assert.Single(result.Json.GetProperty("runs").EnumerateArray());
        CliResult.HasMembers(run, "scenario", "strategy", "memory", "profile", "seed", "executions", "points", "seconds", "exhausted", "bounds", "violations");
        Assert.Equal("toy-safe", run.GetProperty("scenario").GetString());
        Assert.Equal("portfolio", run.GetProperty("strategy").GetString());
        Assert.Equal("sc", run.GetProperty("memory").GetString());
        Assert.Equal(10_000, run.GetProperty("executions").GetInt64());
        Assert.False(run.GetProperty("exhausted").GetBoolean());
    }

    [Fact]
    public void A_named_scenario_is_explored_under_each_of_its_profiles()
    {
        var runs = cli.Run("explore", "toy-race", "--json").Json.GetProperty("runs").EnumerateArray();
        Assert.Equal(["strict", "odd"], runs.Select(run => run.GetProperty("profile").GetString()));
    }

    [Fact]
    public void A_violation_is_shrunk_reported_and_kept()
    {
        var result = cli.Run("explore", "toy-race", "--profile", "strict", "--json");
        Assert.Equal(1, result.ExitCode);
        var violation = Assert.Single(result.Json.GetProperty("runs")[0].GetProperty("violations").EnumerateArray());
        CliResult.HasMembers(violation, "monitor", "clauses", "message", "replay", "operations", "choices");
        Assert.Equal("toy-monitor", violation.GetProperty("monitor").GetString());
        Assert.Equal(["increment by 1"], Texts(violation.GetProperty("operations")));
        Assert.Equal(["at step 2 of cpu0: blk runs instead"], Texts(violation.GetProperty("choices")));
        Assert.StartsWith("rc1:", violation.GetProperty("replay").GetString());
        Assert.True(File.Exists(cli.PathOf(violation.GetProperty("traceFile").GetString()!)));
        Assert.Empty(Directory.EnumerateFiles(cli.PathOf("ringcheck-traces"), "*.tmp"));
    }

    [Fact]
    public void People_are_shown_the_replay_line_the_clause_the_mend_and_the_sequence()
    {
        var result = cli.Run("explore", "toy-race", "--profile", "strict");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Error);
        string[] wanted =
        [
            "  ringcheck replay rc1:", "toy-monitor", "lost-update", "split.driver.updating-idx.1", "an increment was lost",
            "Make the increment atomic.", "1. increment by 1", "at step 2 of cpu0: blk runs instead", "trace file: ringcheck-traces",
        ];
        Assert.All(wanted, text => Assert.Contains(text, result.Out));
        Assert.DoesNotContain("\e[", result.Out);
    }

    [Fact]
    public void Bounded_is_never_called_more_than_bounded()
    {
        string text = cli.Run("explore", "toy-safe").Out;
        Assert.Contains("nothing found in 10,000 executions (bounded)", text);
        Assert.Contains("bounded is not verified", text);
    }

    [Fact]
    public void An_exhausted_search_says_so()
    {
        var result = cli.Run("explore", "toy-safe", "--strategy", "states");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("exhausted: all ", result.Out);
    }

    [Theory]
    [InlineData("random")]
    [InlineData("pct")]
    [InlineData("deepening")]
    [InlineData("states")]
    [InlineData("exhaustive")]
    [InlineData("preemption")]
    [InlineData("portfolio")]
    public void Each_strategy_finds_the_race(string strategy)
        => Assert.Equal(1, cli.Run("explore", "toy-race", "--strategy", strategy, "--json").ExitCode);

    [Fact]
    public void Results_do_not_depend_on_the_number_of_jobs()
        => Assert.Equal(Report("1", "toy-race"), Report("3", "toy-race"));

    [Fact]
    public void Premises_are_counted_the_same_with_any_number_of_jobs()
        => Assert.Equal(Report("1", "toy-safe"), Report("3", "toy-safe"));

    string Report(string jobs, string scenario)
    {
        using var bench = new CliBench();
        var runs = bench.Run("explore", scenario, "--jobs", jobs, "--json").Json.GetProperty("runs").EnumerateArray();
        return string.Join('\n', runs.SelectMany(run => run.EnumerateObject()).Where(member => member.Name != "seconds").Select(member => member.ToString()));
    }

    [Fact]
    public void A_premise_that_was_never_met_is_a_violation()
    {
        var result = cli.Run("explore", "toy-vacuous", "--json");
        Assert.Equal(1, result.ExitCode);
        var violation = Assert.Single(result.Json.GetProperty("runs")[0].GetProperty("violations").EnumerateArray());
        Assert.Equal("vacuity", violation.GetProperty("monitor").GetString());
        Assert.Equal("the-counter-was-incremented", violation.GetProperty("rule").GetString());
        Assert.Equal(JsonValueKind.Null, violation.GetProperty("replay").ValueKind);
        Assert.Contains("VACUOUS", cli.Run("explore", "toy-vacuous").Out);
    }

    [Fact]
    public void A_scenario_without_a_scheduling_point_is_vacuous()
        => Assert.Contains("vacuity / no-scheduling-point", cli.Run("explore", "toy-idle").Out);

    [Fact]
    public void Driver_code_that_throws_is_a_violation_and_not_a_crash()
    {
        var result = cli.Run("explore", "toy-stuck");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("driver-exception", result.Out);
        Assert.Contains("ringcheck replay rc1:", result.Out);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_a_warning()
    {
        File.WriteAllText(cli.PathOf("ringcheck-traces"), "in the way");
        var result = cli.Run("explore", "toy-race", "--profile", "strict", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("warning", Assert.Single(result.ErrorLines));
        Assert.Equal(JsonValueKind.Null, result.Json.GetProperty("runs")[0].GetProperty("violations")[0].GetProperty("traceFile").ValueKind);
    }

    [Fact]
    public void Seconds_bound_the_time()
    {
        var run = cli.Run("explore", "toy-safe", "--seconds", "0.2", "--json").Json.GetProperty("runs")[0];
        Assert.InRange(run.GetProperty("seconds").GetDouble(), 0.1, 5);
        Assert.True(run.GetProperty("interrupted").GetBoolean());
    }

    [Fact]
    public void Stopped_by_the_user_it_says_what_was_explored()
    {
        cli.Stop.CancelAfter(300);
        var result = cli.Run("explore", "toy-safe", "--executions", "1000000000000");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("stopped: nothing found in ", result.Out);
        Assert.Contains("Stopped in run 1 of 1.", result.Out);
    }

    [Fact]
    public void The_tour_ends_with_what_it_came_to()
    {
        using var shipped = new CliBench { Catalog = new Ringcheck.Scenarios.ScenarioCatalog() };
        string[] arguments = ["explore", "blk-read", "--profile", "strict", "--executions", "300"];
        string text = shipped.Run(arguments).Out;
        Assert.Matches(@"coverage: \d+ model states, [\d.]+ % of them first reached in the second half of a run", text);
        Assert.Matches(@"\d+ of \d+ rules could have been broken, \d+ of \d+ clauses", text);
        Assert.Contains("never came up (--verbose names them)", text);
        Assert.DoesNotContain("never: ", text);
        Assert.Contains("never: lifecycle/status-after-failed", shipped.Run([.. arguments, "--verbose"]).Out);
        var coverage = shipped.Run([.. arguments, "--json"]).Json.GetProperty("coverage");
        CliResult.HasMembers(coverage, "states", "lateStates", "rulesMet", "rules", "neverMet", "clausesMet", "clausesNeverMet");
        Assert.Contains("lifecycle/status-after-failed", Texts(coverage.GetProperty("neverMet")));
        Assert.Equal(coverage.GetProperty("rules").GetInt32(), coverage.GetProperty("rulesMet").GetInt32() + coverage.GetProperty("neverMet").GetArrayLength());
    }

    [Fact]
    public void A_page_shows_what_was_found_and_is_one_file()
    {
        Assert.Equal(1, cli.Run("explore", "toy-race", "toy-safe", "--report", "page.html").ExitCode);
        string page = File.ReadAllText(cli.PathOf("page.html"));
        Assert.Contains("toy-monitor/lost-update", page);
        Assert.Contains("ringcheck replay rc1:", page);
        Assert.Contains("toy-safe (strict)", page);
        Assert.Contains("<svg", page);
        Assert.DoesNotContain("http", page);
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("Model states reached", page); // the toys have none
        cli.Run("explore", "toy-safe", "--report", "nowhere/page.html").IsBadUsage("nowhere/page.html");
    }

    [Theory]
    [InlineData(3, 10, 10, 0.5, ", 19 s left")]
    [InlineData(0, 1, 0.2, 0.5, "")]
    [InlineData(0, 1, 10, 1, "")]
    [InlineData(0, 1, 60, 0.0001, "")]
    public void Time_left_is_that_of_the_whole_tour(int done, int total, double seconds, double share, string words)
        => Assert.Equal(words, new TourProgress(done, total, seconds).TimeLeft(share));

    [Fact]
    public void On_a_terminal_there_are_colours_and_progress_which_leave_the_report_alone()
    {
        cli.HasLiveDisplay = true;
        var result = cli.Run("explore", "toy-race", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(2, result.Json.GetProperty("runs").GetArrayLength());
        cli.HasColours = true;
        Assert.Contains("\e[", cli.Run("explore", "toy-race").Out);
    }

    static IEnumerable<string?> Texts(JsonElement array) => array.EnumerateArray().Select(text => text.GetString());
}
