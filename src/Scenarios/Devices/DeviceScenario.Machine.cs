using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>Where the device is, how the kernel comes to it, and how it is heard: the only part that knows whether that is PCI.</content>
abstract partial class DeviceScenario<TDevice, TDriver>
{
    /// <summary>Its place on the bus, and that of the bridge where it is behind one.</summary>
    const int PciDevice = 2, PciBridgeDevice = 5;

    const int MostMessages = 4;

    /// <summary>Where messages go: on a machine whose interrupts are wired together, anywhere that is no memory.</summary>
    const ulong MessageBase = 0x0802_0040;

    readonly PciDeviceTable table = new(capacity: 8);
    readonly MessageTarget[] targets = [.. Enumerable.Range(0, MostMessages).Select(vector => new MessageTarget(new(MessageBase), (uint)vector, (uint)vector))];
    Transport transport;
    Msix msix;
    bool regionIsMapped;

    /// <summary>It was told of the driver's region, and has not been shut down since.</summary>
    bool deviceMayRun;

    /// <summary>Called once, by the constructor.</summary>
    /// <param name="type">Of <see cref="DeviceType"/>.</param>
    /// <param name="queues">Queues that the device has.</param>
    /// <param name="classCode">Of its PCI function: base class, subclass, programming interface.</param>
    /// <param name="make">Makes it.</param>
    protected void Plug(uint type, int queues, uint classCode, Func<DeviceTransport, TDevice> make)
    {
        deviceType = type;
        if (setup.Pci is not { } pci)
        {
            device = machine.Plug(setup.Slot, make);
            machine.FillEmptySlots(setup.IsLegacy ? MmioIdentity.LegacyVersion : MmioIdentity.ModernVersion);
            return;
        }
        var host = new PciHost(machine, pci.IsPc ? PciHostSettings.Pc : PciHostSettings.Virt(!pci.LowMemory));
        if (pci.IsPc) host.Plug(new PiixBridge(machine, "piix3"), device: 1);
        var bridge = pci.IsBehindBridge ? host.Plug(new PciBridge(machine, "bridge", new() { Profile = profile, VendorId = PciVendor.RedHat, DeviceId = 1, ClassCode = PciClass.Bridge << 16 | PciClass.PciBridge << 8 }), PciBridgeDevice) : null;
        var function = new VirtioPciSettings
        {
            Profile = profile,
            Interface = pci.Interface,
            DeviceType = type,
            Queues = queues,
            Vectors = pci.Vectors,
            IsLeftByFirmware = pci.IsLeftByFirmware,
            ClassCode = classCode,
        };
        device = machine.PlugPci(function, make, PciDevice, bridge);
    }

    /// <summary>As a kernel finds it: by its slot, or by going through PCI.</summary>
    DriverStatus FindDevice()
    {
        if (setup.Pci is not { } pci) return MmioBus.Find(Cpu, deviceType, out transport);
        var host = pci.IsPc ? PciHostInfo.Pc : PciHostInfo.Virt(!pci.LowMemory);
        var status = host.Initialise(Cpu, table);
        if (status != DriverStatus.Ok) return status;
        int index = VirtioPci.Find(table, deviceType);
        if (index < 0) return DriverStatus.NoDevice;
        status = VirtioPci.Open(Cpu, host, table, index, pci.UseLegacy, out transport);
        if (status != DriverStatus.Ok || pci.Messages == 0 || !setup.UseInterrupts) return status;
        status = Msix.Open(Cpu, host, table[index], out msix);
        if (status == DriverStatus.Ok) status = VirtioPci.UseVectors(Cpu, msix, targets.AsSpan(0, pci.Messages), ref transport);
        return status == DriverStatus.NotSupported ? DriverStatus.Ok : status;
    }

    /// <summary>Finds and initialises the device. False: it refused, as it may.</summary>
    bool BringUp()
    {
        if (!regionIsMapped && machine.Iommu is not null) regionIsMapped = Cpu.TryMapForDevice(driverRegion, DmaDirection.Both);
        var status = transport.Kind == TransportKind.None ? FindDevice() : DriverStatus.Ok;
        deviceMayRun |= status == DriverStatus.Ok;
        if (status == DriverStatus.Ok) status = Driver.Initialise(transport, driverRegion);
        if (status == DriverStatus.VectorUnavailable) status = UsePin();
        return status == DriverStatus.Ok || Refused(status);
    }

    /// <summary>The device could not map a vector: as a kernel, go back to its pin.</summary>
    DriverStatus UsePin()
    {
        var status = VirtioPci.UsePin(Cpu, msix, ref transport);
        return status == DriverStatus.Ok ? Driver.Initialise(transport, driverRegion) : status;
    }

    bool Refused(DriverStatus status)
    {
        Count(DevicePremise.DeviceRefused);
        bool mayRefuse = IsHostile || (profile == DeviceProfile.Odd && status is DriverStatus.FeaturesRefused or DriverStatus.VectorUnavailable) || (Device.IsRemoved && status == DriverStatus.NoDevice);
        if (!mayRefuse) Fail("initialisation", status.ToString(), [], $"the driver could not bring up a device that is well: {status}",
            "Follow 3.1.1 step by step; the monitors name the step if it was one of the driver's.");
        return false;
    }

    /// <summary>With an IOMMU a program ends as a kernel unloads a driver: nothing stays mapped but what a device would not give back.</summary>
    void Close()
    {
        if (!regionIsMapped) return;
        if (deviceMayRun)
        {
            var status = Driver.Shutdown(TimeOut(0));
            ReapEnded(status);
            if (status == DriverStatus.TimedOut) return;
        }
        Cpu.UnmapForDevice(driverRegion);
        regionIsMapped = false;
    }

    void OnInterrupt()
    {
        Count(DevicePremise.Interrupts);
        machine.Monitors.HandlerEntered();
        if (hotPlug is { High: true })
        {
            // An interrupt of the bus: the handler of a device that is gone is not asked.
            hotPlug.Set(false);
            Driver.Removed();
        }
        else
        {
            ServeDevice();
        }
        machine.Monitors.HandlerLeft();
    }

    /// <summary>A message says by itself why it came; a line is asked about.</summary>
    void ServeDevice()
    {
        if (transport.VectorCount == 0)
        {
            bool isClaimed = Driver.OnInterrupt();
            if (IsHostile) machine.Interrupts.Served(isClaimed);
            return;
        }
        for (ulong messages = machine.Interrupts.TakeMessages(); messages != 0; messages &= messages - 1) Driver.OnVector((ushort)System.Numerics.BitOperations.TrailingZeroCount(messages));
    }

    void Unplug()
    {
        if (unplug is null || Device.IsRemoved) return;
        Engine.Unblock(unplug);
        Engine.Reducer?.NoteWake(unplug);
    }

    /// <summary>From here on it may happen at any moment, after what was asked before. Without effect where the scenario's own program has no such verb.</summary>
    void AskHost(Operation operation)
    {
        if (outside is null) return;
        askedOfHost.Enqueue(operation);
        if (askedOfHost.Count == 1) WakeHost();
    }

    void WakeHost()
    {
        Engine.Unblock(outside!);
        Engine.Reducer?.NoteWake(outside!);
    }

    /// <summary>The agent's step: the next thing that was asked of the host.</summary>
    void ActAsHost()
    {
        HostActs(askedOfHost.Dequeue());
        if (askedOfHost.Count != 0) WakeHost();
    }

    /// <summary>Carries out a verb of the host's. What it does to the device must be told to the reduction, as <c>Arouse</c> of <see cref="RequestDevice{TRequest}"/> does.</summary>
    protected virtual void HostActs(Operation operation) => throw new NotSupportedException($"this device has no verb {operation.Code} of the host's");

    /// <summary>The agent's step.</summary>
    void TakeAway()
    {
        if (machine.Monitors.Ownership.Outstanding > 0) Count(DevicePremise.Removals);
        Device.Remove();
        if (setup.Unplug == DeviceUnplug.Told) hotPlug!.Set(true);
    }
}
