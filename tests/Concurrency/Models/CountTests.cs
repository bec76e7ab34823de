using Ringcheck.Models;
using Ringcheck.Models.Checking;
using Ringcheck.Models.Ownership;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Models;

/// <summary>Counts of the shipped models. A change of a model shows here, and has to be meant.</summary>
public sealed class CountTests
{
    /// <summary>Ring of 2 with reset: the same in three other checkers (design, section 6). The other rows are our own measurements.</summary>
    [Theory]
    [InlineData("ring", 2, 12_035, 24_183, 85)]
    [InlineData("ring", 1, 148, 243, 32)]
    [InlineData("ring", 3, 1_121_996, 2_430_085, 130)]
    [InlineData("ring-no-reset", 1, 30, 31, 30)]
    [InlineData("ring-no-reset", 2, 2_465, 4_191, 86)]
    [InlineData("ring-no-reset", 3, 231_196, 448_933, 141)]
    [InlineData("ownership", 1, 63, 96, 24)]
    [InlineData("ownership", 2, 52_769, 98_338, 101)]
    [InlineData("ownership-wrap", 1, 317, 478, 62)]
    [InlineData("ownership-wrap", 2, 48_647, 88_256, 67)]
    [InlineData("event-idx", 1, 26_903, 83_551, 49)]
    [InlineData("event-idx", 2, 65_047, 214_107, 47)]
    [InlineData("event-idx", 4, 139_720, 480_255, 47)]
    [InlineData("lifecycle", 1, 545, 1_116, 74)]
    [InlineData("lifecycle", 2, 2_342, 6_612, 113)]
    [InlineData("lifecycle-legacy", 1, 391, 828, 54)]
    [InlineData("lifecycle-legacy", 2, 2_118, 6_194, 83)]
    public void Shipped_models_hold_with_these_counts(string name, int size, long states, long generated, int depth)
    {
        var result = ModelCatalog.Of(name).Check(size, new CheckOptions());
        Assert.Empty(result.Violations);
        Assert.Equal(CheckOutcome.Verified, result.Outcome);
        Assert.True(result.Exact);
        Assert.Equal((states, generated, depth), (result.States, result.Generated, result.Depth));
    }

    [Theory]
    [InlineData("ring", 2)]
    [InlineData("ring-no-reset", 3)]
    [InlineData("ownership", 2)]
    [InlineData("event-idx", 4)]
    [InlineData("lifecycle", 2)]
    public void Counts_do_not_depend_on_workers_or_on_compaction(string name, int size)
    {
        var model = ModelCatalog.Of(name);
        var one = model.Check(size, new CheckOptions { Workers = 1 });
        var two = model.Check(size, new CheckOptions { Workers = 2 });
        var compacted = model.Check(size, new CheckOptions { Workers = 2, Compacted = true });
        Assert.Equal((one.States, one.Generated, one.Depth), (two.States, two.Generated, two.Depth));
        Assert.Equal((one.States, one.Generated, one.Depth), (compacted.States, compacted.Generated, compacted.Depth));
        Assert.False(compacted.Exact);
        Assert.InRange(compacted.CollisionProbability, double.Epsilon, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Where_the_indices_start_changes_nothing(int size)
    {
        var counts = new[] { 0, 0x00FF, 0x7FFE, 65_531, 65_534, 65_535 }.Select(start =>
        {
            var result = Checker.Check<OwnershipModel, OwnershipState>(new OwnershipModel(size, start), new CheckOptions());
            Assert.Equal(CheckOutcome.Verified, result.Outcome);
            return (start % size, result.States, result.Generated, result.Depth);
        });
        // A start in the middle of a ring only turns it; starts at the same slot are the same model.
        foreach (var same in counts.GroupBy(static c => c.Item1))
            Assert.Single(same.Distinct());
    }
}
