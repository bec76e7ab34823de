using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>The block driver, as it is, on a QEMU of its own: found on the bus, its interrupt routed, its memory in guest RAM.</summary>
internal sealed class DriverBench : IDisposable
{
    public const uint TimeoutMs = 10_000;

    private const uint BuffersLength = 4 << 20;

    private readonly DmaRegion region;

    public DriverBench(DiskImage? disk, DriverWay way, BlkOptions? options = null, Func<QemuOptions, QemuOptions>? change = null)
    {
        Way = way;
        QemuOptions qemu = way.Options(disk);
        Process = QemuProcess.Start(QemuFixture.InstallationOf(qemu.Machine), change is null ? qemu : change(qemu));
        State = new QemuMachineState(Process);
        Machine = new QemuMachine(State);
        Options = options ?? BlkOptions.Default;
        if (way.IsPolling())
        {
            Options = Options with { UseInterrupts = false };
        }

        // The size of a legacy queue is the device's: 256 on PCI (4.1.5.1.3).
        if (way.Kind() == TransportKind.PciLegacy)
        {
            Options = Options with { QueueSize = Math.Max(Options.QueueSize, (ushort)256) };
        }

        Driver = new VirtioBlk<QemuMachine>(Machine, Options);
        DmaRegion free = Process.Ram.Free;
        region = free.Slice(0, Options.MemoryLength);
        Buffers = free.Slice(SplitLayout.AlignUp(Options.MemoryLength, TransportQueues.LegacyPageSize), BuffersLength);
    }

    public DriverWay Way { get; }

    public QemuProcess Process { get; }

    public QemuMachineState State { get; }

    public QemuMachine Machine { get; }

    public BlkOptions Options { get; }

    public VirtioBlk<QemuMachine> Driver { get; }

    public DmaRegion DriverMemory => region;

    /// <summary>What was found on PCI.</summary>
    public PciDeviceTable Functions { get; } = new(32);

    /// <summary>The vectors of the messages that came, in their order.</summary>
    public List<ushort> Vectors { get; } = [];

    /// <summary>Memory for data, all of it the test's.</summary>
    public DmaRegion Buffers { get; }

    public string Console => State.Console.ToString();

    /// <summary>The whole way from the bus to a device that takes requests.</summary>
    public DriverStatus Open()
    {
        DriverStatus status = Find(out Transport transport);
        if (status != DriverStatus.Ok)
        {
            return status;
        }

        if (Options.UseInterrupts && transport.VectorCount == 0)
        {
            State.Route(transport.Interrupt, () => Driver.OnInterrupt());
        }

        return Driver.Initialise(transport, region);
    }

    /// <summary>The handler of a message.</summary>
    public bool TakeVector(ushort vector)
    {
        Vectors.Add(vector);
        return Driver.OnVector(vector);
    }

    /// <summary>Where the device's messages go; by default, what the lane has for that.</summary>
    public Func<ushort, MessageTarget>? MessageSource { get; set; }

    /// <summary>The first block device, as a kernel comes to it; with its vectors, where it is to have them.</summary>
    public DriverStatus Find(out Transport transport)
    {
        if (!Way.IsPci())
        {
            return MmioBus.Find(Machine, DeviceType.Block, out transport);
        }

        transport = default;
        DriverStatus status = Way.Host().Initialise(Machine, Functions);
        int index = VirtioPci.Find(Functions, DeviceType.Block);
        if (status != DriverStatus.Ok || index < 0)
        {
            return status == DriverStatus.Ok ? DriverStatus.NoDevice : status;
        }

        return PciDriver.Open(this, index, MessageSource ?? (vector => PciDriver.Route(State, vector, () => TakeVector(vector))), Options.QueueCount + 1, out transport);
    }

    /// <summary>The sector's own piece of <see cref="Buffers"/>, counted in sectors.</summary>
    public DmaRegion Buffer(uint sector, uint sectors = 1) => Buffers.Slice(sector * Sector.Size, sectors * Sector.Size);

    public Span<byte> BytesOf(DmaRegion memory) => Process.Ram.Bytes(memory.Cpu, (int)memory.Length);

    public DriverStatus Submit(BlkOperation operation, ulong sector, DmaRegion data, out RequestId id) =>
        Driver.Submit(operation, new Sector(sector), data.Length == 0 ? [] : [DmaSegment.Of(data)], out id);

    /// <summary>One request, from submitting to its end.</summary>
    public DriverStatus Run(BlkOperation operation, ulong sector, DmaRegion data)
    {
        DriverStatus status = Submit(operation, sector, data, out RequestId id);
        return status == DriverStatus.Ok ? Driver.Wait(id, TimeoutMs, out _) : status;
    }

    /// <summary>What the device has given back so far, as it stands in the ring, read past the driver.</summary>
    public ushort UsedIndex => Machine.LoadAcquire16(region.Cpu + Driver.Queue.Layout.Used + UsedRing.IndexOffset);

    public ushort AvailableIndex => Machine.LoadAcquire16(region.Cpu + Driver.Queue.Layout.Available + AvailableRing.IndexOffset);

    public void Dispose() => Process.Dispose();
}

/// <summary>What the driver's tests have in common.</summary>
internal static class DriverTest
{
    public const int TimeoutMs = 60_000;

    /// <summary>On the thread pool: only a test that can be left behind can be bounded in time.</summary>
    public static Task Bounded(Action test) => Bounded(DriverWay.MmioModern, test);

    /// <summary>The same for the machine of a way.</summary>
    public static Task Bounded(DriverWay way, Action test)
    {
        QemuFixture.SkipUnlessInstalled(way.Machine());
        return Task.Run(test);
    }

    /// <summary>Bytes that tell which sector of which writing they are.</summary>
    public static void Fill(Span<byte> bytes, uint seed)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((uint)(i / (int)Sector.Size) * 31 + (uint)i * 7 + seed * 131 + 1);
        }
    }
}
