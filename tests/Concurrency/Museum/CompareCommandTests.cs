using System.Text.Json;
using Ringcheck.Exploration;
using Ringcheck.Museum;
using Ringcheck.Tests.Concurrency.Cli;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Museum;

public sealed class CompareCommandTests : IDisposable
{
    const string Marks = "before\n<!-- table: written by `ringcheck compare --write-table` -->\nold\n<!-- end of table -->\nafter\n";

    readonly CliBench cli = new();

    public void Dispose() => cli.Dispose();

    static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Spec.sln"))) folder = folder.Parent;
            return folder!.FullName;
        }
    }

    [Fact]
    public void Medians_and_how_many_found_it_are_one_json_object()
    {
        var report = cli.Run("compare", "evt-06", "--strategy", "random", "--strategy", "deepening", "--seeds", "5", "--json").Json;
        CliResult.HasMembers(report, "seeds", "limit", "strategies", "exhibits", "stopped");
        var exhibit = Assert.Single(report.GetProperty("exhibits").EnumerateArray());
        Assert.Equal(("EVT-06", "sc"), (exhibit.GetProperty("id").GetString(), exhibit.GetProperty("memory").GetString()));
        var random = exhibit.GetProperty("strategies")[0];
        CliResult.HasMembers(random, "strategy", "median", "found", "trials", "executions");
        Assert.Equal((5, 5), (random.GetProperty("found").GetInt32(), random.GetProperty("trials").GetInt32()));
        long[] executions = [.. random.GetProperty("executions").EnumerateArray().Select(static each => each.GetInt64())];
        Assert.Equal(executions.Order().ElementAt(2), random.GetProperty("median").GetInt64());
        Assert.Equal(1, exhibit.GetProperty("strategies")[1].GetProperty("trials").GetInt32()); // no use for a seed
    }

    /// <summary>A search is the one that <c>museum</c> makes with the same seed.</summary>
    [Fact]
    public void It_counts_the_same_executions_as_the_museum()
    {
        var compared = cli.Run("compare", "EVT-06", "--strategy", "random", "--seeds", "1", "--json").Json;
        var shown = cli.Run("museum", "EVT-06", "--json").Json;
        Assert.Equal(shown.GetProperty("exhibits")[0].GetProperty("executions").GetInt64(),
            compared.GetProperty("exhibits")[0].GetProperty("strategies")[0].GetProperty("executions")[0].GetInt64());
    }

    [Fact]
    public void What_is_not_found_within_the_limit_is_said_to_be_that()
    {
        var result = cli.Run("compare", "EVT-04", "--strategy", "random", "--seeds", "3", "--limit", "2");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("at most 2 executions", result.Out);
        Assert.Matches(@"EVT-04 +sc +–", result.Out);
        Assert.Equal(JsonValueKind.Null, cli.Run("compare", "EVT-04", "--strategy", "random", "--seeds", "3", "--limit", "2", "--json").Json
            .GetProperty("exhibits")[0].GetProperty("strategies")[0].GetProperty("median").ValueKind);
    }

    [Fact]
    public void Results_do_not_depend_on_the_number_of_jobs()
    {
        string Run(string jobs) => cli.Run("compare", "WRP-01", "EVT-06", "--strategy", "portfolio", "--strategy", "coverage", "--seeds", "3", "--jobs", jobs, "--json").Out;
        Assert.Equal(Run("1"), Run("3"));
    }

    [Fact]
    public void What_was_finished_is_not_run_again()
    {
        string[] arguments = ["compare", "WRP-01", "--strategy", "random", "--seeds", "2", "--resume", "kept.jsonl", "--json"];
        string first = cli.Run(arguments).Out;
        string line = File.ReadAllLines(cli.PathOf("kept.jsonl")).Single(static each => each.Length > 0);
        File.WriteAllText(cli.PathOf("kept.jsonl"), line.Replace("\"executions\":[", "\"executions\":[77,", StringComparison.Ordinal) + "\n" + line[..20]); // and a line that was cut off
        Assert.Equal(77, cli.Run(arguments).Json.GetProperty("exhibits")[0].GetProperty("strategies")[0].GetProperty("executions")[0].GetInt64());
        Assert.Equal(first, cli.Run([.. arguments[..^2], "other.jsonl", "--json"]).Out);
        cli.Run("compare", "WRP-01", "--strategy", "random", "--seeds", "1", "--resume", "kept.jsonl"); // other settings are other results
        Assert.Equal(2, File.ReadAllLines(cli.PathOf("kept.jsonl")).Count(static each => each.EndsWith('}')));
    }

    [Fact]
    public void The_table_is_written_between_its_marks()
    {
        File.WriteAllText(cli.PathOf("page.md"), Marks);
        Assert.Equal(0, cli.Run("compare", "WRP-01", "ORD-07", "--strategy", "random", "--strategy", "states", "--seeds", "3", "--limit", "50", "--write-table", "page.md").ExitCode);
        string page = File.ReadAllText(cli.PathOf("page.md"));
        Assert.StartsWith("before\n", page);
        Assert.EndsWith("<!-- end of table -->\nafter\n", page);
        Assert.Contains("3 seeds, at most 50 executions", page);
        var cells = ComparisonTable.Cells(page);
        Assert.Equal(4, cells.Count);
        Assert.Equal("–", cells[("ORD-07", "states")]);
        Assert.Equal("1", cells[("WRP-01", "random")]);
    }

    [Fact]
    public void The_page_is_one_file_with_a_curve_for_each_strategy()
    {
        cli.Run("compare", "EVT-06", "--strategy", "random", "--strategy", "pct", "--seeds", "3", "--report", "page.html");
        string page = File.ReadAllText(cli.PathOf("page.html"));
        Assert.Equal(2, page.Split("class=\"curve\"").Length - 1);
        Assert.Contains("random: 100 %", page);
        Assert.DoesNotContain("http", page);
        Assert.DoesNotContain("<script", page);
    }

    [Fact]
    public void Stopping_is_clean()
    {
        cli.Stop.Cancel();
        File.WriteAllText(cli.PathOf("page.md"), Marks);
        var result = cli.Run("compare", "WRP-01", "--write-table", "page.md", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Json.GetProperty("stopped").GetBoolean());
        Assert.Equal(Marks, File.ReadAllText(cli.PathOf("page.md")));
    }

    [Fact]
    public void What_cannot_be_used_is_one_line_and_exit_code_2()
    {
        cli.Run("compare", "WRP-1x").IsBadUsage("unknown exhibit 'WRP-1x'", "did you mean");
        cli.Run("compare", "--strategy", "randon").IsBadUsage("unknown strategy 'randon'", "random");
        cli.Run("compare", "--seeds", "0").IsBadUsage("--seeds", "1 to");
        cli.Run("compare", "--limit", "x").IsBadUsage("--limit", "whole number");
        cli.Run("compare", "--write-table", "nowhere.md").IsBadUsage("nowhere.md");
        cli.Run("compare", "--report", "nowhere/page.html").IsBadUsage("nowhere/page.html");
        File.WriteAllText(cli.PathOf("plain.md"), "no marks");
        cli.Run("compare", "--write-table", "plain.md").IsBadUsage("ringcheck compare --write-table");
        cli.Run("compare", "--resume", "plain.md").IsBadUsage("plain.md", "no marks");
    }

    /// <summary>
    /// Cheap, for a table that takes minutes: each exhibit and each strategy has its cell, and a few cells are what they would be now.
    /// </summary>
    [Fact]
    public void The_table_of_strategies_is_current()
    {
        var cells = ComparisonTable.Cells(File.ReadAllText(Path.Combine(Root, "docs", "strategies.md")));
        var wanted = from exhibit in ExhibitCollection.Shipped() from strategy in ComparisonOptions.All select (exhibit.Id, strategy);
        Assert.Empty(wanted.Except(cells.Keys).Select(static cell => $"{cell.Item1} by {cell.Item2} is missing: run 'ringcheck compare --write-table'"));
        Assert.Empty(cells.Keys.Except(wanted).Select(static cell => $"there is no {cell.Item1} by {cell.Item2}: run 'ringcheck compare --write-table'"));
        // A few that are found soon.
        var again = new StrategyComparison(new() { Strategies = ["portfolio", "uniform", "pos", "preemption"] })
            .Run(ExhibitCollection.Select(ExhibitCollection.Shipped(), ["WRP-02", "EVT-06", "ORD-19"]), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(3, again.Count);
        foreach (var exhibit in again)
        {
            foreach (var trials in exhibit.Strategies)
                Assert.True(cells[(exhibit.Id, trials.Strategy)].Trim('*') == ComparisonTable.Cell(trials), $"{exhibit.Id} by {trials.Strategy} is {ComparisonTable.Cell(trials)} now: run 'ringcheck compare --write-table'");
        }
    }
}
