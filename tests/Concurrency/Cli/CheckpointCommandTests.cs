using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

/// <summary><c>explore --checkpoint</c>: what is read again, and what is refused. That processes may die is for <c>tests/Deploy</c>.</summary>
public sealed class CheckpointCommandTests
{
    static readonly string[] Two = ["explore", ToyCatalog.Safe, ToyCatalog.Race, "--profile", "strict", "--json"];

    [Fact]
    public void A_finished_exploration_is_not_run_again()
    {
        using var bench = new CliBench();
        var first = bench.Run([.. Two, "--checkpoint", "c"]);
        var second = bench.Run([.. Two, "--resume", "c"]);
        Assert.Equal(1, first.ExitCode);
        Assert.Equal(1, second.ExitCode);
        Assert.Equal(first.Out, second.Out); // the seconds too: they are those of the first
    }

    [Fact]
    public void Ctrl_C_before_anything_leaves_something_to_go_on_with()
    {
        using var bench = new CliBench();
        var expected = Counts(bench.Run(Two));
        using (var stopped = new CliBench())
        {
            stopped.Stop.Cancel();
            stopped.Run([.. Two, "--checkpoint", bench.PathOf("c")]);
        }
        Assert.Equal(expected, Counts(bench.Run([.. Two, "--checkpoint", "c"])));
    }

    static List<string> Counts(CliResult result) => [.. result.Json.GetProperty("runs").EnumerateArray().Select(static run =>
        $"{run.GetProperty("executions")} {run.GetProperty("points")} {run.GetProperty("premises")} {run.GetProperty("violations").GetArrayLength()}")];

    [Theory]
    [InlineData("it has seed 0, and you ask for seed 1", "--seed", "1")]
    [InlineData("it has 10000 executions, and you ask for 5 executions", "--executions", "5")]
    [InlineData("it has strategy portfolio, and you ask for strategy pct", "--strategy", "pct")]
    [InlineData("it has shard 1/1, and you ask for shard 1/2", "--shard", "1/2")]
    public void Another_exploration_is_refused(string words, params string[] more)
    {
        using var bench = new CliBench();
        bench.Run([.. Two, "--checkpoint", "c"]);
        bench.Run([.. Two[..^1], .. more, "--checkpoint", "c"]).IsBadUsage("checkpoint of another exploration", words);
        bench.Run(["explore", ToyCatalog.Safe, "--checkpoint", "c"]).IsBadUsage("checkpoint of another exploration", "scenarios toy-safe(strict)");
    }

    [Fact]
    public void Files_that_are_none_are_refused()
    {
        using var bench = new CliBench();
        string[] explore = ["explore", ToyCatalog.Safe];
        bench.Run([.. explore, "--checkpoint", "c"]);
        byte[] good = File.ReadAllBytes(bench.PathOf("c"));
        CliResult Resume(byte[] bytes)
        {
            File.WriteAllBytes(bench.PathOf("bad"), bytes);
            return bench.Run([.. explore, "--resume", "bad"]);
        }

        bench.Run([.. explore, "--resume", "nothing"]).IsBadUsage("there is no file", "nothing");
        bench.Run([.. explore, "--resume", "."]).IsBadUsage("is a folder");
        bench.Run([.. explore, "--checkpoint", "no/such/folder"]).IsBadUsage("cannot write");
        bench.Run([.. explore, "--checkpoint", "c", "--resume", "c"]).IsBadUsage("give one of them");
        bench.Run([.. explore, "--checkpoint", "c", "--checkpoint-seconds", "0"]).IsBadUsage("--checkpoint-seconds");
        Resume([]).IsBadUsage("no checkpoint");
        Resume("{}"u8.ToArray()).IsBadUsage("no checkpoint");
        Resume(good[..^9]).IsBadUsage("damaged or cut off");
        Resume(good[..30]).IsBadUsage("damaged or cut off");
        byte[] flipped = [.. good];
        flipped[good.Length / 2] ^= 1;
        Resume(flipped).IsBadUsage("damaged or cut off");
        byte[] later = [.. good];
        later["\u0014ringcheck-checkpoint".Length] = 9;
        Resume(later).IsBadUsage("version 9", "reads version 1");
        Assert.Equal(0, bench.Run([.. explore, "--resume", "c"]).ExitCode);
    }
}
