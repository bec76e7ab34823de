using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

public sealed class UsageTests : IDisposable
{
    readonly CliBench cli = new();

    public void Dispose() => cli.Dispose();

    [Theory]
    [InlineData("'explor'; did you mean 'explore'?", "explor")]
    [InlineData("'--jsn'; did you mean '--json'?", "list", "--jsn")]
    [InlineData("unknown option '--foo'", "--foo")]
    [InlineData("no command")]
    [InlineData("'list' does not take 'more'", "list", "more")]
    [InlineData("'toy-rac'; did you mean 'toy-race'?", "explore", "toy-rac")]
    [InlineData("'strct'; did you mean 'strict'?", "explore", "--profile", "strct")]
    [InlineData("has no profile 'odd'; it has strict", "explore", "toy-safe", "--profile", "odd")]
    [InlineData("no scenario of the tour has profile 'odd'", "explore", "--profile", "odd")]
    [InlineData("'randon'; did you mean 'random'?", "explore", "--strategy", "randon")]
    [InlineData("unknown memory 'aarch64'", "explore", "--memory", "aarch64")]
    [InlineData("--executions takes a whole number, 1 or more, not '0'", "explore", "--executions", "0")]
    [InlineData("not '1e3'", "explore", "--executions", "1e3")]
    [InlineData("not '99999999999999999999'", "explore", "--executions", "99999999999999999999")]
    [InlineData("--seconds takes a number above 0, not 'NaN'", "explore", "--seconds", "NaN")]
    [InlineData("not '-1'", "explore", "--seconds", "-1")]
    [InlineData("not '-1'", "explore", "--seed", "-1")]
    [InlineData("from 1 to 1024, not '5000'", "explore", "--jobs", "5000")]
    [InlineData("--jobs", "explore", "--jobs")]
    [InlineData("--seed", "explore", "--seed", "1", "--seed", "2")]
    [InlineData("unknown option '--sed'; did you mean '--seed'?", "explore", "--sed", "3")]
    [InlineData("'@file'", "explore", "@file")]
    public void Bad_usage_is_one_clear_line(string words, params string[] arguments) => cli.Run(arguments).IsBadUsage(words);

    [Fact]
    public void With_json_an_error_is_an_object_too()
    {
        var result = cli.Run("explore", "nothing", "--json");
        Assert.Equal(2, result.ExitCode);
        Assert.Single(result.ErrorLines);
        Assert.Contains("nothing", result.Json.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("list")]
    [InlineData("explore")]
    [InlineData("check")]
    [InlineData("replay")]
    [InlineData("shrink")]
    [InlineData("litmus")]
    public void Each_command_shows_an_example(string command)
    {
        var result = cli.Run(command, "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"Example:{Environment.NewLine}  ringcheck {command} ", result.Out);
    }

    [Fact]
    public void Help_and_version_need_nothing_else()
    {
        Assert.Contains("Exit codes", cli.Run("--help").Out);
        var version = cli.Run("--version");
        Assert.Equal(0, version.ExitCode);
        Assert.Matches("^[0-9]+[.]", version.Out);
    }

    [Fact]
    public void List_names_all_that_can_be_asked_for()
    {
        var result = cli.Run("list", "--json");
        Assert.Equal(0, result.ExitCode);
        result.HasMembers("scenarios", "models", "strategies", "memories");
        CliResult.HasMembers(result.Json.GetProperty("models")[0], "name", "description", "sizes", "defaultSize");
        CliResult.HasMembers(result.Json.GetProperty("scenarios")[0], "name", "summary", "profiles", "tour");
        Assert.All(new[] { "toy-race", "strict, odd", "ownership", "random", "sc" }, text => Assert.Contains(text, cli.Run("list").Out));
    }
}
