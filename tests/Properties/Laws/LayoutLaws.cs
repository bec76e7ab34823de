using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Virtio 1.4, 2.7 "Split Virtqueues" (sizes, alignments) and 2.7.2 "Legacy Interfaces: A Note on Virtqueue Layout": for each legal queue
/// size and alignment, where the three parts lie. Not here: where a driver puts them in memory.
/// </summary>
public sealed class LayoutLaws
{
    static Gen<ushort> Sizes { get; } = Gen.Choose(0, 15).Select(log2 => (ushort)(1 << log2));

    static Gen<(ushort Size, uint Align)> LegacyQueues { get; } = from size in Sizes from align in Gen.Choose(2, 16) select (size, 1u << align);

    static bool IsWellFormed(SplitLayout layout) => IsAligned(layout) && IsApart(layout);

    static bool IsAligned(SplitLayout layout) => layout.DescriptorTable % 16 == 0 && layout.Available % 2 == 0 && layout.Used % 4 == 0;

    static bool IsApart(SplitLayout layout)
    {
        ulong size = layout.QueueSize;
        return layout.DescriptorTable + 16 * size <= layout.Available && layout.Available + 6 + 2 * size <= layout.Used && layout.Used + 6 + 8 * size <= layout.Length;
    }

    [Fact]
    public void Parts_of_a_modern_queue_are_aligned_and_do_not_overlap() => Checked.Values("modern layout", Sizes, size => IsWellFormed(SplitLayout.Modern(size)), 200);

    [Fact]
    public void What_the_device_writes_shares_no_cache_line_with_what_the_driver_writes()
        => Checked.Values("cache lines", Sizes, size => SplitLayout.Modern(size) is var layout && (layout.Available + 5 + 2u * size) / 64 < layout.Used / 64, 200);

    [Fact]
    public void A_legacy_queue_is_laid_out_by_the_formula_of_the_standard() => Checked.Values("legacy layout", LegacyQueues, queue =>
    {
        // 2.7.2: ALIGN(sizeof(desc)*qsz + sizeof(u16)*(3 + qsz)) + ALIGN(sizeof(u16)*3 + sizeof(used_elem)*qsz)
        ulong size = queue.Size, first = Align(16 * size + 2 * (3 + size)), second = Align(2 * 3 + 8 * size);
        var layout = SplitLayout.Legacy(queue.Size, queue.Align);
        return IsWellFormed(layout) && layout.Available == 16 * size && layout.Used == first && layout.Length == first + second;

        ulong Align(ulong length) => (length + queue.Align - 1) / queue.Align * queue.Align;
    });

    [Fact]
    public void Legal_sizes_are_the_powers_of_two_up_to_32768()
        => Checked.Values("sizes", Gen.Choose(0, 70_000), size => SplitLayout.IsLegalQueueSize((uint)size) == Enumerable.Range(0, 16).Any(log2 => 1 << log2 == size), 20_000);

    [Fact]
    public void Event_words_lie_at_the_end_of_each_ring() => Checked.Values("event words", Sizes, size =>
        AvailableRing.UsedEventOffset(size) + 2 == AvailableRing.Length(size) && UsedRing.AvailEventOffset(size) + 2 == UsedRing.Length(size)
        && (size == 32768 || (AvailableRing.EntryOffset((ushort)(size - 1)) + 2 == AvailableRing.UsedEventOffset(size) && UsedRing.EntryOffset((ushort)(size - 1)) + 8 == UsedRing.AvailEventOffset(size))), 200);

    [Fact]
    public void The_checks_notice_a_used_ring_that_is_moved()
    {
        Assert.NotNull(Checked.Refuted(Arb.From(Sizes), size => IsWellFormed(SplitLayout.Modern(size) with { Used = SplitLayout.Modern(size).Available + 4 })));
        Assert.NotNull(Checked.Refuted(Arb.From(Sizes), size => IsWellFormed(SplitLayout.Modern(size) with { Used = SplitLayout.Modern(size).Used + 2 })));
        Assert.NotNull(Checked.Refuted(Arb.From(Sizes), size => IsWellFormed(SplitLayout.Modern(size) with { Length = SplitLayout.Modern(size).Length - 2 })));
    }
}
