using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Barriers;

/// <summary>Sites as the compiled code has them, and names that replay strings can rely on.</summary>
public sealed class CodeSiteTests
{
    [Fact]
    public void What_a_machine_reaches_is_known_from_the_code()
    {
        var catalog = new ScenarioCatalog();
        var unknown = new List<string>();
        var silent = new List<string>();
        foreach (var info in catalog.Scenarios)
        {
            var reached = info.Profiles.SelectMany(profile => Reached(catalog, info, profile)).ToList();
            if (reached.Count == 0) silent.Add(info.Name);
            unknown.AddRange(reached.Where(site => CodeSite.Of(site) is null && !IsOfTheScenario(site)).Select(site => site.ToString()));
        }
        Assert.Empty(unknown);
        Assert.Equal(["boot-fallback"], silent); // no device there, and so no driver at work
    }

    static IReadOnlyList<BarrierSite> Reached(ScenarioCatalog catalog, ScenarioInfo info, string profile)
    {
        using var scenario = catalog.Create(info.Name, profile, info.RunsOn("arm") ? "arm" : "tso");
        Execution.Run(scenario, PlainRun.Instance);
        return [.. Assert.IsAssignableFrom<IBarrierScenario>(scenario).Barriers.Sites];
    }

    /// <summary>Scenarios of the CPU system make releases of their own to each other: nobody studies those.</summary>
    static bool IsOfTheScenario(BarrierSite site) => site.Where.StartsWith("Cpu", StringComparison.Ordinal) && site.Where.Contains("Scenario.", StringComparison.Ordinal);

    [Fact]
    public void Names_are_unique_and_say_where_and_each_purpose_is_known()
    {
        Assert.Equal(CodeSite.All.Count, CodeSite.All.Select(site => site.Name).Distinct().Count());
        Assert.All(CodeSite.All, site => Assert.StartsWith(site.Site.Where, site.Name));
        string[] asks = [.. Enum.GetValues<BarrierPurpose>().Select(BarrierPurposes.Name), BarrierPurposes.Acquire, BarrierPurposes.Release,
            .. Enum.GetValues<AtomicOrder>().Select(BarrierPurposes.Name)];
        string[] operations =
        [
            nameof(ICpuMaintenance.DataBarrier), nameof(ICpuMaintenance.InstructionBarrier), nameof(ICpuMaintenance.CleanDataCache), nameof(ICpuMaintenance.InvalidateTlb),
            nameof(ICpuMaintenance.InvalidateInstructionCache), nameof(ICpuMaintenance.InvalidateAllInstructionCaches), nameof(ICpuMaintenance.InvalidateWholeTlb), BarrierPurposes.Release,
        ];
        Assert.All(CodeSite.All, site => Assert.Contains(site.Site.Asks, site.Room == CodeSite.CpuSystem ? operations : asks));
        Assert.Contains(CodeSite.All, site => site is { Room: CodeSite.CpuSystem, Name: "Idle.Sleep", Site.Asks: nameof(ICpuMaintenance.DataBarrier) });
        Assert.Contains(CodeSite.All, site => site is { Room: CodeSite.Driver, Name: "SplitQueue.Publish", Site.Asks: BarrierPurposes.Release });
    }

    [Theory]
    [InlineData("barrier/SplitQueue.ShouldNotify=dmb-st")]
    [InlineData("barrier/SplitQueue.Publish=none+NaiveBlk.StoreHeader#2=dmb")]
    [InlineData("barrier/Mappings.Change#2=tlbi-vaae1+Idle.Sleep=dsb-ishst")]
    public void Replacements_read_back_as_they_were_written(string text)
    {
        Assert.True(BarrierReplacement.IsOne(text));
        Assert.Equal(text, BarrierReplacement.Parse(text).ToString());
    }

    [Theory]
    [InlineData("barrier/SplitQueue.Nothing=none", "SplitQueue.Nothing")]
    [InlineData("barrier/SplitQueue.Publish=dmbst", "dmbst")]
    [InlineData("barrier/SplitQueue.Publish", "instruction")]
    [InlineData("barrier/", "no barrier site")]
    public void Replacements_of_what_does_not_exist_are_refused(string text, string words)
        => Assert.Contains(words, Assert.Throws<ArgumentException>(() => BarrierReplacement.Parse(text)).Message);

    /// <summary>None orders anything that the one below it does not.</summary>
    [Fact]
    public void What_is_weaker_is_never_as_strong()
    {
        foreach (var instruction in Enum.GetValues<BarrierInstruction>())
        {
            Assert.DoesNotContain(instruction, Instructions.Below(instruction));
            foreach (var weaker in Instructions.Below(instruction))
            {
                Assert.False(Instructions.IsBelow(instruction, weaker), $"{instruction} and {weaker}");
                Assert.All(Instructions.Below(weaker), below => Assert.True(Instructions.IsBelow(below, instruction), $"{below}, {weaker}, {instruction}"));
            }
            Assert.True(Instructions.TryParse(Instructions.NameOf(instruction), out var same) && same == instruction);
        }
    }
}
