using Ringcheck.Exploration;
using Xunit;
using static Ringcheck.Tests.Properties.RingVerbs;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Virtio 1.4, 2.7 "Split Virtqueues": the kernel's queue under random sequences, against the reference of <see cref="RingTrial"/>.
/// </summary>
public sealed class SplitQueueTests(ITestOutputHelper output)
{
    internal static SequenceProperty Property(string name, RingTrial trial, FsCheck.Gen<Operation[]> sequences)
        => new(name, sequences, trial.Run, Simpler, Merge, Describe) { InsteadOf = InsteadOf, Order = Order };

    [Fact]
    public void The_queue_of_the_kernel_is_the_reference()
    {
        var trial = new RingTrial(memory => new RingAdapter(memory));
        Checked.Sequences(Property("split queue", trial, RingSequences.WithLies), 10_000);
        output.WriteLine($"{trial.ChainsTaken} chains taken, {trial.IndexWraps} wraps, {trial.LiesTold} lies, {trial.RefusalsForSpace} refusals for space, {trial.ResetsInFlight} resets in flight");
        Assert.True(trial is { ChainsTaken: > 1_000, IndexWraps: > 100, LiesTold: > 100, RefusalsForSpace: > 1_000, ResetsInFlight: > 100 }, "the sequences do not reach what they are for");
    }
}
