using Xunit;

namespace Ringcheck.Tests.Deploy;

/// <summary><c>deploy/parallel.sh</c>, run for real.</summary>
public sealed class ParallelTests
{
    static string Script => Path.Combine(Workbench.Root, "deploy", "parallel.sh");

    static void SkipUnlessInstalled()
    {
        Assert.SkipUnless(OwnedProcess.FindTool("bash") is not null, "bash is not installed");
        Assert.SkipUnless(OwnedProcess.FindTool("parallel") is not null, "GNU parallel is not installed (Debian: apt-get install parallel)");
    }

    [Fact]
    public void Shards_under_parallel_are_one_exploration()
    {
        SkipUnlessInstalled();
        using var bench = new Workbench();
        string[] what = ["blk-two-requests", "--profile", "odd", "--executions", "3000", "--strategy", "random"];
        var (code, output) = bench.Shell(Script, Workbench.Environmental(), ["3", "results", .. what]);
        Assert.True(code == 0, output);
        Assert.Contains("3,000", output);
        Assert.Equal(0, bench.Run(["explore", .. what, "--out", "alone.json"]).ExitCode);
        Assert.Equal(bench.Result("alone.json"), bench.Result("results/whole.json"));
    }

    [Fact]
    public void What_goes_wrong_in_a_shard_is_not_swallowed()
    {
        SkipUnlessInstalled();
        using var bench = new Workbench();
        var (code, output) = bench.Shell(Script, Workbench.Environmental(), "2", "results", "no-such-scenario");
        Assert.Equal(3, code);
        Assert.Contains("no-such-scenario", output);
        Assert.Equal(2, bench.Shell(Script, Workbench.Environmental(), "many").ExitCode);
    }
}
