using System.Text.Json;
using System.Text.Json.Nodes;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

/// <summary>Result files: what is written, what merging them gives, and what is refused.</summary>
public sealed class MergeCommandTests
{
    static readonly string[] TimesAndPlaces = ["seconds", "shard", "traceFile"];

    /// <summary>A report without what differs from run to run.</summary>
    static string Without(JsonElement run) => JsonSerializer.Serialize(run.EnumerateObject().Where(member => !TimesAndPlaces.Contains(member.Name))
        .ToDictionary(member => member.Name, member => member.Name == "violations" ? Violations(member.Value) : member.Value.GetRawText()));

    static string Violations(JsonElement violations) => string.Join('|', violations.EnumerateArray().Select(each => each.GetProperty("replay").GetString() + each.GetProperty("message").GetString()));

    static CliResult ExploreShard(CliBench bench, int index, int of, params string[] more)
        => bench.Run(["explore", .. more, "--shard", $"{index}/{of}", "--out", $"{index}.json"]);

    [Theory]
    [InlineData("spsc-4x3", "none", "random", "5000")]
    [InlineData("spsc-4x3", "none", "pct", "5000")]
    [InlineData("blk-two-requests", "odd", "random", "2000")]
    public void Merged_shards_say_what_one_process_says(string scenario, string profile, string strategy, string executions)
    {
        using var bench = new CliBench { Catalog = new ScenarioCatalog() };
        string[] what = [scenario, "--profile", profile, "--strategy", strategy, "--executions", executions];
        var whole = bench.Run(["explore", .. what, "--out", "whole.json", "--json"]);
        for (int i = 1; i <= 3; i++) Assert.Equal(0, ExploreShard(bench, i, 3, what).ExitCode);
        var merged = bench.Run("merge", "3.json", "1.json", "2.json", "--out", "merged.json", "--json");
        Assert.Equal(0, merged.ExitCode);
        Assert.Equal(Without(whole.Json.GetProperty("runs")[0]), Without(merged.Json.GetProperty("runs")[0]));
        Assert.NotEmpty(merged.Json.GetProperty("runs")[0].GetProperty("premises").EnumerateArray());
        Assert.Equal(File.ReadAllText(bench.PathOf("whole.json")).Length, File.ReadAllText(bench.PathOf("merged.json")).Length, 40.0); // but for the seconds
        var again = bench.Run("merge", "merged.json", "--json");
        Assert.Equal(Without(whole.Json.GetProperty("runs")[0]), Without(again.Json.GetProperty("runs")[0]));
    }

    [Theory]
    [InlineData("random")]
    [InlineData("deepening")]
    [InlineData("states")]
    public void The_failure_is_that_of_one_process(string strategy)
    {
        using var bench = new CliBench();
        string[] what = [ToyCatalog.Race, "--profile", "strict", "--strategy", strategy];
        var whole = bench.Run(["explore", .. what, "--json"]).Json.GetProperty("runs")[0];
        for (int i = 1; i <= 4; i++) ExploreShard(bench, i, 4, what);
        var merged = bench.Run("merge", "1.json", "2.json", "3.json", "4.json", "--json");
        Assert.Equal(1, merged.ExitCode);
        var run = merged.Json.GetProperty("runs")[0];
        Assert.Equal(Violations(whole.GetProperty("violations")), Violations(run.GetProperty("violations")));
        if (strategy == "random") Assert.Equal(Without(whole), Without(run));
        string replay = run.GetProperty("violations")[0].GetProperty("replay").GetString()!;
        Assert.Equal(1, bench.Run("replay", replay).ExitCode);
    }

    [Fact]
    public void Only_the_whole_is_judged_vacuous()
    {
        using var bench = new CliBench();
        Assert.Equal(1, bench.Run("explore", ToyCatalog.Vacuous).ExitCode);
        var shard = ExploreShard(bench, 1, 2, ToyCatalog.Vacuous);
        Assert.Equal(0, shard.ExitCode);
        Assert.Contains("shard 1/2", shard.Out);
        Assert.Contains("ringcheck merge", shard.Out);
        Assert.Equal(0, ExploreShard(bench, 2, 2, ToyCatalog.Vacuous).ExitCode);
        var half = bench.Run("merge", "1.json");
        Assert.Equal(2, half.ExitCode);
        Assert.DoesNotContain("VACUOUS", half.Out);
        var whole = bench.Run("merge", "1.json", "2.json");
        Assert.Equal(1, whole.ExitCode);
        Assert.Contains("VACUOUS", whole.Out);
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        using var bench = new CliBench();
        ExploreShard(bench, 1, 4, ToyCatalog.Safe);
        ExploreShard(bench, 3, 4, ToyCatalog.Safe);
        var merged = bench.Run("merge", "1.json", "3.json", "--out", "whole.json", "--json");
        Assert.Equal(2, merged.ExitCode);
        Assert.Contains("shards 2/4, 4/4 of toy-safe (strict)", merged.Json.GetProperty("missing")[0].GetString());
        Assert.Contains("shards 2/4, 4/4", Assert.Single(merged.ErrorLines));
        Assert.False(File.Exists(bench.PathOf("whole.json")));
    }

    [Fact]
    public void Different_explorations_stay_apart()
    {
        using var bench = new CliBench();
        ExploreShard(bench, 1, 2, ToyCatalog.Safe, "--seed", "1");
        ExploreShard(bench, 2, 2, ToyCatalog.Safe, "--seed", "2");
        var merged = bench.Run("merge", "1.json", "2.json", "--json");
        Assert.Equal(2, merged.ExitCode);
        Assert.Equal(["shard 2/2 of toy-safe (strict), memory sc, strategy portfolio, seed 1, 10000 executions is missing",
            "shard 1/2 of toy-safe (strict), memory sc, strategy portfolio, seed 2, 10000 executions is missing"],
            merged.Json.GetProperty("missing").EnumerateArray().Select(each => each.GetString()!));
        Assert.Equal(2, merged.Json.GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public void Twice_the_same_shard_is_refused()
    {
        using var bench = new CliBench();
        ExploreShard(bench, 1, 2, ToyCatalog.Safe);
        File.Copy(bench.PathOf("1.json"), bench.PathOf("copy.json"));
        bench.Run("merge", "1.json", "copy.json").IsBadUsage("shard 1/2 of toy-safe", "twice", "'1.json'", "'copy.json'");
    }

    [Fact]
    public void Files_that_are_none_are_refused()
    {
        using var bench = new CliBench();
        ExploreShard(bench, 1, 2, ToyCatalog.Safe);
        string good = File.ReadAllText(bench.PathOf("1.json"));
        CliResult Merge(string text)
        {
            File.WriteAllText(bench.PathOf("bad.json"), text);
            return bench.Run("merge", "bad.json");
        }

        bench.Run("merge").IsBadUsage("which files");
        bench.Run("merge", "nothing.json").IsBadUsage("there is no file", "nothing.json");
        bench.Run("merge", ".").IsBadUsage("is a folder");
        Merge("").IsBadUsage("no result file");
        Merge("[1, 2]").IsBadUsage("no result file");
        Merge(good[..(good.Length / 2)]).IsBadUsage("cut off");
        Merge(good.Replace("ringcheck-result", "ringcheck-other")).IsBadUsage("no result file");
        Merge(Change(good, file => file["version"] = 9)).IsBadUsage("version 9", "reads version 1");
        Merge(Change(good, file => file["runs"]![0]!["executions"] = 17)).IsBadUsage("damaged");
        Merge(Change(good, file => file["runs"]![0]!["shard"] = 5)).IsBadUsage("damaged");
        Merge(Change(good, file => file["runs"]![0]!["parts"]![0] = new JsonArray(1))).IsBadUsage("damaged");
        File.WriteAllText(bench.PathOf("2.json"), Change(good, file =>
        {
            file["tool"] = "0.0.1+other";
            file["runs"]![0]!["shard"] = 2;
        }));
        bench.Run("merge", "1.json", "2.json").IsBadUsage("0.0.1+other", "do not belong together");
    }

    static string Change(string text, Action<JsonNode> change)
    {
        var file = JsonNode.Parse(text)!;
        change(file);
        return file.ToJsonString();
    }

    [Theory]
    [InlineData("0/2")]
    [InlineData("3/2")]
    [InlineData("one")]
    [InlineData("1/2/3")]
    public void A_bad_shard_is_one_clear_line(string shard)
    {
        using var bench = new CliBench();
        bench.Run("explore", ToyCatalog.Safe, "--shard", shard).IsBadUsage("--shard takes I/N", shard);
    }

    [Fact]
    public void A_result_that_could_not_be_written_is_refused_before_the_work()
    {
        using var bench = new CliBench();
        bench.Run("explore", ToyCatalog.Safe, "--out", "no/such/folder.json").IsBadUsage("cannot write");
    }
}
