using Xunit;

namespace Ringcheck.Tests.Deploy;

/// <summary>Processes that are killed in the middle of an exploration, several times: the end is that of one that was left alone.</summary>
public sealed class KilledProcessTests
{
    /// <summary>So many deaths are enough; then it may end.</summary>
    const int Deaths = 4;

    [Theory]
    [InlineData("blk-two-requests", "random", "60000", "1/1")]
    [InlineData("blk-ring-2", "states", "1000000", "1/1")]
    [InlineData("blk-two-requests", "deepening", "40000", "2/3")]
    public void Nothing_is_lost_or_counted_twice(string scenario, string strategy, string executions, string shard)
    {
        using var bench = new Workbench();
        string[] explore = ["explore", scenario, "--profile", "strict", "--strategy", strategy, "--executions", executions, "--shard", shard];
        var whole = bench.Run([.. explore, "--out", "whole.json"]);
        Assert.True(whole.ExitCode is 0 or 1, whole.Output);

        int deaths = 0;
        for (; deaths < Deaths; deaths++)
        {
            using var process = bench.Start([.. explore, "--out", "killed.json", "--checkpoint", "c", "--checkpoint-seconds", "0.05"]);
            if (!WaitForProgress(bench.PathOf("c"), process)) break;
            process.Kill();
        }
        Assert.True(deaths > 1, "it was over before it could be killed twice");
        Assert.False(File.Exists(bench.PathOf("killed.json")) && deaths == Deaths, "a killed process left a result");
        var last = bench.Run([.. explore, "--out", "killed.json", "--resume", "c"]);
        Assert.Equal(whole.ExitCode, last.ExitCode);
        Assert.Equal(bench.Result("whole.json"), bench.Result("killed.json"));
        // And once more: what is done is done.
        Assert.Equal(last.ExitCode, bench.Run([.. explore, "--out", "again.json", "--resume", "c"]).ExitCode);
        Assert.Equal(bench.Result("whole.json"), bench.Result("again.json"));
    }

    [Fact]
    public void A_termination_request_saves_and_leaves_no_result()
    {
        Assert.SkipUnless(OwnedProcess.FindTool("kill") is not null, "there is no program 'kill'");
        using var bench = new Workbench();
        string[] explore = ["explore", "blk-two-requests", "--profile", "strict", "--strategy", "random", "--executions", "60000"];
        using (var process = bench.Start([.. explore, "--out", "stopped.json", "--checkpoint", "c", "--checkpoint-seconds", "0.05"]))
        {
            Assert.True(WaitForProgress(bench.PathOf("c"), process), "it was over before it could be stopped");
            process.Terminate();
            Assert.True(process.Wait(20), "it does not end");
            Assert.Equal(0, process.ExitCode);
            Assert.Contains("goes on from", process.Output);
        }
        Assert.False(File.Exists(bench.PathOf("stopped.json")));
        Assert.Equal(0, bench.Run([.. explore, "--out", "stopped.json", "--checkpoint", "c"]).ExitCode);
        Assert.Equal(0, bench.Run([.. explore, "--out", "whole.json"]).ExitCode);
        Assert.Equal(bench.Result("whole.json"), bench.Result("stopped.json"));
    }

    /// <summary>Until the checkpoint was written anew, twice; false if the process ended by itself.</summary>
    static bool WaitForProgress(string checkpoint, OwnedProcess process)
    {
        for (int renewed = 0; renewed < 2; renewed++)
        {
            var before = File.GetLastWriteTimeUtc(checkpoint);
            while (File.GetLastWriteTimeUtc(checkpoint) == before)
            {
                if (process.Wait(0.01)) return false;
            }
        }
        return true;
    }
}
