using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Xunit;

namespace Ringcheck.Tests.Properties.Dma;

/// <summary>
/// A buffer over frames as descriptors: together the segments are the buffer, byte for byte; none is longer than allowed; there are no more than needed, as an oracle counts
/// that looks at each byte; and what cannot be split within the limits is refused, and nothing else.
/// </summary>
public sealed class SegmentTests
{
    /// <summary>Frames by length and by how far behind the one before they begin (0: right behind it).</summary>
    sealed record Case((uint Gap, uint Length)[] Frames, uint Offset, uint Length, uint MaxSegments, uint MaxSegmentLength);

    static Gen<Case> Cases { get; } =
        from frames in (from gap in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 3))) from length in Gen.Choose(0, 9) select ((uint)gap, (uint)length)).ArrayOf()
        from offset in Gen.Choose(0, 12)
        from length in Gen.Choose(0, 40)
        from most in Gen.Choose(0, 12)
        from longest in Gen.Frequency((3, Gen.Choose(0, 9)), (1, Gen.Constant(int.MaxValue)))
        select new Case(frames, (uint)offset, (uint)length, (uint)most, (uint)longest);

    [Fact]
    public void Segments_are_the_buffer_within_the_limits_and_as_few_as_can_be()
        => Assert.Null(Checked.FirstFailure("segments", Cases, test => Judge(test) is null, tests: 20_000) is { } failure
            ? $"{failure.Value}: {Judge(failure.Value)}; RINGCHECK_SEED={failure.Seed}" : null);

    static string? Judge(Case test)
    {
        var frames = FramesOf(test);
        Span<DmaSegment> segments = stackalloc DmaSegment[10];
        var status = DmaSegments.Split(frames, test.Offset, test.Length, test.MaxSegments, test.MaxSegmentLength, segments, out int count);

        ulong[] bytes = [.. frames.SelectMany(frame => Enumerable.Range(0, (int)frame.Length).Select(i => frame.Bus.Value + (ulong)i)).Skip((int)test.Offset).Take((int)test.Length)];
        bool isThere = bytes.Length == test.Length && test.MaxSegmentLength != 0;
        int needed = isThere ? Fewest(bytes, test.MaxSegmentLength) : 0;
        bool isPossible = isThere && needed <= test.MaxSegments && needed <= segments.Length;
        if (!isPossible) return status == DriverStatus.InvalidArgument && count == 0 ? null : $"{status} with {count} segments, where it is not possible";
        if (status != DriverStatus.Ok) return $"{status}, where {needed} segments do";
        if (count != needed) return $"{count} segments, where {needed} do";
        int at = 0;
        foreach (var segment in segments[..count])
        {
            if (segment.Length == 0 || segment.Length > test.MaxSegmentLength) return $"a segment of {segment.Length} bytes";
            for (uint i = 0; i < segment.Length; i++)
            {
                if (at == bytes.Length || bytes[at++] != segment.Address.Value + i) return $"byte {at} is another one";
            }
        }
        return at == bytes.Length ? null : "bytes are left out";
    }

    /// <summary>A new segment wherever the next byte is not the next address, or the last segment is as long as it may be.</summary>
    static int Fewest(ulong[] bytes, uint longest)
    {
        int count = 0;
        uint length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (i == 0 || bytes[i] != bytes[i - 1] + 1 || length == longest)
            {
                count++;
                length = 0;
            }
            length++;
        }
        return count;
    }

    static DmaRegion[] FramesOf(Case test)
    {
        var frames = new DmaRegion[test.Frames.Length];
        ulong next = 0x1_0000_0000;
        for (int i = 0; i < frames.Length; i++)
        {
            next += test.Frames[i].Gap;
            frames[i] = new(new(0x4000_0000 + 16UL * (ulong)i), new(next), test.Frames[i].Length);
            next += test.Frames[i].Length;
        }
        return frames;
    }

    [Fact]
    public void The_limits_are_those_of_the_device()
    {
        Span<DmaSegment> segments = stackalloc DmaSegment[4];
        DmaRegion[] frames = [new(new(0x4000_0000), new(0x8000_0000), 4096), new(new(0x4000_1000), new(0x8000_4000), 4096)];
        var limits = new BlkLimits(MaxSegments: 3, MaxSegmentLength: 3000, 0, 0, 0, 0);
        Assert.Equal(DriverStatus.Ok, DmaSegments.Split(frames, 1096, 4096, limits, segments, out int count));
        Assert.Equal(2, count);
        Assert.Equal(new DmaSegment(new(0x8000_0448), 3000), segments[0]);
        Assert.Equal(new DmaSegment(new(0x8000_4000), 1096), segments[1]);
        Assert.Equal(DriverStatus.InvalidArgument, DmaSegments.Split(frames, 0, 8192, limits, segments, out count));
    }
}
