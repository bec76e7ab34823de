using System.Text.Json;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Ringcheck.Tests.Concurrency.Cli;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Barriers;

public sealed class BarriersCommandTests : IDisposable
{
    readonly CliBench cli = new() { Catalog = new ScenarioCatalog() };

    public void Dispose() => cli.Dispose();

    [Fact]
    public void A_weakened_barrier_is_reported_with_a_line_that_replays_it()
    {
        var report = cli.Run("barriers", "spsc-4x3", "--executions", "50", "--json");
        Assert.Equal(0, report.ExitCode);
        var site = Assert.Single(report.Json.GetProperty("sites").EnumerateArray());
        CliResult.HasMembers(site, "site", "room", "asks", "mapped", "scenarios", "needed", "sufficient", "strongerThanNeeded", "loadBufferingOpen", "candidates");
        Assert.True(site.GetProperty("needed").GetBoolean());
        Assert.Equal("dmb-st", Assert.Single(site.GetProperty("sufficient").EnumerateArray()).GetString());
        string replay = site.GetProperty("candidates")[0].GetProperty("violation").GetProperty("replay").GetString()!;
        Assert.Contains(":barrier/SpscRing.Produce#1=none:spsc-4x3:", replay);
        var again = cli.Run("replay", replay, "--json");
        Assert.Equal(1, again.ExitCode);
        Assert.Equal("wrong-value", again.Json.GetProperty("violations")[0].GetProperty("rule").GetString());
    }

    [Fact]
    public void An_instruction_of_the_CPU_system_is_reported_likewise()
    {
        var report = cli.Run("barriers", "cpu-mmu-off", "--json");
        Assert.Equal(0, report.ExitCode);
        var sites = report.Json.GetProperty("sites").EnumerateArray().ToList();
        Assert.All(sites, site => CliResult.HasMembers(site, "file", "line"));
        var isb = sites.Single(site => site.GetProperty("site").GetString() == "EarlyBoot.TurnMmuOn#3");
        Assert.Equal(("Kernel/Cpu", "EarlyBoot.cs", "isb"), (isb.GetProperty("room").GetString(), isb.GetProperty("file").GetString(), isb.GetProperty("mapped").GetString()));
        var violation = isb.GetProperty("candidates")[0].GetProperty("violation");
        string replay = violation.GetProperty("replay").GetString()!;
        Assert.Contains(":barrier/EarlyBoot.TurnMmuOn#3=none:cpu-mmu-off:", replay);
        var again = cli.Run("replay", replay, "--json");
        Assert.Equal(1, again.ExitCode);
        Assert.Equal("no-isb-after-enable", again.Json.GetProperty("violations")[0].GetProperty("rule").GetString());
    }

    [Fact]
    public void On_the_screen_too()
    {
        var result = cli.Run("barriers", "spsc-4x3", "--executions", "50");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("data-integrity/wrong-value by spsc-4x3 (none)", result.Out);
        Assert.Contains("  ringcheck replay rc1:barrier/SpscRing.Produce#1=none:", result.Out);
        Assert.Contains("1 site: 1 shown needed", result.Out);
    }

    [Fact]
    public void On_sequentially_consistent_memory_nothing_asks_for_order()
        => Assert.Contains("0 sites", cli.Run("barriers", "spsc-4x3", "--memory", "sc", "--executions", "5").Out);

    [Fact]
    public void Stopped_it_says_so()
    {
        cli.Stop.Cancel();
        var result = cli.Run("barriers", "spsc-4x3", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Json.GetProperty("stopped").GetBoolean());
    }

    [Fact]
    public void Bad_usage_is_one_line()
    {
        cli.Run("barriers", "spsc-4x").IsBadUsage("spsc-4x3");
        cli.Run("barriers", "--memory", "amr").IsBadUsage("unknown memory 'amr'");
        cli.Run("barriers", "--executions", "0").IsBadUsage("--executions");
        cli.Run("barriers", "spsc-4x3", "--write-table", "page.md").IsBadUsage("name none");
        File.WriteAllText(cli.PathOf("page.md"), "# nothing");
        cli.Run("barriers", "--write-table", cli.PathOf("page.md")).IsBadUsage("cpu-barriers:begin");
        cli.Run("barriers", "cpu-idle", "--memory", "tso").IsBadUsage("not on memory 'tso'", "cpu-idle");
        cli.Run("barriers", "blk-read", "--profile", "none").IsBadUsage("no profile 'none'");
    }

    [Fact]
    public void A_replay_of_a_site_that_is_gone_is_one_line()
    {
        string replay = new ReplayString("barrier/SplitQueue.Gone=none", "blk-read", "strict", "arm", 20_000, 0, null, []).ToString();
        cli.Run("replay", replay).IsBadUsage("SplitQueue.Gone");
    }
}
