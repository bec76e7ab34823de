using System.Buffers.Binary;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Driver;
using Xunit;

namespace Ringcheck.Tests.Qemu.Peers;

/// <summary>Requests that the driver would refuse to make, put into its ring past it, while it has none of its own there.</summary>
internal static class RawRequest
{
    private const uint HeaderAt = 3 << 20, DataAt = HeaderAt + 0x1000, StatusAt = HeaderAt + 0x2000;

    /// <summary>Makes it available and notifies.</summary>
    public static void Submit(DriverBench bench, uint type, ulong sector, ReadOnlySpan<byte> outgoing)
    {
        Span<byte> header = bench.BytesOf(Piece(bench, HeaderAt, BlkRequest.HeaderSize));
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt64LittleEndian(header[(int)BlkRequest.SectorOffset..], sector);
        DmaRegion data = Piece(bench, DataAt, (uint)outgoing.Length);
        outgoing.CopyTo(bench.BytesOf(data));
        bench.BytesOf(Piece(bench, StatusAt, 1))[0] = BlkStatus.NotWritten;
        Assert.Equal(DriverStatus.Ok, bench.Driver.Queue.TryAdd(
            [DmaSegment.Of(Piece(bench, HeaderAt, BlkRequest.HeaderSize)), DmaSegment.Of(data)], [DmaSegment.Of(Piece(bench, StatusAt, 1))], out _));
        bench.Driver.Queue.Publish();
        bench.Driver.Queue.Notify();
    }

    /// <summary>Takes it back; the status byte that the device wrote.</summary>
    public static byte Finish(DriverBench bench)
    {
        bench.Process.Settle();
        Assert.Equal(DriverStatus.Ok, bench.Driver.Queue.TryTakeUsed(out _));
        return bench.BytesOf(Piece(bench, StatusAt, 1))[0];
    }

    private static DmaRegion Piece(DriverBench bench, uint offset, uint length) => bench.Buffers.Slice(offset, length);
}
