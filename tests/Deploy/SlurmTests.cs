using Xunit;

namespace Ringcheck.Tests.Deploy;

/// <summary><c>deploy/slurm</c>, run for real on a cluster of one node.</summary>
public sealed class SlurmTests
{
    static string Script(string name) => Path.Combine(Workbench.Root, "deploy", "slurm", name);

    [Fact]
    public void An_array_and_its_merge_are_one_exploration()
    {
        Assert.SkipUnless(SlurmCluster.Missing.Length == 0, SlurmCluster.Missing);
        using var bench = new Workbench();
        using var cluster = SlurmCluster.Start(bench.PathOf("slurm"), out string reason);
        Assert.SkipUnless(cluster is not null, reason);
        var environment = Workbench.Environmental(cluster!.Environment);
        string results = bench.PathOf("results");
        string[] what = ["blk-two-requests", "--profile", "odd", "--executions", "3000", "--strategy", "random"];

        var array = bench.Shell("sbatch", environment, ["--parsable", "--array=1-3", $"--output={bench.PathOf("shard-%a.log")}", Script("shard.sbatch"), results, .. what]);
        Assert.True(array.ExitCode == 0, array.Output);
        var merge = bench.Shell("sbatch", environment, "--wait", $"--dependency=afterok:{array.Output}", $"--output={bench.PathOf("merge.log")}", Script("merge.sbatch"), results, "3");

        Assert.True(merge.ExitCode == 0, merge.Output + Logs(bench) + cluster.LastWords("slurmctld"));
        Assert.Equal(0, bench.Run(["explore", .. what, "--out", "alone.json"]).ExitCode);
        Assert.Equal(bench.Result("alone.json"), bench.Result("results/whole.json"));
        Assert.Contains("3,000", File.ReadAllText(bench.PathOf("merge.log")));
    }

    static string Logs(Workbench bench) => string.Concat(Directory.GetFiles(bench.Folder, "*.log").Select(static log => $"\n{Path.GetFileName(log)}:\n{File.ReadAllText(log)}"));
}
