using Ringcheck.Hal;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Barriers;

/// <summary>What is known of a split ring's barriers must come out, within small budgets (memory arm, seed 0).</summary>
public sealed class BarrierStudyTests
{
    const long Executions = 150;

    static readonly ScenarioCatalog Catalog = new();

    static StudyResult Study(string memory, params StudyRun[] runs)
        => new BarrierStudy(Catalog, runs, new(memory, Executions, Seed: 0, Jobs: 2)).Run(TestContext.Current.CancellationToken);

    static SiteResult Site(StudyResult result, string name) => Assert.Single(result.Sites, site => site.Site.Name == name);

    static Trial With(SiteResult site, BarrierInstruction instruction) => Assert.Single(site.Candidates, candidate => candidate.Instruction == instruction).Trial;

    [Fact]
    public void Publishing_suppression_and_taking_back_each_need_their_order_and_the_mapped_driver_passes()
    {
        var result = Study("arm", new("blk-two-requests", "strict"), new("blk-two-requests", "qemu"));
        Assert.Empty(result.Failures);
        Assert.False(result.Stopped);

        // Publish: W→W, for which DMB OSHST is enough; R→W would be load buffering.
        var publish = Site(result, "SplitQueue.Publish");
        Assert.False(With(publish, BarrierInstruction.None).Passes);
        Assert.Equal([BarrierInstruction.DmbStore], publish.Sufficient);
        Assert.True(publish is { IsShownNeeded: true, IsStronger: true, LeavesLoadBuffering: true });

        // Kick suppression and interrupt enabling: W→R, which only a full barrier gives.
        foreach (string name in new[] { "SplitQueue.ShouldNotify", "SplitQueue.EnableInterrupts" })
        {
            var site = Site(result, name);
            foreach (var weaker in new[] { BarrierInstruction.None, BarrierInstruction.DmbStore, BarrierInstruction.DmbLoad })
                Assert.Equal("lost-notification", With(site, weaker).Violation?.Monitor);
            Assert.Equal([BarrierInstruction.Dmb], site.Sufficient);
            Assert.False(site.IsStronger);
        }

        // used.idx, then element and data: R→R, for which LDAPR is enough.
        var used = Site(result, "SplitQueue.LookAtUsedIndex");
        Assert.False(With(used, BarrierInstruction.None).Passes);
        Assert.Equal([BarrierInstruction.Ldapr], used.Sufficient);
    }

    [Fact]
    public void A_doorbell_that_is_always_rung_and_memory_that_is_taken_back_need_theirs()
    {
        var result = Study("arm", new("queue-release", "strict"), new("queue-notify", "strict"));
        Assert.Empty(result.Failures);
        Assert.Equal("lost-notification", With(Site(result, "SplitQueue.Notify"), BarrierInstruction.None).Violation?.Monitor);
        Assert.Equal("memory-reuse", With(Site(result, "TransportQueues.ReleaseQueue"), BarrierInstruction.None).Violation?.Monitor);
    }

    /// <summary>x86 keeps all orders but store before load: there only the full barriers are instructions, and they are needed.</summary>
    [Fact]
    public void On_tso_only_store_then_load_is_an_instruction()
    {
        var result = Study("tso", new StudyRun("blk-two-requests", "strict"), new StudyRun("blk-two-requests", "qemu"));
        Assert.Empty(result.Failures);
        Assert.True(Site(result, "SplitQueue.ShouldNotify").IsShownNeeded);
        Assert.Equal(BarrierInstruction.None, Site(result, "SplitQueue.Publish").Mapped);
        Assert.Empty(Site(result, "SplitQueue.Publish").Candidates);
    }

    [Fact]
    public void What_was_found_does_not_depend_on_the_number_of_workers()
    {
        var one = new BarrierStudy(Catalog, [new("spsc-4x3", "none")], new("arm", 50, 3, Jobs: 1)).Run(TestContext.Current.CancellationToken);
        var three = new BarrierStudy(Catalog, [new("spsc-4x3", "none")], new("arm", 50, 3, Jobs: 3)).Run(TestContext.Current.CancellationToken);
        string Replays(StudyResult result) => string.Join('\n', result.Sites.SelectMany(site => site.Candidates).Select(candidate => $"{candidate.Trial.Replay}{candidate.Trial.Executions}"));
        Assert.Equal(Replays(one), Replays(three));
        Assert.True(Assert.Single(one.Sites).IsShownNeeded);
    }

    /// <summary>
    /// Of a full barrier before and after every access, four are left, and none of them a DSB: slot before index, index before flags, used index before what it returns, and the
    /// data of one request before the memory is handed over again (load to store: found by the axioms).
    /// </summary>
    [Fact]
    public void The_naive_driver_is_left_with_four_barriers()
    {
        var study = new BarrierStudy(Catalog, [new("ring-naive", "strict"), new("ring-naive", "qemu")], new("arm", Executions, 0, Jobs: 2)) { AlsoTogether = true };
        var result = study.Run(TestContext.Current.CancellationToken);
        Assert.Empty(result.Failures);
        Assert.Equal(28, result.Sites.Count);
        Assert.All(result.Sites, site => Assert.Equal(BarrierInstruction.Dsb, site.Mapped));
        var together = result.Together!;
        Assert.True(together.Trial.Passes);
        var left = together.Left.Where(each => each.Instruction != BarrierInstruction.None).Select(each => each.Instruction).Order();
        Assert.Equal([BarrierInstruction.DmbStore, BarrierInstruction.DmbLoad, BarrierInstruction.DmbLoad, BarrierInstruction.Dmb], left);
    }
}
