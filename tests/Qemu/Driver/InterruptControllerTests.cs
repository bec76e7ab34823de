using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>
/// Arm GIC 2.0 (IHI 0048B) and GICv2m: the kernel's drivers on QEMU's controller, between QEMU's devices and the block driver. Nothing is intercepted: the lane only asks whether the controller
/// would interrupt its CPU, and then does what a CPU does.
/// </summary>
public sealed class InterruptControllerTests
{
    private const long Sectors = 2048;
    private static readonly CpuAddress Distributor = new(0x0800_0000), CpuInterface = new(0x0801_0000);
    private static readonly CpuAddress MessageFrame = new(0x0802_0000);

    private sealed record Gic(DriverBench Bench, GicV2<QemuMachine> Controller, InterruptTable<GicV2<QemuMachine>> Table)
    {
        public static Gic Of(DriverBench bench)
        {
            var controller = new GicV2<QemuMachine>(bench.Machine, Distributor, CpuInterface);
            Assert.Equal(DriverStatus.Ok, controller.Initialise());
            controller.InitialiseCpu();
            return new(bench, controller, new(controller, capacity: 8));
        }

        public bool IsPending => (Bench.Machine.ReadRegister32(CpuInterface + GicCpu.HighestPending) & GicInterrupt.IdMask) != GicInterrupt.Spurious;

        public void Connect() => Bench.State.RouteController(() => IsPending, () => Table.Handle());

        public void Add(uint id, InterruptTrigger trigger, InterruptHandler handler)
        {
            Assert.Equal(DriverStatus.Ok, Table.Register(id, handler));
            Assert.Equal(DriverStatus.Ok, Controller.Configure(id, trigger, GicV2<QemuMachine>.PlainPriority, cpu: 0));
            Assert.Equal(DriverStatus.Ok, Controller.Enable(id));
        }
    }

    [Fact(Timeout = TimeoutMs)]
    public Task SoftwareInterruptsComeByPriorityAndEnd() => Bounded(() =>
    {
        using var bench = new DriverBench(disk: null, DriverWay.MmioModern, change: o => o with { InterceptsInterrupts = false });
        var gic = Gic.Of(bench);
        Assert.Equal(288u, gic.Controller.Count);
        Assert.True(gic.Controller.Acknowledge().IsNone);
        var order = new List<uint>();
        foreach (uint id in (uint[])[1, 2, 3])
        {
            gic.Add(id, InterruptTrigger.Edge, number => { order.Add(number); return true; });
        }

        Assert.Equal(DriverStatus.Ok, gic.Controller.Configure(3, InterruptTrigger.Edge, 0x80, cpu: 0));
        foreach (uint id in (uint[])[2, 1, 3])
        {
            Assert.Equal(DriverStatus.Ok, gic.Controller.Send(id, cpus: 1));
        }

        while (gic.IsPending)
        {
            Assert.Equal(InterruptOutcome.Handled, gic.Table.Handle());
        }

        Assert.Equal([3u, 1u, 2u], order);
        Assert.Equal(InterruptOutcome.Spurious, gic.Table.Handle());

        // Disabled, a shared one stays pending, and does not come. (QEMU's software-generated ones cannot be disabled, which is the implementation's choice: 3.1.2.)
        const uint shared = 200;
        gic.Add(shared, InterruptTrigger.Edge, _ => true);
        Assert.Equal(DriverStatus.Ok, gic.Controller.Disable(shared));
        bench.Machine.WriteRegister32(Distributor + (GicDistributor.SetPending + shared / 32 * 4), 1u << (int)(shared % 32));
        Assert.False(gic.IsPending);
        Assert.Equal(DriverStatus.Ok, gic.Controller.Enable(shared));
        Assert.True(gic.IsPending);
        Assert.Equal(InterruptOutcome.Handled, gic.Table.Handle());
        Assert.Equal(shared, gic.Table.Last);
    });

    /// <summary>A level through the GIC: it comes again until the device is quiet, and not after.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    [InlineData(DriverWay.VirtPin)]
    [InlineData(DriverWay.VirtLowPin)]
    public Task ALineReachesTheDriverThroughTheController(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, change: o => o with { InterceptsInterrupts = false, DiskOperationsPerSecond = 60 });
        var gic = Gic.Of(bench);
        int handled = 0;
        Assert.Equal(DriverStatus.Ok, bench.Open());
        gic.Add(GicInterrupt.FirstShared + bench.Driver.Transport.Interrupt, InterruptTrigger.Level, _ => bench.Driver.OnInterrupt() && ++handled > 0);
        gic.Connect();
        ReadSome(bench);
        Assert.NotEqual(0, handled);
        Assert.Equal(handled, bench.State.HandlerRuns);
        Assert.False(gic.IsPending);
    });

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.VirtLowVectors)]
    public Task AMessageReachesTheDriverThroughTheFrame(DriverWay way) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, change: o => o with { InterceptsInterrupts = false, DiskOperationsPerSecond = 60 });
        var gic = Gic.Of(bench);
        var frame = new GicV2m<QemuMachine>(bench.Machine, gic.Controller, MessageFrame, new(MessageFrame.Value));
        Assert.Equal(DriverStatus.Ok, frame.Initialise());
        bench.MessageSource = vector =>
        {
            Assert.Equal(DriverStatus.Ok, frame.Allocate(GicV2<QemuMachine>.PlainPriority, cpu: 0, out MessageTarget target));
            Assert.Equal(DriverStatus.Ok, gic.Table.Register(target.Interrupt, _ => bench.TakeVector(vector)));
            Assert.Equal(DriverStatus.Ok, gic.Controller.Enable(target.Interrupt));
            return target;
        };
        gic.Connect();
        Assert.Equal(DriverStatus.Ok, bench.Open());
        ReadSome(bench);
        Assert.Contains((ushort)1, bench.Vectors);
        DriverEventTests.Resize(bench, 3000);
        bench.Machine.WaitForInterrupt(bench.Machine.DeadlineAfter(5000));
        Assert.Contains(TransportInterrupts.ConfigurationVector, bench.Vectors);
        Assert.Equal(bench.Vectors.Count, bench.State.HandlerRuns);
        Assert.False(gic.IsPending);
    });

    private static void ReadSome(DriverBench bench)
    {
        for (uint i = 0; i < 20; i++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, i, bench.Buffer(i)));
            Assert.Equal(DiskImage.NumberedSector(i), bench.BytesOf(bench.Buffer(i)).ToArray());
        }
    }
}
