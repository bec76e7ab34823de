using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>Where the device is, and how the kernel comes to it: the only part that knows whether that is PCI.</content>
sealed partial class BlkScenario
{
    /// <summary>Its place on the bus, and that of the bridge where it is behind one.</summary>
    const int PciDevice = 2, PciBridgeDevice = 5;

    readonly PciDeviceTable table = new(capacity: 8);
    readonly MessageTarget[] targets = [.. Enumerable.Range(0, MostMessages).Select(vector => new MessageTarget(new(MessageBase), (uint)vector, (uint)vector))];
    PciHost? pciHost;
    Transport transport;
    Msix msix;

    const int MostMessages = 4;

    /// <summary>Where messages go: on a machine whose interrupts are wired together, anywhere that is no memory.</summary>
    const ulong MessageBase = 0x0802_0040;

    BlkDevice Plug(BlkSettings settings)
    {
        if (setup.Pci is not { } pci)
        {
            var plugged = machine.Plug(setup.Slot, way => new BlkDevice(machine, way, "blk", settings));
            machine.FillEmptySlots(setup.IsLegacy ? MmioIdentity.LegacyVersion : MmioIdentity.ModernVersion);
            return plugged;
        }
        var host = pciHost = new PciHost(machine, pci.IsPc ? PciHostSettings.Pc : PciHostSettings.Virt(!pci.LowMemory));
        if (pci.IsPc) host.Plug(new PiixBridge(machine, "piix3"), device: 1);
        var bridge = pci.IsBehindBridge ? host.Plug(new PciBridge(machine, "bridge", new() { Profile = profile, VendorId = PciVendor.RedHat, DeviceId = 1, ClassCode = PciClass.Bridge << 16 | PciClass.PciBridge << 8 }), PciBridgeDevice) : null;
        var function = new VirtioPciSettings
        {
            Profile = profile,
            Interface = pci.Interface,
            DeviceType = DeviceType.Block,
            Queues = settings.QueueCount,
            Vectors = pci.Vectors,
            IsLeftByFirmware = pci.IsLeftByFirmware,
        };
        return machine.PlugPci(function, way => new BlkDevice(machine, way, "blk", settings), PciDevice, bridge);
    }

    /// <summary>As a kernel finds it: by its slot, or by going through PCI.</summary>
    DriverStatus FindDevice()
    {
        if (setup.Pci is not { } pci) return MmioBus.Find(cpu, DeviceType.Block, out transport);
        var host = pci.IsPc ? PciHostInfo.Pc : PciHostInfo.Virt(!pci.LowMemory);
        var status = host.Initialise(cpu, table);
        if (status != DriverStatus.Ok) return status;
        int index = VirtioPci.Find(table, DeviceType.Block);
        if (index < 0) return DriverStatus.NoDevice;
        status = VirtioPci.Open(cpu, host, table, index, pci.UseLegacy, out transport);
        if (status == DriverStatus.Ok) JudgeLine();
        if (status != DriverStatus.Ok || pci.Messages == 0 || !setup.UseInterrupts) return status;
        status = Msix.Open(cpu, host, table[index], out msix);
        if (status == DriverStatus.Ok) status = VirtioPci.UseVectors(cpu, msix, targets.AsSpan(0, pci.Messages), ref transport);
        return status == DriverStatus.NotSupported ? DriverStatus.Ok : status;
    }

    /// <summary>All lines are wired together here, so that a handler runs whichever of them it is for: what a kernel would have asked for is compared.</summary>
    void JudgeLine()
    {
        if (IsHostile || device.Transport is not PciTransport on || pciHost!.LineOf(on.Function) is not { } line || line.Number == transport.Interrupt) return;
        Fail("interrupts", "wrong-line", [], $"the pin of {device.Name}'s function reaches line {line.Number}, and the driver waits for {(transport.Interrupt == Transport.NoInterrupt ? "none" : $"line {transport.Interrupt}")}",
            "Turn the pin by the device number at each bridge above it, and then as the machine does (PCI-to-PCI Bridge Architecture 1.2, 9.1).");
    }

    /// <summary>The device could not map a vector: as a kernel, go back to its pin.</summary>
    DriverStatus UsePin()
    {
        var status = VirtioPci.UsePin(cpu, msix, ref transport);
        return status == DriverStatus.Ok ? driver.Initialise(transport, driverRegion) : status;
    }

    /// <summary>A message says by itself why it came; a line is asked about.</summary>
    void ServeDevice()
    {
        if (transport.VectorCount == 0)
        {
            driver.OnInterrupt();
            return;
        }
        for (ulong messages = machine.Interrupts.TakeMessages(); messages != 0; messages &= messages - 1) driver.OnVector((ushort)System.Numerics.BitOperations.TrailingZeroCount(messages));
    }
}
