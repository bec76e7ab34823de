using Ringcheck.Exploration;
using Ringcheck.Testing;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

public sealed class CorpusCommandTests : IDisposable
{
    readonly CliBench cli = new();

    public void Dispose() => cli.Dispose();

    void Mend() => cli.Catalog = new ToyCatalog { IsMended = true };

    [Fact]
    public void A_failure_is_pinned_from_its_line_and_from_its_file_as_one_entry()
    {
        var (replay, file) = cli.FindRace();
        var added = cli.Run("corpus", "add", replay, "--why", "found by hand", "--json");
        Assert.Equal(0, added.ExitCode);
        added.HasMembers("file", "replay", "violation", "scenario", "pinned", "why");
        Assert.Equal("toy-monitor/lost-update", added.Json.GetProperty("violation").GetString());
        Assert.Equal(0, cli.Run("corpus", "add", file).ExitCode);
        Assert.Equal(replay, Assert.Single(CorpusFolder.Read(cli.PathOf(CorpusFolder.DefaultName))).Entry.Replay);
    }

    [Fact]
    public void A_pinned_failure_is_back_until_it_is_mended_and_gone_then()
    {
        cli.Run("corpus", "add", cli.FindRace().Replay, "--to", "kept");
        var back = cli.Run("corpus", "run", "kept", "--json");
        Assert.Equal(1, back.ExitCode);
        back.HasMembers("folder", "pinned", "stopped", "entries");
        var entry = back.Json.GetProperty("entries")[0];
        CliResult.HasMembers(entry, "file", "scenario", "violation", "verdict", "misfit", "executions", "found");
        Assert.Equal("back", entry.GetProperty("verdict").GetString());
        Assert.Equal("lost-update", entry.GetProperty("found").GetProperty("rule").GetString());
        Assert.Contains("VIOLATION toy-monitor", cli.Run("corpus", "run", "kept").Out);
        Mend();
        var gone = cli.Run("corpus", "run", "kept");
        Assert.Equal(0, gone.ExitCode);
        Assert.Contains("1 entry: 1 gone, 0 back, 0 stale", gone.Out);
    }

    [Fact]
    public void A_stale_entry_has_an_exit_code_of_its_own()
    {
        var line = new ReplayString("", ToyCatalog.Race, "strict", "sc", 20_000, 0, null, [new(ChoiceKind.Schedule, 0, 99, 1)]);
        CorpusFolder.Add(cli.PathOf(CorpusFolder.DefaultName), CorpusEntry.Of(line, "toy-monitor/lost-update", new(2026, 1, 2), ""));
        Mend();
        var stale = cli.Run("corpus", "run", "--search", "50", "--json");
        Assert.Equal(4, stale.ExitCode);
        Assert.Equal("stale", stale.Json.GetProperty("entries")[0].GetProperty("verdict").GetString());
        Assert.Equal(50, stale.Json.GetProperty("entries")[0].GetProperty("executions").GetInt64());
        Assert.Contains("STALE", cli.Run("corpus", "run").Out);
    }

    [Fact]
    public void A_failure_outweighs_a_stale_entry()
    {
        A_stale_entry_has_an_exit_code_of_its_own();
        cli.Catalog = new ToyCatalog();
        cli.Run("corpus", "add", cli.FindRace().Replay);
        Assert.Equal(1, cli.Run("corpus", "run").ExitCode);
    }

    /// <summary>An exhibit's failure is replayed on the shipped sources, and on its own only if that is asked for.</summary>
    [Fact]
    public void What_was_found_on_an_exhibit_is_replayed_on_what_is_shipped()
    {
        Assert.True(ReplayString.TryParse(cli.FindRace().Replay, out var found, out _));
        cli.ExhibitCatalog = static id => id == "SEED-1" ? new ToyCatalog() : null;
        Mend();
        Assert.Equal(0, cli.Run("corpus", "add", (found! with { Exhibit = "SEED-1" }).ToString()).ExitCode);
        Assert.Equal(0, cli.Run("corpus", "run").ExitCode);
        var back = cli.Run("corpus", "run", "--exhibit", "SEED-1", "--json");
        Assert.Equal(1, back.ExitCode);
        Assert.StartsWith("rc1:SEED-1:", back.Json.GetProperty("entries")[0].GetProperty("found").GetProperty("replay").GetString());
        cli.Run("corpus", "run", "--exhibit", "NO-SUCH").IsBadUsage("NO-SUCH");
    }

    [Fact]
    public void What_is_not_known_to_have_failed_is_not_pinned()
    {
        string replay = cli.FindRace().Replay;
        Mend();
        cli.Run("corpus", "add", replay).IsBadUsage("ends without a violation");
        cli.Run("corpus", "add", "nothing").IsBadUsage("neither a file nor a replay string");
        cli.Run("corpus", "run", "nowhere").IsBadUsage("nowhere");
        cli.Run("corpus", "run").IsBadUsage(CorpusFolder.DefaultName);
        cli.Run("corpus", "run", "--search", "0").IsBadUsage("--search");
        cli.Run("corpus").IsBadUsage();
    }

    [Theory]
    [InlineData("add")]
    [InlineData("run")]
    public void Each_command_shows_an_example(string command) => Assert.Contains($"  ringcheck corpus {command} ", cli.Run("corpus", command, "--help").Out);
}
