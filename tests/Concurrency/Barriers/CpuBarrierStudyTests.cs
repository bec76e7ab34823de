using Ringcheck.Hal;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Barriers;

/// <summary>What is known of the kernel's CPU routines must come out, where every execution is searched.</summary>
public sealed class CpuBarrierStudyTests
{
    static readonly ScenarioCatalog Catalog = new();

    static StudyResult Study(params StudyRun[] runs)
    {
        var study = new BarrierStudy(Catalog, runs, new("arm", Executions: 1, Seed: 0, Jobs: 1)) { Rooms = [CodeSite.CpuSystem] };
        var result = study.Run(TestContext.Current.CancellationToken);
        Assert.Empty(result.Failures);
        return result;
    }

    static Trial With(StudyResult result, string name, BarrierInstruction instruction)
        => Assert.Single(Site(result, name).Candidates, candidate => candidate.Instruction == instruction).Trial;

    static SiteResult Site(StudyResult result, string name) => Assert.Single(result.Sites, site => site.Site.Name == name);

    [Fact]
    public void Sleep_needs_its_stores_to_have_arrived_and_no_more()
    {
        var result = Study(new StudyRun("cpu-idle", "none"));
        Assert.Equal(BarrierInstruction.DsbIsh, Site(result, "Idle.Sleep").Mapped);
        Assert.Equal("idle/no-dsb-before-wfi", With(result, "Idle.Sleep", BarrierInstruction.None).Violation?.Key);
        Assert.Equal("idle/no-dsb-before-wfi", With(result, "Idle.Sleep", BarrierInstruction.DsbNsh).Violation?.Key);
        Assert.Equal([BarrierInstruction.DsbIshst], Site(result, "Idle.Sleep").Sufficient);
        Assert.Equal("idle/lost-wake-up", With(result, "Idle.Post#2", BarrierInstruction.None).Violation?.Key);

        // The DSB behind it does the work of the release: every execution was searched, and none fails.
        Assert.True(With(result, "Idle.Post#1", BarrierInstruction.None).Passes);
        Assert.True(With(result, "Idle.Post#1", BarrierInstruction.None).Executions > 1_000);
        Assert.True(Site(result, "Idle.Post#1").LeavesLoadBuffering);

        // Listed, though this scenario does not come there.
        Assert.Equal(0, Site(result, "Mappings.Unmap").Reached);
    }

    [Fact]
    public void Changing_a_page_needs_each_step_of_break_before_make_on_all_CPUs()
    {
        var result = Study(new StudyRun("cpu-unmap", "change"));
        Assert.Equal("tlb/no-dsb-before-tlbi", With(result, "Mappings.Change#1", BarrierInstruction.None).Violation?.Key);
        Assert.Equal("tlb/no-tlbi", With(result, "Mappings.Change#2", BarrierInstruction.None).Violation?.Key);
        Assert.Equal("tlb/tlbi-on-one-cpu", With(result, "Mappings.Change#2", BarrierInstruction.TlbiVaae1).Violation?.Key);
        Assert.Equal("tlb/no-dsb-after-tlbi", With(result, "Mappings.Change#3", BarrierInstruction.DsbIshst).Violation?.Key);
        Assert.Equal("translation/no-dsb-after-entry", With(result, "Mappings.Change#4", BarrierInstruction.None).Violation?.Key);
        Assert.Equal("tlb/no-isb-after-tlbi", With(result, "Mappings.Change#5", BarrierInstruction.None).Violation?.Key);
    }
}
