using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cpu;

/// <summary>
/// The four variants of <c>cpu-boot</c>: each barrier more lets strictly more executions end well, and only with all of them does every execution, in a search
/// that leaves none out. The percentages are the model's, not any hardware's.
/// </summary>
public sealed class VariantTests
{
    const long Executions = 2_000;

    static readonly ScenarioCatalog Catalog = new();

    [Fact]
    public void Each_barrier_raises_the_rate_and_only_the_last_variant_is_clean()
    {
        var variants = Catalog.Scenarios.Single(scenario => scenario.Name == "cpu-boot").Variants;
        Assert.Equal(4, variants.Count);
        var rates = variants.Select(variant => FailureRate.Measure(() => Catalog.Create("cpu-boot", variant, "sc"), seed: 0, Executions)).ToArray();
        Assert.All(rates, rate => Assert.Equal(Executions, rate.Executions));
        for (int i = 1; i < rates.Length; i++) Assert.True(rates[i].Failures < rates[i - 1].Failures, $"{variants[i]} fails {rates[i].Failures} times");
        Assert.Equal(0, rates[^1].Failures);
        Assert.Equal(["violation", "violation", "violation", "exhausted"], variants.Select(Verdict));
    }

    /// <summary>What each step mends is gone in the next one, and by name.</summary>
    [Theory]
    [InlineData("no-barriers", "idle/no-dsb-before-wfi", "dsb-before-wfi")]
    [InlineData("dsb-before-wfi", "address-space/no-isb-after-ttbr", "isb-after-ttbr")]
    [InlineData("isb-after-ttbr", "context-switch/no-isb-at-end", "isb-after-switch")]
    public void A_barrier_mends_its_own_failure(string before, string failure, string after)
    {
        Assert.Contains(failure, Failures(before));
        Assert.DoesNotContain(failure, Failures(after));
    }

    static IEnumerable<string> Failures(string variant)
        => FailureRate.Measure(() => Catalog.Create("cpu-boot", variant, "sc"), seed: 1, Executions).ByKey.Select(each => each.Key);

    static string Verdict(string variant)
    {
        var result = new Explorer(() => Catalog.Create("cpu-boot", variant, "sc"), () => new Exhaustive(Pruning.SeenStates), new(100_000)).Run();
        return result.Violation is not null ? "violation" : result.Exhausted ? "exhausted" : "bounded";
    }
}
