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

    /// <summary>A search is the one that <c>museum</c> makes with the same seed, as docs/museum.md has it.</summary>
    [Fact]
    public void Medians_and_how_many_found_it_are_one_json_object_and_curves_are_one_page()
    {
        var report = cli.Run("compare", "evt-06", "--strategy", "random", "--strategy", "deepening", "--seeds", "5", "--json", "--report", "page.html").Json;
        CliResult.HasMembers(report, "seeds", "limit", "strategies", "exhibits", "stopped");
        var exhibit = Assert.Single(report.GetProperty("exhibits").EnumerateArray());
        Assert.Equal(("EVT-06", "sc"), (exhibit.GetProperty("id").GetString(), exhibit.GetProperty("memory").GetString()));
        var random = exhibit.GetProperty("strategies")[0];
        CliResult.HasMembers(random, "strategy", "median", "found", "trials", "executions");
        Assert.Equal((5, 5), (random.GetProperty("found").GetInt32(), random.GetProperty("trials").GetInt32()));
        long[] executions = [.. random.GetProperty("executions").EnumerateArray().Select(static each => each.GetInt64())];
        Assert.Equal(executions.Order().ElementAt(2), random.GetProperty("median").GetInt64());
        Assert.Equal(1, exhibit.GetProperty("strategies")[1].GetProperty("trials").GetInt32()); // no use for a seed
        string row = File.ReadLines(Path.Combine(Root, "docs", "museum.md")).Single(static line => line.StartsWith("| [EVT-06]", StringComparison.Ordinal));
        Assert.Contains($" | {executions[0]} | ", row);
        string page = File.ReadAllText(cli.PathOf("page.html"));
        Assert.Equal(2, page.Split("class=\"curve\"").Length - 1);
        Assert.Contains("random: 100 %", page);
        Assert.DoesNotContain("http", page);
        Assert.DoesNotContain("<script", page);
    }

    [Fact]
    public void What_is_not_found_within_the_limit_is_said_to_be_that()
    {
        string[] arguments = ["compare", "EVT-04", "--strategy", "random", "--seeds", "3", "--limit", "2", "--resume", "kept.jsonl"];
        var result = cli.Run(arguments);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("at most 2 executions", result.Out);
        Assert.Matches(@"EVT-04 +sc +–", result.Out);
        Assert.Equal(JsonValueKind.Null, cli.Run([.. arguments, "--json"]).Json.GetProperty("exhibits")[0].GetProperty("strategies")[0].GetProperty("median").ValueKind);
    }

    [Fact]
    public void Results_are_kept_and_the_same_for_any_number_of_jobs()
    {
        string[] arguments = ["compare", "WRP-01", "EVT-06", "--strategy", "portfolio", "--strategy", "states", "--seeds", "3", "--limit", "50", "--json"];
        File.WriteAllText(cli.PathOf("page.md"), Marks);
        string first = cli.Run([.. arguments, "--jobs", "3", "--resume", "kept.jsonl", "--write-table", "page.md"]).Out;
        Assert.Equal(first, cli.Run([.. arguments, "--jobs", "1"]).Out);
        IsWritten(File.ReadAllText(cli.PathOf("page.md")));
        string[] lines = [.. File.ReadAllLines(cli.PathOf("kept.jsonl")).Where(static each => each.Length > 0).Select(static each => each.Replace("\"executions\":[", "\"executions\":[77,", StringComparison.Ordinal))];
        File.WriteAllText(cli.PathOf("kept.jsonl"), string.Join('\n', lines) + "\n" + lines[0][..20]); // and a line that was cut off
        var kept = cli.Run([.. arguments, "--resume", "kept.jsonl"]).Json.GetProperty("exhibits");
        Assert.Equal([77L, 77L], kept.EnumerateArray().Select(static each => each.GetProperty("strategies")[0].GetProperty("executions")[0].GetInt64()));
        cli.Stop.Cancel(); // other settings are other results: nothing that was kept is taken for them
        Assert.Empty(cli.Run("compare", "WRP-01", "--strategy", "random", "--seeds", "1", "--resume", "kept.jsonl", "--json").Json.GetProperty("exhibits").EnumerateArray());
    }

    static void IsWritten(string page)
    {
        Assert.StartsWith("before\n", page);
        Assert.EndsWith("<!-- end of table -->\nafter\n", page);
        Assert.Contains("3 seeds, at most 50 executions", page);
        var cells = ComparisonTable.Cells(page);
        Assert.Equal(4, cells.Count);
        Assert.Equal("–", cells[("EVT-06", "states")]);
        Assert.Equal("1", cells[("WRP-01", "portfolio")]);
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
            .Run(ExhibitCollection.Select(ExhibitCollection.Shipped(), ["WRP-02", "EVT-06"]), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(2, again.Count);
        foreach (var exhibit in again)
        {
            foreach (var trials in exhibit.Strategies)
                Assert.True(cells[(exhibit.Id, trials.Strategy)].Trim('*') == ComparisonTable.Cell(trials), $"{exhibit.Id} by {trials.Strategy} is {ComparisonTable.Cell(trials)} now: run 'ringcheck compare --write-table'");
        }
    }
}
