using Ringcheck.Exploration;
using Xunit;
using static Ringcheck.Tests.Properties.RingVerbs;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Virtio 1.4, 2.7 "Split Virtqueues": the kernel's queue under random sequences, against the reference of <see cref="RingTrial"/>.
/// </summary>
public sealed class RingSequenceTests(ITestOutputHelper output)
{
    internal static SequenceProperty Property(string name, RingTrial trial, FsCheck.Gen<Operation[]> sequences)
        => new(name, sequences, trial.Run, Simpler, Merge, Describe) { InsteadOf = InsteadOf, Order = Order };

    [Fact]
    public void The_queue_of_the_kernel_is_the_reference()
    {
        var trial = new RingTrial(RingAdapter.Make);
        Checked.Sequences(Property("split queue", trial, RingSequences.WithLies), 10_000);
        output.WriteLine($"{trial.ChainsTaken} chains taken, {trial.IndexWraps} wraps, {trial.LiesTold} lies, {trial.RefusalsForSpace} refusals for space, {trial.ResetsInFlight} resets in flight");
        Assert.True(trial is { ChainsTaken: > 1_000, IndexWraps: > 100, LiesTold: > 100, RefusalsForSpace: > 1_000, ResetsInFlight: > 100 }, "the sequences do not reach what they are for");
    }

    public static TheoryData<string> Mutants => [.. RingMutants.Credulous.Concat(RingMutants.Others).Select(mutant => mutant.Name)];

    /// <summary>That each check can fail. The functional bugs are those of <see cref="ShrinkerQualityTests"/>.</summary>
    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_bug_in_the_queue_is_found(string name)
    {
        var trial = new RingTrial(RingMutants.Credulous.Concat(RingMutants.Others).Single(mutant => mutant.Name == name).Compile());
        var property = Property(name, trial, RingSequences.WithLies);
        var found = Checked.Find(property, 4_000, startSize: 30);
        Assert.True(found is not null, "not found");
        output.WriteLine(Checked.Report(property, found));
    }

    /// <summary>What a failure prints: the rule, each operation in words, a literal, and a seed that finds the same sequence again.</summary>
    [Fact]
    public void A_report_replays()
    {
        var trial = new RingTrial(RingMutants.Functional[0].Compile());
        var property = Property("wrap", trial, RingSequences.Honest);
        var found = Checked.Find(property, 1_000)!;
        string report = Checked.Report(property, found);
        Assert.Contains("indices from 65535", report, StringComparison.Ordinal);
        Assert.Contains("as a literal: [new(1, 0, 65535, 0), ", report, StringComparison.Ordinal);
        Assert.Contains("RINGCHECK_SEED=" + found.Seed, report, StringComparison.Ordinal);
        Assert.Equal(found.Found, Checked.Replay(property, found.Seed));
        Assert.NotNull(trial.Run(found.Shrunk));
    }
}
