using Ringcheck.Ordering.Litmus;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

public sealed class LitmusCommandTests : IDisposable
{
    /// <summary>Message passing with barriers, and its three states.</summary>
    const string Test = """{"name":"MP","family":"F","init":{"x":0,"y":0},"threads":[[{"op":"W","loc":"x","val":1},{"op":"F","kind":"dmb.st"},{"op":"W","loc":"y","val":1}],[{"op":"R","loc":"y","reg":"r0"},{"op":"F","kind":"dmb.ld"},{"op":"R","loc":"x","reg":"r1"}]],"herd":{"states":[{"1:r0":0,"1:r1":0},{"1:r0":0,"1:r1":1},{"1:r0":1,"1:r1":1}]}}""";

    readonly CliBench cli = new();

    public void Dispose() => cli.Dispose();

    string File(string name, params string[] tests)
    {
        System.IO.File.WriteAllText(cli.PathOf(name), $"{{\"tests\":[{string.Join(',', tests)}]}}");
        return name;
    }

    static string[] Names(CliResult result, string member) => [.. result.Json.GetProperty(member).EnumerateArray().Select(name => name.GetString()!)];

    [Fact]
    public void The_shipped_tests_agree_but_for_load_buffering()
    {
        var result = cli.Run("litmus", "--json");
        Assert.Equal(0, result.ExitCode);
        result.HasMembers("tests", "equal", "missing", "extra", "seconds");
        Assert.Equal((447, 425), (result.Json.GetProperty("tests").GetInt32(), result.Json.GetProperty("equal").GetInt32()));
        Assert.Equal(22, Names(result, "missing").Length);
        Assert.Equal(Names(result, "missing"), Names(result, "loadBuffering"));
        Assert.Empty(Names(result, "extra"));
        string text = cli.Run("litmus").Out;
        Assert.Contains("425 of 447 tests equal, no forbidden state", text);
        Assert.Contains("missing in 22 tests: load buffering (LB 14", text);
    }

    [Fact]
    public void With_late_reads_they_agree_altogether()
    {
        var result = cli.Run("litmus", "--late-reads", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(447, result.Json.GetProperty("equal").GetInt32());
        Assert.Empty(Names(result, "missing"));
        Assert.Empty(Names(result, "extra"));
    }

    [Theory]
    [InlineData("sc")]
    [InlineData("tso")]
    public void SC_and_TSO_are_compared_with_the_axioms(string memory)
    {
        var result = cli.Run("litmus", "--memory", memory, "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal((447, "axioms"), (result.Json.GetProperty("equal").GetInt32(), result.Json.GetProperty("reference").GetString()));
        Assert.Empty(Names(result, "notCompared"));
    }

    [Fact]
    public void A_forbidden_state_fails()
    {
        string file = File("a.json", Test.Replace("""{"1:r0":0,"1:r1":1},""", "", StringComparison.Ordinal));
        var result = cli.Run("litmus", file, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["MP"], Names(result, "extra"));
        string text = cli.Run("litmus", file).Out;
        Assert.Contains("MP: must not appear, and does", text);
        Assert.Contains("1:r0=0 1:r1=1", text);
    }

    [Fact]
    public void A_missing_state_that_is_not_load_buffering_fails()
    {
        string file = File("a.json", Test.Replace("""[{"1:r0":0,"1:r1":0}""", """[{"1:r0":1,"1:r1":0},{"1:r0":0,"1:r1":0}""", StringComparison.Ordinal));
        var result = cli.Run("litmus", file, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["MP"], Names(result, "missing"));
        Assert.Empty(Names(result, "loadBuffering"));
        Assert.Contains("MP: should appear, and does not", cli.Run("litmus", file).Out);
        Assert.Equal(1, cli.Run("litmus", file, "--late-reads").ExitCode);
    }

    [Fact]
    public void A_folder_is_all_its_files()
    {
        File("a.json", Test);
        File("b.json", Test, Test);
        var result = cli.Run("litmus", ".", "--json");
        Assert.Equal((0, 3), (result.ExitCode, result.Json.GetProperty("equal").GetInt32()));
    }

    [Fact]
    public void Stopped_by_the_user_it_says_how_far_it_came()
    {
        cli.Stop.Cancel();
        var result = cli.Run("litmus");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("stopped: 0 of 447 tests were run", result.Out);
        Assert.True(cli.Run("litmus", "--json").Json.GetProperty("stopped").GetBoolean());
    }

    [Fact]
    public void More_candidates_than_brute_force_can_judge_are_said_to_be_open()
    {
        string writes = string.Join(',', Enumerable.Range(1, 10).Select(value => $$"""{"op":"W","loc":"x","val":{{value}}}"""));
        string file = File("a.json", $$"""{"name":"long","init":{"x":0},"threads":[[{{writes}}]]}""");
        var result = cli.Run("litmus", file, "--memory", "sc", "--json");
        Assert.Equal((0, 0), (result.ExitCode, result.Json.GetProperty("equal").GetInt32()));
        Assert.Equal(["long"], Names(result, "notCompared"));
        Assert.Contains($"not compared: 1 test with more than {LitmusComparison.MostCandidates:N0} candidates", cli.Run("litmus", file, "--memory", "sc").Out);
    }

    [Fact]
    public void Bad_input_is_one_clear_line()
    {
        cli.Run("litmus", "nowhere").IsBadUsage("there is no file or folder 'nowhere'");
        cli.Run("litmus", "--memory", "ram").IsBadUsage("unknown memory 'ram'", "sc, tso, arm");
        Directory.CreateDirectory(cli.PathOf("empty"));
        cli.Run("litmus", "empty").IsBadUsage("there is no .json file in 'empty'");
        cli.Run("litmus", File("a.json", Test.Replace("dmb.ld", "dmb.lb", StringComparison.Ordinal))).IsBadUsage("a.json, test 'MP', thread 1, instruction 1: unknown barrier 'dmb.lb'");
        cli.Run("litmus", File("a.json", Test[..Test.IndexOf(",\"herd\"", StringComparison.Ordinal)] + "}")).IsBadUsage("test 'MP' gives no states to compare with");
        System.IO.File.WriteAllText(cli.PathOf("a.json"), "{");
        cli.Run("litmus", "a.json").IsBadUsage("a.json: this is not JSON");
    }
}
