using Ringcheck.Exploration;
using Ringcheck.Ordering;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>The comparison can fire: the algorithm with one thing wrong is caught, and in the way that the paper lets expect.</summary>
public sealed class BrokenReducerTests
{
    /// <summary>Random programs in which a flaw has to show.</summary>
    const int Programs = 150;

    [Theory]
    [InlineData(ReductionFlaw.NoVirtualWrites, MemoryModel.SequentiallyConsistent, 0, "  missing ")]
    [InlineData(ReductionFlaw.AnythingGoes, MemoryModel.SequentiallyConsistent, 0, "made twice")]
    [InlineData(ReductionFlaw.TooStrict, MemoryModel.SequentiallyConsistent, 0, "  missing ")]
    [InlineData(ReductionFlaw.ReadersForgotten, MemoryModel.SequentiallyConsistent, 0, "made twice")]
    [InlineData(ReductionFlaw.PrefixComesBefore, MemoryModel.AArch64, 840, "  missing ")] // rare: 5 of 2,100 programs, and these lie together
    [InlineData(ReductionFlaw.EarlierPlacesRevisit, MemoryModel.SequentiallyConsistent, 0, "made twice")]
    internal void A_flaw_is_caught(ReductionFlaw flaw, MemoryModel model, int firstSeed, string words)
    {
        for (int seed = firstSeed; seed < firstSeed + Programs; seed++)
        {
            if (new ReductionComparison(model, flaw).Difference(RandomPrograms.Branching(seed))?.Contains(words, StringComparison.Ordinal) != true) continue;
            TestContext.Current.TestOutputHelper!.WriteLine($"{flaw} on {model}: seed {seed}");
            return;
        }
        Assert.Fail($"{flaw} on {model} is caught by none of {Programs} programs from seed {firstSeed} on");
    }

    /// <summary>On the memories where it holds, that shortcut is none: nothing is lost by it.</summary>
    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    public void On_SC_and_TSO_what_a_write_follows_from_comes_before_it(MemoryModel model)
    {
        for (int seed = 840; seed < 840 + Programs; seed++) Assert.Null(new ReductionComparison(model, ReductionFlaw.PrefixComesBefore).Difference(RandomPrograms.Branching(seed)));
    }
}
