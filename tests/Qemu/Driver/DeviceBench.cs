using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>Any driver, as it is, on a QEMU of its own with one device: found on the bus, its interrupt routed, its memory in guest RAM.</summary>
internal sealed class DeviceBench<TDriver> : IDisposable
    where TDriver : class, IVirtioDriver
{
    private const int MostVectors = 8;

    private readonly uint deviceType;
    private readonly DmaRegion region;

    /// <summary>Starts QEMU, and makes a driver for no device yet: see <see cref="Open"/>.</summary>
    /// <param name="way">On which machine, by which transport.</param>
    /// <param name="device">As QEMU names it, without the transport: <c>virtio-rng</c>.</param>
    /// <param name="deviceType">Of <see cref="Standard.DeviceType"/>.</param>
    /// <param name="memoryLength">What the driver needs, in bytes.</param>
    /// <param name="make">Makes it.</param>
    public DeviceBench(DriverWay way, string device, uint deviceType, uint memoryLength, Func<QemuMachine, TDriver> make)
    {
        this.deviceType = deviceType;
        Way = way;
        QemuOptions options = way.Options(device);
        Process = QemuProcess.Start(QemuFixture.InstallationOf(options.Machine), options);
        State = new QemuMachineState(Process);
        Machine = new QemuMachine(State);
        region = Process.Ram.Free.Slice(0, memoryLength);
        Driver = make(Machine);
    }

    public DriverWay Way { get; }

    public QemuProcess Process { get; }

    public QemuMachineState State { get; }

    public QemuMachine Machine { get; }

    public TDriver Driver { get; }

    /// <summary>What was found on PCI.</summary>
    public PciDeviceTable Functions { get; } = new(32);

    /// <summary>The whole way from the bus to a device that takes requests.</summary>
    public DriverStatus Open()
    {
        DriverStatus status = Find(out Transport transport);
        if (status != DriverStatus.Ok)
        {
            return status;
        }

        if (!Way.IsPolling() && transport.VectorCount == 0)
        {
            State.Route(transport.Interrupt, () => Driver.OnInterrupt());
        }

        return Driver.Initialise(transport, region);
    }

    public void Dispose() => Process.Dispose();

    private DriverStatus Find(out Transport transport)
    {
        if (!Way.IsPci())
        {
            return MmioBus.Find(Machine, deviceType, out transport);
        }

        transport = default;
        DriverStatus status = Way.Host().Initialise(Machine, Functions);
        int index = VirtioPci.Find(Functions, deviceType);
        if (status != DriverStatus.Ok || index < 0)
        {
            return status == DriverStatus.Ok ? DriverStatus.NoDevice : status;
        }

        return PciDriver.Open(Machine, Way, Functions, index, vector => PciDriver.Route(State, vector, () => Driver.OnVector(vector)), MostVectors, out transport);
    }
}
