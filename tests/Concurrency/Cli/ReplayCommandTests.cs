using System.Text.Json;
using Ringcheck.Cli.Failures;
using Ringcheck.Exploration;
using Ringcheck.Museum;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

public sealed class ReplayCommandTests : IDisposable
{
    readonly CliBench cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public void What_explore_found_happens_again_from_the_string_and_from_the_file()
    {
        var (replay, file) = cli.FindRace();
        foreach (string what in new[] { replay, file })
        {
            var result = cli.Run("replay", what, "--json");
            Assert.Equal(1, result.ExitCode);
            result.HasMembers("scenario", "memory", "profile", "seed", "exhibit", "points", "reproduced", "diverged", "violations");
            var violation = Assert.Single(result.Json.GetProperty("violations").EnumerateArray());
            Assert.Equal("lost-update", violation.GetProperty("rule").GetString());
            Assert.Equal(replay, violation.GetProperty("replay").GetString());
        }
        Assert.Contains("an increment was lost", cli.Run("replay", replay).Out);
    }

    [Fact]
    public void A_mended_failure_is_said_not_to_happen_any_more()
    {
        var (replay, file) = cli.FindRace();
        cli.Catalog = new ToyCatalog { IsMended = true };
        var result = cli.Run("replay", file);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("toy-monitor/lost-update) does not happen any more", result.Out);
        Assert.False(cli.Run("replay", file, "--json").Json.GetProperty("reproduced").GetBoolean());
        Assert.Equal(0, cli.Run("replay", replay).ExitCode);
    }

    [Fact]
    public void A_choice_that_no_longer_exists_is_named()
    {
        string diverging = Replay(choices: [new(ChoiceKind.Schedule, 0, 99, 1), new(ChoiceKind.Schedule, 0, 100, 1)]);
        cli.Run("replay", diverging).IsBadUsage("at step 99 of cpu0: blk runs instead", "S0@99=1", "--lenient");
    }

    [Fact]
    public void Lenient_goes_on_with_plain_choices()
    {
        string diverging = Replay(choices: [new(ChoiceKind.Schedule, 0, 99, 1)]);
        var result = cli.Run("replay", diverging, "--lenient");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("diverged", result.Out);
        Assert.Contains("S0@99=1", cli.Run("replay", diverging, "--lenient", "--json").Json.GetProperty("diverged").GetString());
    }

    [Fact]
    public void The_recorded_bound_is_the_bound()
        => Assert.Contains("did not end within 2 scheduling points", cli.Run("replay", Replay(points: 2)).Out);

    [Fact]
    public void Damaged_and_foreign_strings_are_told_apart()
    {
        string replay = Replay();
        cli.Run("replay", replay[..^1] + (replay[^1] == '0' ? '1' : '0')).IsBadUsage("check does not match");
        cli.Run("replay", replay.Replace(":20000:", ":20001:")).IsBadUsage("check does not match");
        cli.Run("replay", "rc1:cut").IsBadUsage("fields");
        cli.Run("replay", "rc9" + replay[3..]).IsBadUsage("rc9", "rc1");
        cli.Run("replay", "no-such-thing").IsBadUsage("neither a file nor a replay string");
        cli.Run("replay", "").IsBadUsage();
        cli.Run("replay").IsBadUsage();
    }

    [Fact]
    public void Replays_of_what_does_not_exist_here_are_bad_input()
    {
        cli.Run("replay", Replay(scenario: "gone")).IsBadUsage("gone");
        cli.Run("replay", Replay(profile: "qemu")).IsBadUsage("qemu");
        cli.Run("replay", Replay(exhibit: "SEED-2b")).IsBadUsage("SEED-2b");
        cli.Run("replay", Replay(program: [new(77)])).IsBadUsage("operation 1", "77");
    }

    [Fact]
    public void A_replay_of_an_exhibit_runs_on_its_catalog()
    {
        string replay = cli.FindRace().Replay;
        Assert.True(ReplayString.TryParse(replay, out var found, out _));
        cli.Catalog = new ToyCatalog { IsMended = true };
        cli.ExhibitCatalog = id => id == "SEED-1" ? new ToyCatalog() : null;
        Assert.Equal(1, cli.Run("replay", (found! with { Exhibit = "SEED-1" }).ToString()).ExitCode);
    }

    [Fact]
    public void Exhibits_of_the_museum_can_be_replayed()
    {
        var exhibit = ExhibitCollection.Shipped()[0];
        var target = exhibit.Targets[0];
        cli.ExhibitCatalog = ExhibitScenarios.CatalogFor;
        var result = cli.Run("replay", Replay(exhibit.Id, target.Scenario, target.Profile), "--json");
        Assert.InRange(result.ExitCode, 0, 1);
        Assert.Equal(exhibit.Id, result.Json.GetProperty("exhibit").GetString());
        Assert.True(result.Json.GetProperty("points").GetUInt32() > 0);
        cli.Run("replay", Replay("NO-SUCH")).IsBadUsage("NO-SUCH");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("{}")]
    [InlineData("""{"format":"other","version":1,"replay":"","violation":{"monitor":"","rule":"","clauses":[],"message":"","mend":""},"operations":[],"choices":[]}""")]
    [InlineData("""{"format":"ringcheck-trace","version":2,"replay":"","violation":{"monitor":"","rule":"","clauses":[],"message":"","mend":""},"operations":[],"choices":[]}""")]
    [InlineData("""{"format":"ringcheck-trace","version":1,"replay":"rc1:x","violation":{"monitor":"","rule":"","clauses":[],"message":"","mend":""},"operations":[],"choices":[]}""")]
    [InlineData("""{"format":"ringcheck-trace","version":1,"replay":null,"violation":null,"operations":null,"choices":null}""")]
    public void Corrupt_and_foreign_files_are_one_clear_line(string content)
    {
        File.WriteAllText(cli.PathOf("trace.json"), content);
        cli.Run("replay", "trace.json").IsBadUsage("trace.json");
        cli.Run("shrink", "trace.json").IsBadUsage("trace.json");
        Assert.Equal(content, File.ReadAllText(cli.PathOf("trace.json")));
    }

    [Fact]
    public void A_binary_file_an_enormous_one_and_a_folder_are_refused()
    {
        File.WriteAllBytes(cli.PathOf("binary"), [0xff, 0xfe, 0, 1, 2]);
        cli.Run("replay", "binary").IsBadUsage("binary");
        using (var sparse = File.Create(cli.PathOf("huge"))) sparse.SetLength(17 << 20);
        cli.Run("replay", "huge").IsBadUsage("larger than 16 MiB");
        cli.Run("replay", ".").IsBadUsage("folder");
    }

    static string Replay(string exhibit = "", string scenario = ToyCatalog.Race, string profile = "strict", uint points = 20_000,
        IReadOnlyList<Operation>? program = null, IReadOnlyList<Deviation>? choices = null)
        => new ReplayString(exhibit, scenario, profile, "sc", points, 0, program, choices ?? []).ToString();
}
