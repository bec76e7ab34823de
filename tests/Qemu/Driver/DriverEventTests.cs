using System.Diagnostics;
using System.Text.Json.Nodes;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>What happens to the real driver beside its requests: interrupts, changes of the configuration, time-outs, errors, death.</summary>
public sealed class DriverEventTests
{
    private const long Sectors = 2048;

    /// <summary>The disk is slow enough for the driver to be asleep each time: only the handler can end the wait.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern, true)]
    [InlineData(DriverWay.MmioModern, false)]
    [InlineData(DriverWay.MmioLegacy, true)]
    [InlineData(DriverWay.MmioLegacy, false)]
    [InlineData(DriverWay.VirtVectors, true)]
    [InlineData(DriverWay.VirtPin, false)]
    [InlineData(DriverWay.PcVectors, false)]
    [InlineData(DriverWay.PcLegacyPin, true)]
    public Task InterruptsCompleteRequests(DriverWay way, bool useEventIndex) => Bounded(way, () =>
    {
        const int requests = 30;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { UseEventIndex = useEventIndex },
            change: o => o with { DiskOperationsPerSecond = 100 });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal(useEventIndex, bench.Driver.Features.Has(Feature.EventIndex));
        Assert.Equal(0, bench.State.HandlerRuns);
        for (uint i = 0; i < requests; i++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, i, bench.Buffer(i)));
            Assert.Equal(DiskImage.NumberedSector(i), bench.BytesOf(bench.Buffer(i)).ToArray());
        }

        TestContext.Current.SendDiagnosticMessage($"{bench.State.HandlerRuns} runs of the handler for {requests} requests");
        Assert.InRange(bench.State.HandlerRuns, 1, requests);
    });

    /// <summary>With EVENT_IDX, QEMU's first decision after a reset is to interrupt, whatever was asked (2.7.7.2 says SHOULD NOT).</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern, true)]
    [InlineData(DriverWay.MmioModern, false)]
    [InlineData(DriverWay.MmioLegacy, true)]
    [InlineData(DriverWay.MmioLegacy, false)]
    public Task PollingCompletesRequestsWithoutInterrupts(DriverWay way, bool useEventIndex) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { UseInterrupts = false, UseEventIndex = useEventIndex },
            change: o => o with { DiskOperationsPerSecond = 200 });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        for (uint i = 0; i < 20; i++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, i, bench.Buffer(i)));
            Assert.Equal(DiskImage.NumberedSector(i), bench.BytesOf(bench.Buffer(i)).ToArray());
        }

        Assert.Equal(0, bench.State.HandlerRuns);
        Assert.Equal(useEventIndex ? 1 : 0, bench.Process.Qtest.RaiseCount(bench.Driver.Transport.Interrupt));
    });

    /// <summary>
    /// Both event indices go once around all 65,536 values, in batches; what QEMU writes as avail_event is, at rest, what the
    /// simulated device writes: the index of the next chain to be taken.
    /// </summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    public Task EventIndicesGoAroundTheRing(DriverWay way) => Bounded(way, () =>
    {
        const int batch = 64, batches = (1 << 16) / batch + 4;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { QueueSize = 256 });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.True(bench.Driver.Features.Has(Feature.EventIndex));
        CpuAddress availEvent = bench.DriverMemory.Cpu + bench.Driver.Queue.Layout.Used + UsedRing.AvailEventOffset(256);
        DmaSegment[] id = [new(bench.Buffer(0).Bus, BlkRequest.IdSize)];
        for (int i = 0; i < batches; i++)
        {
            RequestId last = default;
            for (int j = 0; j < batch; j++)
            {
                Assert.Equal(DriverStatus.Ok, bench.Driver.Submit(BlkOperation.GetId, default, id, out last));
            }

            Assert.Equal(DriverStatus.Ok, bench.Driver.Wait(last, DriverBench.TimeoutMs, out _));
            while (bench.Driver.TryReap(out BlkCompletion completion) == DriverStatus.Ok)
            {
                Assert.Equal(DriverStatus.Ok, completion.Status);
            }

            if (i % 64 == 63)
            {
                bench.Process.Settle(); // QEMU asks for notifications only after it has answered
                Assert.Equal(bench.AvailableIndex, bench.Machine.LoadAcquire16(availEvent));
            }
        }

        Assert.Equal(0, bench.Driver.WithDeviceCount);
        Assert.Equal(batch * batches % (1 << 16), bench.UsedIndex);
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern, true)]
    [InlineData(DriverWay.MmioModern, false)]
    [InlineData(DriverWay.MmioLegacy, true)]
    [InlineData(DriverWay.MmioLegacy, false)]
    [InlineData(DriverWay.VirtVectors, true)]
    [InlineData(DriverWay.VirtLowVectors, true)]
    [InlineData(DriverWay.VirtPin, true)]
    [InlineData(DriverWay.PcVectors, true)]
    [InlineData(DriverWay.PcLegacyPin, true)]
    [InlineData(DriverWay.PcLegacyVectors, true)]
    public Task ANewSizeIsNoticed(DriverWay way, bool useInterrupts) => Bounded(way, () =>
    {
        const long larger = 3000;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { UseInterrupts = useInterrupts });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal(DriverStatus.OutOfRange, bench.Run(BlkOperation.Read, (ulong)Sectors, bench.Buffer(0)));
        Resize(bench, larger);
        if (useInterrupts)
        {
            bench.Machine.WaitForInterrupt(bench.Machine.DeadlineAfter(5000));
            Assert.NotEqual(0, bench.State.HandlerRuns);
        }
        else
        {
            Assert.True(bench.Driver.OnInterrupt());
        }

        Assert.Equal(DriverStatus.Pending, bench.Driver.TryReap(out _));
        Assert.Equal((ulong)larger, bench.Driver.CapacitySectors);
        bench.BytesOf(bench.Buffer(0)).Fill(0xEE);
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, (ulong)larger - 1, bench.Buffer(0)));
        Assert.Equal(new byte[Sector.Size], bench.BytesOf(bench.Buffer(0)).ToArray());
    });

    /// <summary>The disk shrinks while nobody looks: the device says so, request by request.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    public Task AnErrorOfTheDeviceIsToldApart(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { UseInterrupts = false });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Resize(bench, 1024);
        Assert.Equal((ulong)Sectors, bench.Driver.CapacitySectors);
        Assert.Equal(DriverStatus.IoError, bench.Run(BlkOperation.Read, 1500, bench.Buffer(0)));
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 1023, bench.Buffer(0)));
        Assert.Equal(DiskImage.NumberedSector(1023), bench.BytesOf(bench.Buffer(0)).ToArray());
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    public Task AReadOnlyDiskIsReadOnly(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, change: o => o with { DiskIsReadOnly = true });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.True(bench.Driver.IsReadOnly);
        long commands = bench.Process.Qtest.CommandCount;
        Assert.Equal(DriverStatus.ReadOnly, bench.Run(BlkOperation.Write, 5, bench.Buffer(0)));
        Assert.Equal(DriverStatus.ReadOnly,
            bench.Driver.SubmitRanges(BlkOperation.WriteZeroes, [new BlkRange(new Sector(5), 1, Unmap: false)], out _));
        Assert.Equal(commands, bench.Process.Qtest.CommandCount);
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 5, bench.Buffer(0)));
        Assert.Equal(DiskImage.NumberedSector(5), bench.BytesOf(bench.Buffer(0)).ToArray());
    });

    /// <summary>A time-out ends the request and not the device's hold on its memory, which the driver waits for.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern, true)]
    [InlineData(DriverWay.MmioModern, false)]
    [InlineData(DriverWay.MmioLegacy, true)]
    [InlineData(DriverWay.MmioLegacy, false)]
    public Task ALateRequestTimesOutAndComesBack(DriverWay way, bool useInterrupts) => Bounded(way, () =>
    {
        const uint timeoutMs = 40;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { UseInterrupts = useInterrupts },
            change: o => o with { DiskOperationsPerSecond = 4 });
        Assert.Equal(DriverStatus.Ok, bench.Open());

        // The throttle lets the first ones pass; then requests take 250 ms each.
        DriverStatus status = DriverStatus.Ok;
        RequestId id = default;
        long began = 0;
        for (uint i = 0; i < 20 && status == DriverStatus.Ok; i++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Submit(BlkOperation.Read, i, bench.Buffer(i), out id));
            began = Stopwatch.GetTimestamp();
            status = bench.Driver.Wait(id, timeoutMs, out BlkCompletion completion);
            Assert.Equal(status, completion.Status);
        }

        Assert.Equal(DriverStatus.TimedOut, status);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalMilliseconds, timeoutMs - 1, 5000);
        Assert.True(bench.Driver.IsWithDevice(id));
        Assert.Equal(1, bench.Driver.WithDeviceCount);
        Assert.Equal(DriverStatus.InvalidArgument, bench.Driver.Wait(id, timeoutMs, out _));

        PollLoop poll = bench.Machine.BeginPoll(bench.Machine.DeadlineAfter(DriverBench.TimeoutMs));
        while (bench.Machine.KeepPolling(ref poll, done: bench.Driver.TryReap(out _) == DriverStatus.Pending && bench.Driver.WithDeviceCount == 0))
        {
        }

        Assert.False(poll.TimedOut);
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 99, bench.Buffer(0)));
        Assert.Equal(DiskImage.NumberedSector(99), bench.BytesOf(bench.Buffer(0)).ToArray());
    });

    [Fact(Timeout = TimeoutMs)]
    public Task QemusDeathUnderTheDriverIsAnOutcome() => Bounded(() =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, DriverWay.MmioModern, change: o => o with { DiskOperationsPerSecond = 1 });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        using (Process outside = Process.GetProcessById(bench.Process.Id))
        {
            outside.Kill();
        }

        QemuDiedException died = Assert.Throws<QemuDiedException>(() =>
        {
            for (uint i = 0; i < 1000; i++)
            {
                bench.Run(BlkOperation.Read, i, bench.Buffer(i));
            }
        });
        Assert.Equal(128 + 9, died.Death.ExitCode);
    });

    internal static void Resize(DriverBench bench, long sectors)
    {
        bench.Process.Qmp.Execute("block_resize", new JsonObject { ["device"] = QemuOptions.DiskId, ["size"] = sectors * Sector.Size });
        bench.Process.Settle();
    }
}
