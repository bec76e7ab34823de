using Ringcheck.Exploration;
using Ringcheck.Testing;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

public sealed class ShrinkCommandTests : IDisposable
{
    readonly CliBench cli = new();

    public void Dispose() => cli.Dispose();

    /// <summary>A trace file that nobody has shrunk: four operations, where one is enough.</summary>
    string Unshrunk()
    {
        var file = new TraceFile
        {
            Format = TraceFile.FormatName,
            Version = TraceFile.CurrentVersion,
            Replay = new ReplayString("", ToyCatalog.Race, "strict", "sc", 20_000, 5, null, [new(ChoiceKind.Schedule, 0, 3, 1)]).ToString(),
            Violation = new("toy-monitor", "lost-update", [], "", ""),
            Operations = ["rest", "increment by 1", "rest", "rest"],
            Choices = ["at step 3 of cpu0: blk runs instead"],
        };
        file.Write(cli.PathOf("trace.json"));
        return file.Replay;
    }

    [Fact]
    public void The_file_is_rewritten_smaller_and_keeps_the_original()
    {
        string original = Unshrunk();
        var result = cli.Run("shrink", "trace.json", "--json");
        Assert.Equal(1, result.ExitCode);
        result.HasMembers("file", "scenario", "memory", "profile", "operationsBefore", "choicesBefore", "executions", "minimal", "violations");
        Assert.Equal(4, result.Json.GetProperty("operationsBefore").GetInt32());
        Assert.Equal(1, result.Json.GetProperty("violations")[0].GetProperty("operations").GetArrayLength());
        var (file, replay) = TraceFile.Read(cli.PathOf("trace.json"));
        Assert.Equal(["increment by 1"], file.Operations);
        Assert.Equal(original, file.Original);
        Assert.Equal(5ul, replay.Seed);
        Assert.Equal(1, cli.Run("replay", "trace.json").ExitCode);
    }

    [Fact]
    public void People_are_shown_what_became_smaller()
    {
        Unshrunk();
        var result = cli.Run("shrink", "trace.json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("operations 4 → 1, choices 1 → 1", result.Out);
    }

    [Fact]
    public void A_mended_failure_leaves_the_file_alone()
    {
        Unshrunk();
        string before = File.ReadAllText(cli.PathOf("trace.json"));
        cli.Catalog = new ToyCatalog { IsMended = true };
        var result = cli.Run("shrink", "trace.json");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("does not happen any more", result.Out);
        Assert.Equal(before, File.ReadAllText(cli.PathOf("trace.json")));
    }

    [Fact]
    public void What_is_no_file_is_refused()
    {
        cli.Run("shrink", "nothing.json").IsBadUsage("nothing.json");
        cli.Run("shrink", "rc1:x").IsBadUsage("trace file");
        cli.Run("shrink").IsBadUsage();
    }
}
