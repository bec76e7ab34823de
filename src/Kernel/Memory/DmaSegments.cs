using System;
using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// From a buffer to descriptors: part of a buffer that lies in frames, each where memory was free, in the fewest segments that a device allows. Frames that follow each
/// other on the bus share a segment, whatever the CPU sees; frames that do not, never do.
/// </summary>
public static class DmaSegments
{
    /// <summary>
    /// Splits <paramref name="length"/> bytes from <paramref name="offset"/> on. InvalidArgument, and <paramref name="count"/> 0: the frames have no such bytes, or it
    /// takes more than <paramref name="maxSegments"/> or than <paramref name="segments"/> has room for.
    /// </summary>
    /// <param name="maxSegmentLength">In bytes, not 0: see <see cref="BlkLimits"/> for this and <paramref name="maxSegments"/>.</param>
    public static DriverStatus Split(
        ReadOnlySpan<DmaRegion> frames, uint offset, uint length, uint maxSegments, uint maxSegmentLength, Span<DmaSegment> segments, out int count)
    {
        count = 0;
        uint most = (uint)segments.Length < maxSegments ? (uint)segments.Length : maxSegments;
        if (maxSegmentLength == 0)
            return DriverStatus.InvalidArgument;
        int used = 0;
        foreach (ref readonly DmaRegion frame in frames)
        {
            if (length == 0)
                break;
            if (offset >= frame.Length)
            {
                offset -= frame.Length;
                continue;
            }

            uint left = frame.Length - offset < length ? frame.Length - offset : length;
            length -= left;
            if (!Add(frame.Bus + offset, left, maxSegmentLength, segments[..(int)most], ref used))
                return DriverStatus.InvalidArgument;
            offset = 0;
        }

        if (length != 0)
            return DriverStatus.InvalidArgument;
        count = used;
        return DriverStatus.Ok;
    }

    /// <summary>As <see cref="Split(ReadOnlySpan{DmaRegion}, uint, uint, uint, uint, Span{DmaSegment}, out int)"/>, with the limits of a block device.</summary>
    public static DriverStatus Split(ReadOnlySpan<DmaRegion> frames, uint offset, uint length, in BlkLimits limits, Span<DmaSegment> segments, out int count)
        => Split(frames, offset, length, limits.MaxSegments, limits.MaxSegmentLength, segments, out count);

    private static bool Add(BusAddress address, uint length, uint maxSegmentLength, Span<DmaSegment> segments, ref int used)
    {
        if (used > 0 && segments[used - 1].Address + segments[used - 1].Length == address)
        {
            ref DmaSegment last = ref segments[used - 1];
            uint room = maxSegmentLength - last.Length, more = length < room ? length : room;
            last = last with { Length = last.Length + more };
            address += more;
            length -= more;
        }

        while (length > 0)
        {
            if (used == segments.Length)
                return false;
            uint piece = length < maxSegmentLength ? length : maxSegmentLength;
            segments[used++] = new(address, piece);
            address += piece;
            length -= piece;
        }

        return true;
    }
}
