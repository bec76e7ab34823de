using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Driver;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Peers;

/// <summary>
/// Counterparts of the cases of QEMU's own virtio-blk-test and vhost-user-blk-test (tests/qtest of QEMU), one by one, with the real driver where those have one of their own. Which
/// is whose is in docs/fidelity.md.
/// </summary>
public sealed class VirtioBlkPeerTests
{
    private const long Sectors = 2048, Larger = 4096;

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.PcVectors)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task Basic(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { PooledBytes = 512 }, o => o with { DriveProperties = ",discard=unmap" });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal((ulong)Sectors, bench.Driver.CapacitySectors);

        // Header, data and status in three descriptors.
        DmaRegion data = bench.Buffer(0), back = bench.Buffer(1);
        Fill(bench.BytesOf(data), seed: 5);
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Write, 0, data));
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 0, back));
        Assert.True(bench.BytesOf(back).SequenceEqual(bench.BytesOf(data)));

        Assert.Equal(DriverStatus.Ok, RunRange(bench, BlkOperation.WriteZeroes));
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 0, back));
        Assert.Equal(new byte[Sector.Size], bench.BytesOf(back).ToArray());
        Assert.Equal(DriverStatus.Ok, RunRange(bench, BlkOperation.Discard));

        // In two: the driver's pooled requests, where the device takes any layout (2.7.4).
        Assert.Equal(DriverStatus.Ok, bench.Driver.SubmitPooled(BlkOperation.Write, new Sector(1), Sector.Size, out RequestId id));
        ushort free = bench.Driver.Queue.FreeCount;
        Fill(bench.BytesOf(bench.Driver.OutgoingBuffer(id)), seed: 6);
        byte[] written = bench.BytesOf(bench.Driver.OutgoingBuffer(id)).ToArray();
        Assert.Equal(DriverStatus.Ok, bench.Driver.Wait(id, DriverBench.TimeoutMs, out _));
        Assert.Equal(DriverStatus.Ok, bench.Driver.Return(id));
        Assert.Equal(bench.Driver.Features.Has(Feature.AnyLayout) || !way.IsLegacy() ? 2 : 3, bench.Driver.Queue.FreeCount - free);
        Assert.Equal(DriverStatus.Ok, bench.Driver.SubmitPooled(BlkOperation.Read, new Sector(1), Sector.Size, out id));
        Assert.Equal(DriverStatus.Ok, bench.Driver.Wait(id, DriverBench.TimeoutMs, out _));
        Assert.Equal(written, bench.BytesOf(bench.Driver.IncomingBuffer(id)).ToArray());
        Assert.Equal(DriverStatus.Ok, bench.Driver.Return(id));
    });

    /// <summary>Requests that a driver must not make (5.2.6.1): the device says why not, and goes on.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.VirtPolling)]
    [InlineData(DriverWay.PcLegacyPolling)]
    public Task BasicInvalidRanges(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { UseInterrupts = false }, o => o with { DriveProperties = ",discard=unmap" });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        foreach (uint type in (uint[])[BlkRequestType.Discard, BlkRequestType.WriteZeroes])
        {
            Assert.Equal(BlkStatus.Ok, Try(bench, type, Range(0, 1, 0)));
            Assert.Equal(BlkStatus.Unsupported, Try(bench, type, [.. Range(0, 1, 0), .. Range(8, 1, 0)]));
            Assert.Equal(BlkStatus.IoError, Try(bench, type, Range(0, uint.MaxValue, 0)));
            Assert.Equal(BlkStatus.IoError, Try(bench, type, Range((ulong)Sectors, 1, 0)));
            Assert.Equal(BlkStatus.Unsupported, Try(bench, type, Range(0, 1, flags: 2)));
        }

        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 9, bench.Buffer(0)));
        Assert.Equal(DiskImage.NumberedSector(9), bench.BytesOf(bench.Buffer(0)).ToArray());
    });

    /// <summary>Without a queue: only the configuration is looked at.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    [InlineData(DriverWay.VirtPin)]
    [InlineData(DriverWay.PcPin)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task Config(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way);
        Assert.Equal(DriverStatus.Ok, bench.Find(out Transport transport));
        Assert.Equal(DriverStatus.Ok, transport.Reset(bench.Machine, bench.Machine.DeadlineAfter(1000)));
        uint status = 0;
        foreach (uint bit in (uint[])[DeviceStatus.Acknowledge, DeviceStatus.Driver])
        {
            status |= bit;
            transport.WriteStatus(bench.Machine, status);
            Assert.Equal(status, transport.ReadStatus(bench.Machine));
        }

        transport.WriteFeatures(bench.Machine, way.IsLegacy() ? default : FeatureSet.Of(Feature.Version1));
        status |= (way.IsLegacy() ? 0 : DeviceStatus.FeaturesOk) | DeviceStatus.DriverOk;
        transport.WriteStatus(bench.Machine, status);
        Assert.Equal(DriverStatus.Ok, transport.ReadConfig64(bench.Machine, BlkConfig.Capacity, out ulong capacity));
        Assert.Equal((ulong)Sectors, capacity);
        DriverEventTests.Resize(bench, Larger);
        Assert.True(bench.Process.Qtest.IsHigh(transport.Interrupt));
        Assert.NotEqual(0u, transport.TakeLine(bench.Machine) & InterruptCause.ConfigurationChange);
        Assert.Equal(DriverStatus.Ok, transport.ReadConfig64(bench.Machine, BlkConfig.Capacity, out capacity));
        Assert.Equal((ulong)Larger, capacity);
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    [InlineData(DriverWay.VirtPin)]
    [InlineData(DriverWay.PcPin)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task Resize(DriverWay way) => Bounded(way, () => ResizeWithALiveQueue(way));

    /// <summary>The same, and what comes by which message: see also <see cref="PciVectorTests"/>.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.VirtLowVectors)]
    [InlineData(DriverWay.PcVectors)]
    [InlineData(DriverWay.PcLegacyVectors)]
    public Task Msix(DriverWay way) => Bounded(way, () => ResizeWithALiveQueue(way));

    /// <summary>2.7.7: used_event 2 keeps the second used buffer quiet, and the third tells of both.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.VirtPin)]
    [InlineData(DriverWay.PcVectors)]
    [InlineData(DriverWay.PcLegacyVectors)]
    public Task Idx(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.True(bench.Driver.Features.Has(Feature.EventIndex));
        CpuAddress usedEvent = bench.DriverMemory.Cpu + (bench.Driver.Queue.Layout.Available + AvailableRing.UsedEventOffset(bench.Driver.Queue.Size));
        int RunsAfter(ulong sector)
        {
            RawRequest.Submit(bench, BlkRequestType.Out, sector, new byte[Sector.Size]);
            Assert.Equal(BlkStatus.Ok, RawRequest.Finish(bench));
            bench.State.Deliver();
            return bench.State.HandlerRuns;
        }

        bench.Machine.Store16(usedEvent, 0);
        Assert.Equal(1, RunsAfter(0));
        bench.Machine.Store16(usedEvent, 2);
        Assert.Equal(1, RunsAfter(1));
        Assert.Equal(2, RunsAfter(2));
    });

    /// <summary>A queue that does not exist is given an address, or enabled, and notified: nothing happens, and the others go on.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtPin)]
    [InlineData(DriverWay.VirtLegacyPin)]
    [InlineData(DriverWay.PcPin)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task Nxvirtq(DriverWay way) => Bounded(way, () =>
    {
        const ushort missing = 2;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        RegisterBlock registers = bench.Driver.Transport.Registers;
        if (way.IsLegacy())
        {
            registers.Write16(bench.Machine, PciLegacyRegister.QueueSelect, missing);
            Assert.Equal(0, registers.Read16(bench.Machine, PciLegacyRegister.QueueSize));
            registers.Write32(bench.Machine, PciLegacyRegister.QueueAddress, 1);
            registers.Write16(bench.Machine, PciLegacyRegister.QueueNotify, missing);
        }
        else
        {
            registers.Write16(bench.Machine, PciCommonRegister.QueueSelect, missing);
            Assert.Equal(0, registers.Read16(bench.Machine, PciCommonRegister.QueueSize));
            registers.Write32(bench.Machine, PciCommonRegister.QueueDesc, 0x1000);
            registers.Write16(bench.Machine, PciCommonRegister.QueueEnable, 1);
            bench.Driver.Transport.Notify.Write16(bench.Machine, missing * bench.Driver.Transport.NotifyMultiplier, missing);
        }

        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 3, bench.Buffer(0)));
        Assert.Equal(DiskImage.NumberedSector(3), bench.BytesOf(bench.Buffer(0)).ToArray());
    });

    /// <summary>A function comes into the running machine, is found, serves, and is ejected as ACPI has it.</summary>
    [Fact(Timeout = TimeoutMs)]
    public Task Hotplug() => Bounded(DriverWay.PcVectors, () =>
    {
        const string id = "later";
        const DriverWay way = DriverWay.PcVectors;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(null, way, change: o => o with { ExtraArguments = ["-drive", $"if=none,id={id},format=raw,file={disk.Path}"] });
        Assert.Equal(DriverStatus.NoDevice, bench.Open());
        bench.Process.Qmp.Execute("device_add", new JsonObject
        {
            ["driver"] = "virtio-blk-pci",
            ["id"] = QemuOptions.DeviceOf(id),
            ["drive"] = id,
            ["addr"] = "6",
            ["disable-legacy"] = "on",
        });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        PciAddress function = bench.Functions[VirtioPci.Find(bench.Functions, DeviceType.Block)].Address;
        Assert.Equal(new PciAddress(0, 6, 0), function);
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 3, bench.Buffer(0)));
        Assert.Equal(DiskImage.NumberedSector(3), bench.BytesOf(bench.Buffer(0)).ToArray());
        PciSlot.Request(bench, id);
        Assert.Equal(DriverStatus.Ok, bench.Driver.Shutdown(DriverBench.TimeoutMs));
        PciSlot.Eject(bench, function);
        Assert.Equal(DriverStatus.NoDevice, bench.Open());
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task Multiqueue(DriverWay way) => Bounded(way, () =>
    {
        foreach (int queues in (int[])[1, 8])
        {
            using DiskImage disk = DiskImage.Numbered(Sectors);
            using var bench = new DriverBench(disk, way, BlkOptions.Default with { QueueCount = 8, QueueSize = 16 }, o => o with { DiskProperties = $",num-queues={queues}" });
            Assert.Equal(DriverStatus.Ok, bench.Open());
            Assert.Equal((queues > 1, queues), (bench.Driver.Features.Has(BlkFeature.MultiQueue), bench.Driver.QueueCount));
        }
    });

    private static void ResizeWithALiveQueue(DriverWay way)
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        DriverEventTests.Resize(bench, Larger);
        bench.Machine.WaitForInterrupt(bench.Machine.DeadlineAfter(5000));
        Assert.NotEqual(0, bench.State.HandlerRuns);
        Assert.True(!way.HasVectors() || bench.Vectors.Contains(TransportInterrupts.ConfigurationVector), "the configuration vector did not come");
        Assert.Equal(DriverStatus.Pending, bench.Driver.TryReap(out _));
        Assert.Equal((ulong)Larger, bench.Driver.CapacitySectors);
        DmaRegion data = bench.Buffer(0), back = bench.Buffer(1);
        Fill(bench.BytesOf(data), seed: 8);
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Write, (ulong)Larger - 1, data));
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, (ulong)Larger - 1, back));
        Assert.True(bench.BytesOf(back).SequenceEqual(bench.BytesOf(data)));
    }

    private static DriverStatus RunRange(DriverBench bench, BlkOperation operation)
    {
        DriverStatus status = bench.Driver.SubmitRanges(operation, [new BlkRange(new Sector(0), 1, Unmap: false)], out RequestId id);
        return status == DriverStatus.Ok ? bench.Driver.Wait(id, DriverBench.TimeoutMs, out _) : status;
    }

    private static byte Try(DriverBench bench, uint type, byte[] ranges)
    {
        RawRequest.Submit(bench, type, 0, ranges);
        return RawRequest.Finish(bench);
    }

    private static byte[] Range(ulong sector, uint count, uint flags)
    {
        var range = new byte[BlkRequest.RangeSize];
        BinaryPrimitives.WriteUInt64LittleEndian(range, sector);
        BinaryPrimitives.WriteUInt32LittleEndian(range.AsSpan((int)BlkRequest.RangeCountOffset), count);
        BinaryPrimitives.WriteUInt32LittleEndian(range.AsSpan((int)BlkRequest.RangeFlagsOffset), flags);
        return range;
    }
}
