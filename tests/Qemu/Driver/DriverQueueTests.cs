using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>Virtio 1.4, 5.2.4 num_queues and writeback, by the real driver on QEMU's device.</summary>
public sealed class DriverQueueTests
{
    private const long Sectors = 2048;

    private static BlkOptions WithQueues(ushort count, bool useInterrupts = true) => BlkOptions.Default with { QueueCount = count, QueueSize = 16, UseInterrupts = useInterrupts };

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern, 1, 4, 1)]
    [InlineData(DriverWay.MmioModern, 4, 4, 4)]
    [InlineData(DriverWay.MmioLegacy, 4, 4, 4)]
    [InlineData(DriverWay.MmioModern, 4, 2, 2)]
    [InlineData(DriverWay.MmioModern, 2, 4, 2)]
    public Task AsManyQueuesAsBothHave(DriverWay way, int ofDevice, int ofDriver, int used) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, WithQueues((ushort)ofDriver), qemu => qemu with { DiskProperties = $",num-queues={ofDevice}" });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal((ofDevice > 1 && ofDriver > 1, used), (bench.Driver.Features.Has(BlkFeature.MultiQueue), bench.Driver.QueueCount));
        Assert.Equal(DriverStatus.InvalidArgument,
            bench.Driver.Submit(BlkOperation.Flush, default, [], out _, new QueueIndex((ushort)used)));
    });

    /// <summary>Requests in all queues at once, taken back in any order; then a reset with requests in all of them.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern, true)]
    [InlineData(DriverWay.MmioModern, false)]
    [InlineData(DriverWay.MmioLegacy, true)]
    [InlineData(DriverWay.VirtVectors, true)]
    [InlineData(DriverWay.PcVectors, true)]
    [InlineData(DriverWay.PcLegacyPin, true)]
    public Task RequestsInAllQueues(DriverWay way, bool useInterrupts) => Bounded(way, () =>
    {
        const ushort queues = 4;
        const uint each = 3;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, WithQueues(queues, useInterrupts), qemu => qemu with { DiskProperties = $",num-queues={queues}" });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        SubmitAll(bench, queues * each);
        for (uint i = 0; i < queues * each; i++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Driver.WaitAny(DriverBench.TimeoutMs, out BlkCompletion completion));
            Assert.Equal(DriverStatus.Ok, completion.Status);
        }

        Assert.Equal(0, bench.Driver.WithDeviceCount);
        for (uint i = 0; i < queues * each; i++)
        {
            Assert.Equal(DiskImage.NumberedSector(i), bench.BytesOf(bench.Buffer(i)).ToArray());
        }

        SubmitAll(bench, queues * each);
        Assert.Equal(DriverStatus.Ok, bench.Driver.Recover());
        uint ends = 0;
        while (bench.Driver.TryReap(out BlkCompletion completion) == DriverStatus.Ok)
        {
            Assert.True(completion.Status is DriverStatus.Ok or DriverStatus.Aborted);
            ends++;
        }

        Assert.Equal(queues * each, ends);
        SubmitAll(bench, queues);
        Assert.Equal(DriverStatus.Ok, bench.Driver.Shutdown(DriverBench.TimeoutMs));
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.PcVectors)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task TheCacheModeIsSwitchedAndKeptThroughAReset(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        VirtioBlk<QemuMachine> driver = bench.Driver;
        Assert.Equal((DriverStatus.Ok, true, true), (driver.ReadWriteback(out bool isOn), isOn, driver.WritesNeedFlush));
        Assert.Equal(DriverStatus.Ok, driver.SetWriteback(false));
        Assert.Equal(DriverStatus.Ok, driver.Recover());
        Assert.Equal((DriverStatus.Ok, false, false), (driver.ReadWriteback(out isOn), isOn, driver.WritesNeedFlush));
        DmaRegion data = bench.Buffer(0);
        Fill(bench.BytesOf(data), seed: 3);
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Write, 7, data));
        Assert.Equal(bench.BytesOf(data).ToArray(), disk.Read(new Sector(7), 1));
        Assert.Equal(DriverStatus.Ok, driver.SetWriteback(true));
        Assert.Equal((DriverStatus.Ok, true, true), (driver.ReadWriteback(out isOn), isOn, driver.WritesNeedFlush));
    });

    [Fact(Timeout = TimeoutMs)]
    public Task WithoutConfigWceTheModeIsTheDevices() => Bounded(() =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, DriverWay.MmioModern, change: qemu => qemu with { DiskProperties = ",config-wce=off" });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal(DriverStatus.NotSupported, bench.Driver.SetWriteback(false));
        Assert.Equal(DriverStatus.NotSupported, bench.Driver.ReadWriteback(out _));
        Assert.True(bench.Driver.WritesNeedFlush);
    });

    private static void SubmitAll(DriverBench bench, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Driver.Submit(BlkOperation.Read, new Sector(i), [DmaSegment.Of(bench.Buffer(i))], out _,
                new QueueIndex((ushort)(i % bench.Driver.QueueCount))));
        }

        bench.Driver.Kick();
    }
}
