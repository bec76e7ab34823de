using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>Virtio 1.4, 4.1 "Virtio Over PCI Bus": the block driver, as it is, on QEMU's functions, by every machine, interface and interrupt.</summary>
public sealed class PciDriverTests
{
    private const long Sectors = 2048;

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.VirtPin)]
    [InlineData(DriverWay.VirtPolling)]
    [InlineData(DriverWay.VirtLowVectors)]
    [InlineData(DriverWay.VirtLowPin)]
    [InlineData(DriverWay.VirtLowPolling)]
    [InlineData(DriverWay.VirtLegacyPin)]
    [InlineData(DriverWay.VirtLegacyVectors)]
    [InlineData(DriverWay.PcVectors)]
    [InlineData(DriverWay.PcPin)]
    [InlineData(DriverWay.PcPolling)]
    [InlineData(DriverWay.PcLegacyPin)]
    [InlineData(DriverWay.PcLegacyVectors)]
    [InlineData(DriverWay.PcLegacyPolling)]
    public Task WhatIsWrittenIsInTheImageAndComesBack(DriverWay way) => Bounded(way, () =>
    {
        const ulong first = 100;
        const uint count = 9;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal((way.Kind(), way.HasVectors() ? 2 : 0), (bench.Driver.Transport.Kind, bench.Driver.Transport.VectorCount));
        Assert.Equal(((ulong)Sectors, !way.IsLegacy()), (bench.Driver.CapacitySectors, bench.Driver.Features.Has(Feature.Version1)));

        var data = bench.Buffer(0, count);
        var back = bench.Buffer(count, count);
        Fill(bench.BytesOf(data), seed: (uint)way);
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Write, first, data));
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Flush, 0, default));
        Assert.Equal(bench.BytesOf(data).ToArray(), disk.Read(new Sector(first), (int)count));
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, first, back));
        Assert.True(bench.BytesOf(back).SequenceEqual(bench.BytesOf(data)));
        for (uint sector = 0; sector < 40; sector++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, sector, bench.Buffer(0)));
            Assert.Equal(DiskImage.NumberedSector(sector), bench.BytesOf(bench.Buffer(0)).ToArray());
        }

        Assert.Equal(way.IsPolling(), bench.State.HandlerRuns == 0);
        Assert.Equal(DriverStatus.Ok, bench.Driver.Shutdown(DriverBench.TimeoutMs));
        Assert.Equal(0u, bench.Driver.Transport.ReadStatus(bench.Machine));
    });
}
