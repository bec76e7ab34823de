using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Virtio 1.4, 2.7.6 and 2.7.8 (free-running 16-bit indices) and 2.2 (sets of feature bits, shown 32 bits at a time): arithmetic
/// against plain integers and sets.
/// </summary>
public sealed class NumberLaws
{
    /// <summary>Most often next to 2^16, 2^15, 2^8 and 0.</summary>
    static Gen<ushort> Indices { get; } = Gen.OneOf(Gen.Choose(0xFFF0, 0x1000F), Gen.Choose(0x7FF8, 0x8008), Gen.Choose(0xF8, 0x108), Gen.Choose(0, 0xFFFF)).Select(value => (ushort)value);

    static Gen<(ushort Index, ushort Count)> Steps { get; } = from index in Indices from count in Indices select (index, count);

    static Gen<int[]> Bits { get; } = Gen.Choose(0, 127).ArrayOf();

    static FeatureSet SetOf(IEnumerable<int> bits) => bits.Aggregate(FeatureSet.None, (set, bit) => set.With(bit));

    static bool IsDistance(ushort index, ushort count, Func<RingIndex, RingIndex, int> distance)
        => distance(new(index), new((ushort)((index + count) % 65_536))) == count;

    [Fact]
    public void An_index_counts_modulo_2_to_the_16() => Checked.Values("index", Steps, step =>
        new RingIndex(step.Index).Plus(step.Count).Value == (step.Index + step.Count) % 65_536 && new RingIndex(step.Index).Next == new RingIndex(step.Index).Plus(1)
        && IsDistance(step.Index, step.Count, (from, to) => from.DistanceTo(to)), 5_000);

    [Fact]
    public void Distances_add_up() => Checked.Values("distance", from a in Indices from b in Indices from c in Indices select (a, b, c), x =>
        (ushort)(new RingIndex(x.a).DistanceTo(new(x.b)) + new RingIndex(x.b).DistanceTo(new(x.c))) == new RingIndex(x.a).DistanceTo(new(x.c))
        && (ushort)(new RingIndex(x.a).DistanceTo(new(x.b)) + new RingIndex(x.b).DistanceTo(new(x.a))) == 0, 5_000);

    [Fact]
    public void Slots_follow_each_other_across_the_wrap() => Checked.Values("slot", from index in Indices from log2 in Gen.Choose(0, 15) select (Index: index, Size: (ushort)(1 << log2)), x =>
        new RingIndex(x.Index).Slot(x.Size) == x.Index % x.Size && new RingIndex(x.Index).Next.Slot(x.Size) == (new RingIndex(x.Index).Slot(x.Size) + 1) % x.Size, 5_000);

    [Fact]
    public void A_distance_that_forgets_the_wrap_is_noticed()
        => Assert.NotNull(Checked.Refuted(Arb.From(Steps), step => IsDistance(step.Index, step.Count, (from, to) => to.Value - from.Value)));

    [Fact]
    public void Feature_sets_are_sets_of_bits() => Checked.Values("features", from a in Bits from b in Bits select (a, b), x =>
    {
        var (a, b) = (SetOf(x.a), SetOf(x.b));
        return Enumerable.Range(0, 128).All(bit =>
            a.Has(bit) == x.a.Contains(bit) && (a | b).Has(bit) == (x.a.Contains(bit) || x.b.Contains(bit)) && (a & b).Has(bit) == (x.a.Contains(bit) && x.b.Contains(bit))
            && !a.Without(bit).Has(bit) && a.Without(bit).With(bit) == a.With(bit) && a.With(bit).Has(bit))
            && a.IsSubsetOf(b) == x.a.All(x.b.Contains) && a.IsSubsetOf(a | b) && (a & b).IsSubsetOf(a);
    });

    [Fact]
    public void Words_show_32_bits_each() => Checked.Values("words", from bits in Bits from selector in Gen.Choose(0, 5) from word in Gen.Choose(0, int.MaxValue) select (bits, selector, word), x =>
    {
        var set = SetOf(x.bits);
        uint shown = 0;
        foreach (int bit in x.bits)
        {
            if (bit / 32 == x.selector) shown |= 1u << (bit % 32);
        }
        var changed = set.WithWord((uint)x.selector, (uint)x.word);
        return set.Word((uint)x.selector) == shown && (x.selector > 3 ? changed == set : changed.Word((uint)x.selector) == (uint)x.word)
            && Enumerable.Range(0, 4).All(other => other == x.selector || changed.Word((uint)other) == set.Word((uint)other))
            && changed.WithWord((uint)x.selector, shown) == set;
    });
}
