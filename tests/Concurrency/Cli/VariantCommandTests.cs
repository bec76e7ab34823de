using System.Text.Json;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

/// <summary>What <c>explore</c> says of a scenario that has variants.</summary>
public sealed class VariantCommandTests : IDisposable
{
    readonly CliBench cli = new() { Catalog = new ScenarioCatalog() };

    public void Dispose() => cli.Dispose();

    [Fact]
    public void Variants_are_compared_and_are_no_findings()
    {
        var result = cli.Run("explore", "cpu-boot", "--executions", "300", "--json");
        Assert.Equal(0, result.ExitCode);
        var table = Assert.Single(result.Json.GetProperty("variants").EnumerateArray());
        Assert.Equal("cpu-boot", table.GetProperty("scenario").GetString());
        Assert.Contains("not any hardware's", table.GetProperty("meaning").GetString());
        var variants = table.GetProperty("variants").EnumerateArray().ToArray();
        Assert.Equal(["violation", "violation", "violation", "exhausted"], variants.Select(variant => variant.GetProperty("verdict").GetString()));
        Assert.All(variants, variant => Assert.Equal(300, variant.GetProperty("executions").GetInt64()));
        Assert.Equal(0, variants[^1].GetProperty("failures").GetInt64());
        Assert.Equal(100, variants[^1].GetProperty("successPercent").GetDouble());
        Assert.Equal(JsonValueKind.Null, variants[^1].GetProperty("violation").ValueKind);
    }

    [Fact]
    public void The_failure_of_a_variant_replays()
    {
        var variant = cli.Run("explore", "cpu-boot", "--executions", "50", "--json").Json.GetProperty("variants")[0].GetProperty("variants")[0];
        string replay = variant.GetProperty("violation").GetProperty("replay").GetString()!;
        Assert.Equal(1, cli.Run("replay", replay).ExitCode);
    }

    [Fact]
    public void A_variant_asked_for_by_name_is_explored_like_a_profile()
    {
        var result = cli.Run("explore", "cpu-boot", "--profile", "isb-after-ttbr", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Json.GetProperty("variants").EnumerateArray());
        var violation = Assert.Single(result.Json.GetProperty("runs")[0].GetProperty("violations").EnumerateArray());
        Assert.Equal("no-isb-at-end", violation.GetProperty("rule").GetString());
    }
}
