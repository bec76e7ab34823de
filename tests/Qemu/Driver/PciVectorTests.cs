using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>Virtio 1.4, 4.1.5.1.2 "MSI-X Vector Configuration": which vector tells of what, on QEMU's functions.</summary>
public sealed class PciVectorTests
{
    private const long Sectors = 2048;

    /// <summary>The disk is slow enough for the driver to be asleep, once the throttle has begun to hold requests back.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.VirtLowVectors)]
    [InlineData(DriverWay.PcVectors)]
    [InlineData(DriverWay.PcLegacyVectors)]
    public Task EachQueueHasItsVector(DriverWay way) => Bounded(way, () =>
    {
        const ushort queues = 4;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { QueueCount = queues, QueueSize = 16 },
            o => o with { DiskProperties = $",num-queues={queues}", DiskOperationsPerSecond = 100 });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal((queues, queues + 1), (bench.Driver.QueueCount, bench.Driver.Transport.VectorCount));
        var seen = new SortedSet<ushort>();
        for (uint i = 0; i < 8 * queues; i++)
        {
            var queue = new QueueIndex((ushort)(i % queues));
            TakeLateOnes(bench);
            bench.Vectors.Clear();
            Assert.Equal(DriverStatus.Ok, bench.Driver.Submit(BlkOperation.Read, new Sector(i), [DmaSegment.Of(bench.Buffer(i))], out RequestId id, queue));
            Assert.Equal(DriverStatus.Ok, bench.Driver.Wait(id, DriverBench.TimeoutMs, out _));
            Assert.Equal(DiskImage.NumberedSector(i), bench.BytesOf(bench.Buffer(i)).ToArray());
            TakeLateOnes(bench);
            Assert.All(bench.Vectors, vector => Assert.Equal(queue.Value + 1, vector));
            seen.UnionWith(bench.Vectors);
        }

        Assert.Equal([1, 2, 3, 4], seen);
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.PcVectors)]
    [InlineData(DriverWay.PcLegacyVectors)]
    public Task ANewSizeComesByTheConfigurationVector(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        DriverEventTests.Resize(bench, 3000);
        bench.Machine.WaitForInterrupt(bench.Machine.DeadlineAfter(5000));
        Assert.Equal([TransportInterrupts.ConfigurationVector], bench.Vectors);
        Assert.Equal(DriverStatus.Pending, bench.Driver.TryReap(out _));
        Assert.Equal(3000u, bench.Driver.CapacitySectors);
    });

    /// <summary>4.1.5.1.2: a device with one vector tells of everything by it, and one that has none, by its pin.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors, 1)]
    [InlineData(DriverWay.PcVectors, 1)]
    [InlineData(DriverWay.VirtPin, 0)]
    [InlineData(DriverWay.PcPin, 0)]
    public Task FewerVectorsThanAreWantedDo(DriverWay way, int vectors) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { QueueCount = 2 },
            o => o with { DiskOnPci = o.DiskOnPci! with { Vectors = vectors }, DiskProperties = ",num-queues=2", DiskOperationsPerSecond = 100 });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal(vectors, bench.Driver.Transport.VectorCount);
        DriverEventTests.Resize(bench, 3000);
        for (uint i = 0; i < 20; i++)
        {
            Assert.Equal(DriverStatus.Ok,
                bench.Driver.Submit(BlkOperation.Read, new Sector(i), [DmaSegment.Of(bench.Buffer(i))], out RequestId id, new QueueIndex((ushort)(i % 2))));
            Assert.Equal(DriverStatus.Ok, bench.Driver.Wait(id, DriverBench.TimeoutMs, out _));
        }

        Assert.Equal(3000u, bench.Driver.CapacitySectors);
        Assert.All(bench.Vectors, vector => Assert.Equal(0, vector));
        Assert.NotEqual(0, bench.State.HandlerRuns);
    });

    /// <summary>A message may be under way still when the driver has found what it tells of.</summary>
    private static void TakeLateOnes(DriverBench bench)
    {
        bench.Process.Settle();
        bench.State.Deliver();
    }
}
