using System.Buffers.Binary;
using System.Text;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>
/// Virtio 1.4, 5.2.6: each kind of request, by the real driver, on QEMU's device, virtio-mmio version 2 and 1; what was written is
/// looked for in the image file.
/// </summary>
public sealed class DriverRequestTests
{
    private const long Sectors = 2048;
    private const string Serial = "RINGCHECK-0042";

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    public Task TheBusSaysWhatItFound(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way);
        Assert.Equal(DriverStatus.Ok, MmioBus.Find(bench.Machine, DeviceType.Block, out Transport transport));
        Assert.Equal("[virtio-mmio] Found virtio-blk at 0xa003e00 (IRQ 47)\n", bench.Console);
        Assert.Equal(way.IsLegacy() ? TransportKind.MmioLegacy : TransportKind.MmioModern, transport.Kind);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal((ulong)Sectors, bench.Driver.CapacitySectors);
        Assert.Equal(!way.IsLegacy(), bench.Driver.Features.Has(Feature.Version1));
        Assert.Equal(512u, bench.Driver.Info.BlockSize);
        Assert.Equal((16, 63), (bench.Driver.Info.Heads, bench.Driver.Info.SectorsPerTrack));
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    public Task AMachineWithoutABlockDeviceSaysNoDevice(DriverWay way) => Bounded(way, () =>
    {
        using var bench = new DriverBench(disk: null, way);
        Assert.Equal(DriverStatus.NoDevice, bench.Open());
        Assert.Equal("", bench.Console);
        Assert.Equal(DriverStatus.NoDevice, bench.Run(BlkOperation.Read, 0, bench.Buffer(0)));

        var fallback = new RamDisk<QemuMachine>(bench.Machine, bench.Buffer(0, 64));
        Assert.Equal(DriverStatus.NoDevice,
            BlockDevices.OpenOrFallback(bench.Machine, bench.Driver, bench.DriverMemory, fallback, allowFallback: false, out _));
        Assert.Equal(DriverStatus.Ok,
            BlockDevices.OpenOrFallback(bench.Machine, bench.Driver, bench.DriverMemory, fallback, allowFallback: true, out var device));
        Assert.Equal(BlockDeviceKind.FallbackRamDisk, device.Kind);
        Assert.Contains("FALLBACK RAM DISK", bench.Console, StringComparison.Ordinal);
    });

    /// <summary>The magic number of the superblock: 0xEF53 at byte 1080, little-endian, whatever mkfs chooses besides.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern, true)]
    [InlineData(DriverWay.MmioModern, false)]
    [InlineData(DriverWay.MmioLegacy, true)]
    [InlineData(DriverWay.MmioLegacy, false)]
    public Task AFileSystemMadeByMkfsIsThere(DriverWay way, bool useInterrupts) => Bounded(way, () =>
    {
        const uint magicAt = 1080;
        using DiskImage? disk = DiskImage.Ext4(32_768, out string reason);
        Assert.SkipWhen(disk is null, reason);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { UseInterrupts = useInterrupts });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 0, bench.Buffer(0, 8)));
        ReadOnlySpan<byte> read = bench.BytesOf(bench.Buffer(0, 8));
        Assert.Equal(0xEF53, BinaryPrimitives.ReadUInt16LittleEndian(read[(int)magicAt..]));
        Assert.True(read.SequenceEqual(disk!.Read(new Sector(0), 8)));
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    public Task TheImageFileHoldsWhatWasWritten(DriverWay way) => Bounded(way, () =>
    {
        const ulong first = 100;
        const uint count = 9;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        DmaRegion data = bench.Buffer(0, count), back = bench.Buffer(count, count);
        Fill(bench.BytesOf(data), seed: way.IsLegacy() ? 1u : 2u);
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Write, first, data));
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Flush, 0, default));

        Assert.Equal(bench.BytesOf(data).ToArray(), disk.Read(new Sector(first), (int)count));
        Assert.Equal(DiskImage.NumberedSector((long)first - 1), disk.Read(new Sector(first - 1), 1));
        Assert.Equal(DiskImage.NumberedSector((long)(first + count)), disk.Read(new Sector(first + count), 1));

        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, first, back));
        Assert.True(bench.BytesOf(back).SequenceEqual(bench.BytesOf(data)));
        Assert.Equal(DriverStatus.Ok, bench.Driver.Shutdown(DriverBench.TimeoutMs));
        Assert.Equal(0u, bench.Driver.Transport.ReadStatus(bench.Machine));
        Assert.Equal(DriverStatus.NoDevice, bench.Run(BlkOperation.Read, first, back));
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    public Task TheDeviceTellsItsSerial(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Empty(Sectors);
        using var bench = new DriverBench(disk, way, change: o => o with { DiskProperties = $",serial={Serial}" });
        Assert.Equal(DriverStatus.Ok, BlockDevices.Open(bench.Machine, bench.Driver, bench.DriverMemory, out var device));
        Span<byte> text = stackalloc byte[64];
        bench.State.Route(bench.Driver.Transport.Interrupt, () => bench.Driver.OnInterrupt());
        bench.BytesOf(bench.Buffer(0)).Clear();
        Assert.Equal(DriverStatus.Ok, device.Identify(bench.Buffer(0), DriverBench.TimeoutMs, bench.Machine, text, out int length));
        Assert.Equal($"virtio-blk {Serial}", Encoding.ASCII.GetString(text[..length]));
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task WriteZeroesAndDiscardStayWithinTheirRange(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, change: o => o with { DriveProperties = ",discard=unmap" });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.True(bench.Driver.Limits.MaxWriteZeroesRanges > 0 && bench.Driver.Limits.MaxDiscardRanges > 0);
        Assert.Equal(DriverStatus.Ok, RunRange(bench, BlkOperation.WriteZeroes, new BlkRange(new Sector(16), 5, Unmap: false)));
        Assert.Equal(DriverStatus.Ok, RunRange(bench, BlkOperation.WriteZeroes, new BlkRange(new Sector(32), 8, Unmap: true)));
        Assert.Equal(DriverStatus.Ok, RunRange(bench, BlkOperation.Discard, new BlkRange(new Sector(64), 8, Unmap: false)));
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Flush, 0, default));
        for (ulong sector = 0; sector < 96; sector++)
        {
            byte[] actual = disk.Read(new Sector(sector), 1), before = DiskImage.NumberedSector((long)sector);
            bool isZero = Array.TrueForAll(actual, b => b == 0);
            switch (sector)
            {
                case (>= 16 and < 21) or (>= 32 and < 40):
                    Assert.True(isZero, $"sector {sector} is not zero");
                    break;
                case >= 64 and < 72:
                    // 5.2.6.2: what a discarded sector holds is the device's to say.
                    Assert.True(isZero || actual.AsSpan().SequenceEqual(before), $"sector {sector} is neither zero nor as it was");
                    break;
                default:
                    Assert.Equal(before, actual);
                    break;
            }
        }
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task DataMayLieInPieces(DriverWay way) => Bounded(way, () =>
    {
        const ulong first = 7;
        int[] lengths = [1, 511, 100, 924, 512];
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way);
        Assert.Equal(DriverStatus.Ok, bench.Open());

        // Pieces far apart and in no order of addresses.
        DmaRegion[] pieces = [.. lengths.Select((length, i) => bench.Buffers.Slice((uint)(0x8000 - 0x1000 * i + 3 * i), (uint)length))];
        DmaSegment[] segments = [.. pieces.Select(DmaSegment.Of)];
        Assert.Equal(DriverStatus.Ok, bench.Driver.Submit(BlkOperation.Read, new Sector(first), segments, out RequestId id));
        Assert.Equal(DriverStatus.Ok, bench.Driver.Wait(id, DriverBench.TimeoutMs, out BlkCompletion completion));
        Assert.Equal((uint)lengths.Sum(), completion.Length);
        byte[] read = [.. pieces.SelectMany(piece => bench.BytesOf(piece).ToArray())];
        Assert.Equal(disk.Read(new Sector(first), lengths.Sum() / (int)Sector.Size), read);

        foreach (DmaRegion piece in pieces)
        {
            Fill(bench.BytesOf(piece), piece.Length);
        }

        Assert.Equal(DriverStatus.Ok, bench.Driver.Submit(BlkOperation.Write, new Sector(900), segments, out id));
        Assert.Equal(DriverStatus.Ok, bench.Driver.Wait(id, DriverBench.TimeoutMs, out _));
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Flush, 0, default));
        byte[] written = [.. pieces.SelectMany(piece => bench.BytesOf(piece).ToArray())];
        Assert.Equal(written, disk.Read(new Sector(900), written.Length / (int)Sector.Size));
    });

    /// <summary>All slots at once, reads and writes of sectors of their own, several times around.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern, true)]
    [InlineData(DriverWay.MmioModern, false)]
    [InlineData(DriverWay.MmioLegacy, true)]
    [InlineData(DriverWay.MmioLegacy, false)]
    [InlineData(DriverWay.VirtVectors, true)]
    [InlineData(DriverWay.VirtLowPolling, false)]
    [InlineData(DriverWay.PcPin, true)]
    [InlineData(DriverWay.PcLegacyVectors, true)]
    public Task ManyRequestsAtOnceEndOnceEach(DriverWay way, bool useInterrupts) => Bounded(way, () =>
    {
        const int rounds = 10;
        BlkOptions options = BlkOptions.Default with { QueueSize = 256, UseInterrupts = useInterrupts };
        int atOnce = options.QueueSize / 3;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, options);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        for (int round = 0; round < rounds; round++)
        {
            var open = new Dictionary<RequestId, uint>();
            for (uint i = 0; i < atOnce; i++)
            {
                bool isWrite = i % 2 == 1;
                Fill(bench.BytesOf(bench.Buffer(i)), isWrite ? i + 1000 * (uint)round : 77);
                ulong sector = SectorOf(i, round);
                Assert.Equal(DriverStatus.Ok, bench.Submit(isWrite ? BlkOperation.Write : BlkOperation.Read, sector, bench.Buffer(i), out RequestId id));
                open.Add(id, i);
            }

            while (open.Count > 0)
            {
                Assert.Equal(DriverStatus.Ok, bench.Driver.WaitAny(DriverBench.TimeoutMs, out BlkCompletion completion));
                Assert.Equal(DriverStatus.Ok, completion.Status);
                Assert.True(open.Remove(completion.Id, out uint i), "a request ended that was not open");
                Assert.Equal(disk.Read(new Sector(SectorOf(i, round)), 1), bench.BytesOf(bench.Buffer(i)).ToArray());
            }

            Assert.Equal(DriverStatus.Pending, bench.Driver.TryReap(out _));
        }

        Assert.Equal((ushort)(rounds * atOnce), bench.UsedIndex);

        ulong SectorOf(uint i, int round) => (i * 37u + (ulong)round) % (ulong)Sectors;
    });

    /// <summary>2.7.8: the ring indices run through 65,535 on QEMU too. GET_ID needs no disk, which makes this fast.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    [InlineData(DriverWay.VirtPolling)]
    [InlineData(DriverWay.PcLegacyPolling)]
    public Task RingIndicesWrap(DriverWay way) => Bounded(way, () =>
    {
        const int total = 66_000, batch = 64;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { QueueSize = 256, UseInterrupts = false },
            change: o => o with { DiskProperties = $",serial={Serial}" });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        DmaRegion id = bench.Buffers.Slice(0, BlkRequest.IdSize);
        int ended = 0;
        while (ended < total)
        {
            for (int i = 0; i < batch; i++)
            {
                // Near the wrap, real data too.
                bool isRead = ended is > 65_400 and < 65_700;
                uint sector = (uint)(ended + i) % 1000;
                Assert.Equal(DriverStatus.Ok, isRead
                    ? bench.Submit(BlkOperation.Read, sector, bench.Buffer(8 + (uint)i), out _)
                    : bench.Submit(BlkOperation.GetId, 0, id, out _));
            }

            int first = ended;
            for (int i = 0; i < batch; i++, ended++)
            {
                Assert.Equal(DriverStatus.Ok, bench.Driver.WaitAny(DriverBench.TimeoutMs, out BlkCompletion completion));
                Assert.Equal(DriverStatus.Ok, completion.Status);
            }

            if (first is > 65_400 and < 65_700)
            {
                for (int i = 0; i < batch; i++)
                {
                    Assert.Equal(DiskImage.NumberedSector((first + i) % 1000), bench.BytesOf(bench.Buffer(8 + (uint)i)).ToArray());
                }
            }
        }

        Assert.Equal((ushort)ended, bench.UsedIndex);
    });

    private static DriverStatus RunRange(DriverBench bench, BlkOperation operation, BlkRange range)
    {
        DriverStatus status = bench.Driver.SubmitRanges(operation, [range], out RequestId id);
        return status == DriverStatus.Ok ? bench.Driver.Wait(id, DriverBench.TimeoutMs, out _) : status;
    }
}
