using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>
/// A function that is taken out of QEMU's machine while the driver uses it. The virtio standard says nothing about that; PCI does: configuration and registers read as all ones, writes are
/// lost. Checks that each request ends exactly once, with its data if with Ok, and that the driver then says NoDevice. What QEMU finishes on the way out is its own choice. On QEMU's
/// <c>pc</c>, memory where nothing is reads as zeros, also to the CPU: a driver that nobody told finds a device that was reset, and that offers no VERSION_1.
/// </summary>
public sealed class PciUnplugTests
{
    private const long Sectors = 2048;
    private const uint InFlight = 8;

    /// <summary>An operator asks, the driver shuts down, and only then does the kernel let go.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.VirtLowPin)]
    [InlineData(DriverWay.PcVectors)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task WhenAskedForTheDriverIsShutDownFirst(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, change: PciSlot.With);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 5, bench.Buffer(0)));
        PciAddress function = Function(bench);
        PciSlot.Request(bench);

        // The device works until the kernel has agreed.
        Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 6, bench.Buffer(0)));
        Assert.Equal(DriverStatus.Ok, bench.Driver.Shutdown(DriverBench.TimeoutMs));
        PciSlot.Eject(bench, function);
        Assert.Equal(uint.MaxValue, way.Host().Config.Read32(bench.Machine, function, PciRegister.VendorId));
        Assert.Equal(DriverStatus.NoDevice, bench.Run(BlkOperation.Read, 7, bench.Buffer(0)));
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors, true)]
    [InlineData(DriverWay.VirtVectors, false)]
    [InlineData(DriverWay.VirtPin, true)]
    [InlineData(DriverWay.VirtPin, false)]
    [InlineData(DriverWay.VirtPolling, false)]
    [InlineData(DriverWay.PcVectors, true)]
    [InlineData(DriverWay.PcPin, false)]
    [InlineData(DriverWay.PcPolling, false)]
    [InlineData(DriverWay.PcLegacyPin, true)]
    [InlineData(DriverWay.PcLegacyPolling, false)]
    public Task WithRequestsInFlightEachEndsOnce(DriverWay way, bool isTold) => Bounded(way, () =>
    {
        const uint timeoutMs = 300;
        bool readsAsZeros = way.Machine() == QemuMachineKind.Pc && !way.IsLegacy() && !isTold;
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, change: o => PciSlot.With(o) with { DiskOperationsPerSecond = 4 });
        Assert.Equal(DriverStatus.Ok, bench.Open());
        var open = new Dictionary<RequestId, uint>();
        for (uint i = 0; i < InFlight; i++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Submit(BlkOperation.Read, i, bench.Buffer(i), out RequestId id));
            open.Add(id, i);
        }

        bench.Driver.Kick();
        PciAddress function = Function(bench);
        PciSlot.Eject(bench, function);
        if (isTold)
        {
            bench.Driver.Removed();
        }

        Assert.Equal(uint.MaxValue, way.Host().Config.Read32(bench.Machine, function, PciRegister.VendorId));
        while (open.Count > 0)
        {
            DriverStatus status = bench.Driver.WaitAny(timeoutMs, out BlkCompletion completion);
            if (status == DriverStatus.NeedsReset && readsAsZeros)
            {
                Assert.Equal(DriverStatus.FeaturesRefused, bench.Driver.Recover());
                continue;
            }

            Assert.Equal(DriverStatus.Ok, status);
            Assert.True(open.Remove(completion.Id, out uint i), "a request ended that was not open");
            Assert.True(completion.Status is DriverStatus.Ok or DriverStatus.NoDevice || (readsAsZeros && completion.Status == DriverStatus.Aborted), $"a request ended with {completion.Status}");
            if (completion.Status == DriverStatus.Ok)
            {
                Assert.Equal(DiskImage.NumberedSector(i), bench.BytesOf(bench.Buffer(i)).ToArray());
            }
        }

        // A driver that nobody told, and whose requests QEMU has all finished, learns of it by the next one.
        DriverStatus end = bench.Submit(BlkOperation.Read, 99, bench.Buffer(0), out RequestId last);
        if (end == DriverStatus.Ok)
        {
            end = bench.Driver.Wait(last, timeoutMs, out _);
        }

        if (readsAsZeros)
        {
            Assert.Equal(DriverStatus.FeaturesRefused, bench.Driver.Recover());
        }
        else
        {
            Assert.Equal(DriverStatus.NoDevice, end);
            Assert.Equal(DriverStatus.NoDevice, bench.Driver.Recover());
            Assert.Equal(DriverStatus.NoDevice, bench.Driver.Shutdown(timeoutMs));
        }

        Assert.Equal(0, bench.Driver.WithDeviceCount);
    });

    /// <summary>Before anything is in flight: the first request finds nobody, by a time-out at the latest.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.PcLegacyPolling)]
    public Task ARequestToAFunctionThatWentEndsWithNoDevice(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, change: PciSlot.With);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        PciSlot.Eject(bench, Function(bench));
        Assert.Equal(DriverStatus.Ok, bench.Submit(BlkOperation.Read, 1, bench.Buffer(0), out RequestId id));
        Assert.Equal(DriverStatus.NoDevice, bench.Driver.Wait(id, timeoutMs: 200, out _));
        Assert.Equal(0, bench.Driver.WithDeviceCount);
    });

    private static PciAddress Function(DriverBench bench) => bench.Functions[VirtioPci.Find(bench.Functions, DeviceType.Block)].Address;
}
