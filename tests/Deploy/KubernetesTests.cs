using Xunit;

namespace Ringcheck.Tests.Deploy;

/// <summary>
/// The Kubernetes manifest as a structure: there is no cluster here, so nothing of it has run. What is checked is that it is YAML, that its parts name each other, and that its shell
/// scripts are shell; the second of them also runs, with a stand-in for ringcheck.
/// </summary>
public sealed class KubernetesTests
{
    static readonly List<object> Manifest = YamlText.Documents(File.ReadAllText(Path.Combine(Workbench.Root, "deploy", "kubernetes", "explore.yaml")));

    static object At(object value, params object[] path)
        => path.Aggregate(value, static (at, step) => step is int index ? ((List<object>)at)[index] : ((Dictionary<string, object>)at)[(string)step]);

    static object Job(string name) => Manifest.Single(each => (string)At(each, "kind") == "Job" && (string)At(each, "metadata", "name") == name);

    static object Pod(string job) => At(Job(job), "spec", "template", "spec");

    static object Container(string job) => Assert.Single((List<object>)At(Pod(job), "containers"));

    static string Script(string job)
    {
        var command = (List<object>)At(Container(job), "command");
        Assert.Equal(["/bin/sh", "-c"], command.Take(2));
        return (string)command[2];
    }

    static string Shards(string job) => (string)At(((List<object>)At(Container(job), "env")).Single(static each => (string)At(each, "name") == "SHARDS"), "value");

    [Fact]
    public void The_explorer_is_an_indexed_job_with_a_shard_for_each_completion()
    {
        var spec = At(Job("ringcheck-explore"), "spec");
        Assert.Equal("batch/v1", At(Job("ringcheck-explore"), "apiVersion"));
        Assert.Equal("Indexed", At(spec, "completionMode"));
        Assert.Equal("Never", At(spec, "template", "spec", "restartPolicy"));
        Assert.Equal(Shards("ringcheck-explore"), At(spec, "completions"));
        Assert.Equal(Shards("ringcheck-explore"), Shards("ringcheck-merge"));
        string script = Script("ringcheck-explore");
        Assert.Contains("$((JOB_COMPLETION_INDEX + 1))", script);
        Assert.Contains("--shard $shard/$SHARDS", script);
        Assert.Equal(At(Container("ringcheck-explore"), "name"), At(spec, "podFailurePolicy", "rules", 1, "onExitCodes", "containerName"));
    }

    [Theory]
    [InlineData("ringcheck-explore")]
    [InlineData("ringcheck-merge")]
    public void Jobs_share_one_volume(string job)
    {
        var claim = Manifest.Single(static each => (string)At(each, "kind") == "PersistentVolumeClaim");
        var volume = Assert.Single((List<object>)At(Pod(job), "volumes"));
        Assert.Equal(At(claim, "metadata", "name"), At(volume, "persistentVolumeClaim", "claimName"));
        var mount = Assert.Single((List<object>)At(Container(job), "volumeMounts"));
        Assert.Equal(At(volume, "name"), At(mount, "name"));
        Assert.Equal("/results", At(mount, "mountPath"));
    }

    /// <summary>The scripts, with this folder in the place of the volume.</summary>
    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, true)]
    [InlineData(2, 2, false)]
    [InlineData(0, 1, false)]
    public void Scripts_pass_on_what_counts(int explored, int expected, bool writes)
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "there is no /bin/sh");
        using var bench = new Workbench();
        // Notes how it was called, and leaves a result in the file after --out, if it is to.
        string note = $"""
            #!/bin/sh
            echo "$@" >> '{bench.PathOf("calls")}'
            [ "$1" = merge ] && exit 0
            while [ "$1" != --out ]; do shift; done
            {(writes ? ": > \"$2\"" : "")}
            exit {explored}
            """;
        Directory.CreateDirectory(bench.PathOf("bin"));
        File.WriteAllText(bench.PathOf("bin/ringcheck"), note);
        Workbench.SetMode(bench.PathOf("bin/ringcheck"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        (int ExitCode, string Output) Run(string job, int index) => bench.Shell("/bin/sh", new Dictionary<string, string>
        {
            ["PATH"] = bench.PathOf("bin") + ":" + Environment.GetEnvironmentVariable("PATH"),
            ["JOB_COMPLETION_INDEX"] = $"{index}",
            ["SHARDS"] = "2",
        }, "-c", Script(job).Replace("/results", bench.Folder));

        Assert.Equal(expected, Run("ringcheck-explore", 0).ExitCode);
        if (!writes) return;
        Assert.Equal(expected, Run("ringcheck-explore", 1).ExitCode);
        Assert.Equal(0, Run("ringcheck-merge", 0).ExitCode);
        string[] calls = File.ReadAllLines(bench.PathOf("calls"));
        Assert.Contains("--shard 1/2", calls[0]);
        Assert.Contains("--shard 2/2", calls[1]);
        Assert.Equal($"merge {bench.PathOf("1.json")} {bench.PathOf("2.json")} --out {bench.PathOf("whole.json")}", calls[2]);
    }

    [Theory]
    [InlineData("a: 1\na: 2")]
    [InlineData("a: 1\n  b: 2")]
    [InlineData("a: {b: 1}")]
    [InlineData("a\n")]
    [InlineData("- 1\nb: 2")]
    [InlineData("\ta: 1")]
    public void The_reader_refuses_what_it_cannot_read(string text) => Assert.Throws<FormatException>(() => YamlText.Documents(text));
}
