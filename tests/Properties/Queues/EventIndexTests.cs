using FsCheck.Fluent;
using Ringcheck.Exploration;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Virtio 1.4, 2.7.7 and 2.7.10 with EVENT_IDX: the window that an event word is compared with, against indices counted one by one, and the
/// kernel's queue under random sequences, against the words of the standard (<see cref="RingTrial"/>). Not here: two sides at the same
/// time, which is what the explorer is for.
/// </summary>
public sealed class EventIndexTests(ITestOutputHelper output)
{
    /// <summary>Next to 2^16, 2^15 and 0; most often far apart by little.</summary>
    static readonly int[] Edges = [0, 1, 2, 0x7FFE, 0x7FFF, 0x8000, 0x8001, 0xFFFD, 0xFFFE, 0xFFFF];

    /// <summary>The reference: one index after another, from the first that was filled to the last, modulo 2^16.</summary>
    static bool[] PassedOneByOne(ushort before, int count)
    {
        var passed = new bool[0x1_0000];
        for (int i = 0; i < count; i++) passed[(ushort)(before + i)] = true;
        return passed;
    }

    /// <summary>Each of the 65,536 event words, for 10 starts and 58 lengths of the window each: 38 million triples.</summary>
    [Fact]
    public void A_window_is_the_indices_in_it()
    {
        int[] counts = [.. Enumerable.Range(0, 25), .. Enumerable.Range(0x7FF8, 16), .. Enumerable.Range(0xFFF0, 17)];
        foreach (ushort before in Edges)
        {
            foreach (int count in counts)
            {
                var passed = PassedOneByOne(before, count);
                var now = new RingIndex((ushort)(before + count));
                for (int wanted = 0; wanted < passed.Length; wanted++)
                {
                    if (now.HasPassed(new RingIndex((ushort)wanted), (ulong)count) != passed[wanted])
                        Assert.Fail($"event word {wanted}, window from {before} to {now.Value} ({count} indices): it should be {passed[wanted]}");
                }
            }
        }
    }

    /// <summary>A driver that publishes without deciding, for as long as it likes: all indices have been passed, and stay so.</summary>
    [Fact]
    public void A_window_of_more_than_all_indices_has_passed_each()
    {
        foreach (ulong count in new ulong[] { 0x1_0000, 0x1_0001, 0x1_FFFF, 0x1_0000_0000, ulong.MaxValue })
        {
            foreach (int now in Edges)
                Assert.All(Edges, wanted => Assert.True(new RingIndex((ushort)now).HasPassed(new((ushort)wanted), count)));
        }
    }

    static FsCheck.Gen<(ushort Wanted, ushort Before, ushort Now)> Triples { get; } =
        from before in Gen.Choose(0xFF00, 0x100FF)
        from length in Gen.Frequency((4, Gen.Choose(0, 64)), (1, Gen.Choose(0, 0xFFFF)))
        from wanted in Gen.Frequency((4, Gen.Choose(-8, 72)), (1, Gen.Choose(0, 0xFFFF)))
        select ((ushort)(before + wanted), (ushort)before, (ushort)(before + length));

    static bool IsWindow((ushort Wanted, ushort Before, ushort Now) x, Func<RingIndex, RingIndex, RingIndex, bool> isDue)
        => isDue(new(x.Wanted), new(x.Before), new(x.Now)) == PassedOneByOne(x.Before, (ushort)(x.Now - x.Before))[x.Wanted];

    [Fact]
    public void Any_window_is_the_indices_in_it() => Checked.Values("event window", Triples,
        x => IsWindow(x, (wanted, before, now) => now.HasPassed(wanted, before.DistanceTo(now))), 2_000);

    /// <summary>Mistakes that rings have had: each is noticed.</summary>
    [Theory]
    [InlineData("compared by order")]
    [InlineData("one too late")]
    [InlineData("one too early")]
    [InlineData("the last index only")]
    public void A_wrong_window_is_noticed(string mistake)
    {
        string? refuted = Checked.Refuted(Arb.From(Triples), x => IsWindow(x, (wanted, before, now) => mistake switch
        {
            "compared by order" => before.Value <= wanted.Value && wanted.Value < now.Value,
            "one too late" => wanted.DistanceTo(now) < before.DistanceTo(now),
            "one too early" => wanted.Next.DistanceTo(now) <= before.DistanceTo(now),
            _ => wanted.Next == now,
        }));
        Assert.NotNull(refuted);
        output.WriteLine(refuted);
    }

    [Fact]
    public void The_queue_of_the_kernel_asks_and_tells_as_the_standard_says()
    {
        var trial = new RingTrial(RingAdapter.Make);
        Checked.Sequences(RingSequenceTests.Property("event indices", trial, RingSequences.WithEvents), 5_000);
        output.WriteLine($"{trial.Kicks} notifications, {trial.KicksForSeveral} of them for several chains and {trial.KicksAcrossTheWrap} across the wrap, {trial.KicksSaved} saved; "
            + $"{trial.Interrupts} interrupts, {trial.InterruptsSaved} saved");
        Assert.True(trial is { Kicks: > 1_000, KicksForSeveral: > 300, KicksAcrossTheWrap: > 10, KicksSaved: > 1_000, Interrupts: > 300, InterruptsSaved: > 1_000 },
            "the sequences do not reach what they are for");
    }

    public static TheoryData<string> Mutants => [.. RingMutants.Events.Select(mutant => mutant.Name)];

    /// <summary>That each check can fail, and that the shrinker leaves no more than 7 operations of it.</summary>
    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_bug_with_event_indices_is_found_and_shrunk(string name)
    {
        var trial = new RingTrial(RingMutants.Events.Single(mutant => mutant.Name == name).Compile());
        var property = RingSequenceTests.Property(name, trial, RingSequences.WithEvents);
        var found = Checked.Find(property, 2_000, startSize: 30);
        Assert.True(found is not null, "not found");
        output.WriteLine(Checked.Report(property, found));
        Assert.InRange(found.Shrunk.Count, 1, 7);
        Assert.Equal(RingVerb.Initialise, found.Shrunk[0].VerbOf());
        Assert.NotNull(trial.Run(found.Shrunk));
    }
}
