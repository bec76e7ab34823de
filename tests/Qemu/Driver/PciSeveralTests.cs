using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>Several virtio-blk functions at once, one of them behind a bridge: each has its own disk, interrupts and memory.</summary>
public sealed class PciSeveralTests
{
    private const long Sectors = 256;
    private const uint EachMemory = 1 << 20;

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.VirtPin)]
    [InlineData(DriverWay.VirtLowVectors)]
    [InlineData(DriverWay.PcVectors)]
    [InlineData(DriverWay.PcPin)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task EachHasItsOwnDisk(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors), second = DiskImage.Empty(Sectors), third = DiskImage.Empty(Sectors);
        Mark(second, 0x22);
        Mark(third, 0x33);
        QemuPciFunction function = way.Options(disk).DiskOnPci!;
        using var bench = new DriverBench(disk, way, change: o => o with
        {
            Bridges = [new("behind", Device: 5)],

            // Device 6 has the pin of device 2; where the third disk is, behind a bridge, the pin is turned twice.
            FurtherDisks = [new("disk1", second.Path, function with { Device = 6 }), new("disk2", third.Path, function with { Device = 1, Bus = "behind" })],
        });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        VirtioBlk<QemuMachine>[] drivers = [bench.Driver, OpenFurther(bench, ordinal: 1), OpenFurther(bench, ordinal: 2)];
        if (!way.HasVectors())
        {
            Assert.Equal(drivers[0].Transport.Interrupt, drivers[1].Transport.Interrupt);
        }

        for (uint round = 0; round < 20; round++)
        {
            var ids = new RequestId[drivers.Length];
            for (uint i = 0; i < drivers.Length; i++)
            {
                Assert.Equal(DriverStatus.Ok, drivers[i].Submit(BlkOperation.Read, new Sector(round), [DmaSegment.Of(bench.Buffer(i))], out ids[i]));
                drivers[i].Kick();
            }

            for (uint i = 0; i < drivers.Length; i++)
            {
                Assert.Equal(DriverStatus.Ok, drivers[i].Wait(ids[i], DriverBench.TimeoutMs, out _));
            }

            Assert.Equal(DiskImage.NumberedSector(round), bench.BytesOf(bench.Buffer(0)).ToArray());
            Assert.Equal(second.Read(new Sector(round), 1), bench.BytesOf(bench.Buffer(1)).ToArray());
            Assert.Equal(third.Read(new Sector(round), 1), bench.BytesOf(bench.Buffer(2)).ToArray());
        }

        Assert.NotEqual(0, bench.Functions[VirtioPci.Find(bench.Functions, DeviceType.Block, IndexOf(bench, 1) + 1)].Address.Bus);
    });

    private static void Mark(DiskImage image, byte seed)
    {
        var bytes = new byte[Sectors * Sector.Size];
        Fill(bytes, seed);
        image.Write(new Sector(0), bytes);
    }

    private static int IndexOf(DriverBench bench, int ordinal)
    {
        int index = VirtioPci.Find(bench.Functions, DeviceType.Block);
        for (int i = 0; i < ordinal; i++)
        {
            index = VirtioPci.Find(bench.Functions, DeviceType.Block, index + 1);
        }

        return index;
    }

    private static VirtioBlk<QemuMachine> OpenFurther(DriverBench bench, uint ordinal)
    {
        var driver = new VirtioBlk<QemuMachine>(bench.Machine, bench.Options);
        Assert.Equal(DriverStatus.Ok,
            PciDriver.Open(bench, IndexOf(bench, (int)ordinal), vector => PciDriver.Route(bench.State, 2 * ordinal + vector, () => driver.OnVector(vector)),
                vectors: 2, out Transport transport));
        if (transport.VectorCount == 0)
        {
            bench.State.Route(transport.Interrupt, () => driver.OnInterrupt());
        }

        DmaRegion memory = bench.Buffers.Slice(ordinal * EachMemory, bench.Options.MemoryLength);
        Assert.Equal(DriverStatus.Ok, driver.Initialise(transport, memory));
        return driver;
    }
}
