using Ringcheck.Devices;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>The machine. What a failing boot must not reach is not there, and objects.</content>
sealed partial class BootScenario<TBoard>
{
    const int BridgeDevice = 5;

    PciBridgeSettings BridgeSettings => new() { Profile = profile, VendorId = PciVendor.RedHat, DeviceId = 1, ClassCode = PciClass.Bridge << 16 | PciClass.PciBridge << 8 };

    InterruptController Controller(SimulatedMachine owner, Func<SimulatedMachine, InterruptController> make)
    {
        if (setup.EndsBefore(BootStage.Interrupts))
        {
            if (setup.IsPc) Forbid(owner, Apics.LocalBase, 0x1000, "the local APIC");
            else Forbid(owner, GicV2.DistributorBase, 0x3_0000, "the interrupt controller");
        }
        if (setup.IsPc && setup.Fails(BootStage.Interrupts)) owner.Bus.Add(Apics.LocalBase, 0x1000, new DeadRegisters());
        return make(owner);
    }

    Pl011Device PlugSerial()
    {
        if (setup.EndsBefore(BootStage.Console)) Forbid(machine, Pl011Device.QemuBase, 0x1000, "the serial port");
        if (setup.Fails(BootStage.Console)) machine.Bus.Add(Pl011Device.QemuBase, 0x1000, new DeadRegisters());
        return new(machine, machine.Interrupts.AddLine(Pl011Device.QemuInterrupt)) { Input = Typed };
    }

    BlkDevice[] PlugDisks()
    {
        if (setup.IsPc && setup.EndsBefore(BootStage.Pci)) Forbid(machine, Bus.PortSpace + PciConfigPort.Address, 8, "PCI configuration space");
        var host = new PciHost(machine, setup.IsPc ? PciHostSettings.Pc : PciHostSettings.Virt());
        host.Plug(new PciHostBridge(machine, "host", setup.IsPc ? PciHostBridge.I440Fx : PciHostBridge.Generic), device: 0);
        if (setup.IsPc) host.Plug(new PiixBridge(machine, "piix3"), device: 1);
        var bridge = setup.Disks.Any(disk => disk.IsBehindBridge) ? host.Plug(new PciBridge(machine, "bridge", BridgeSettings), BridgeDevice) : null;
        if (!setup.IsPc)
        {
            if (setup.EndsBefore(BootStage.Pci)) Forbid(machine, VirtEcam, 256UL << PciLimits.EcamBusShift, "PCI configuration space");
            if (setup.EndsBefore(BootStage.Virtio)) Forbid(machine, SimulatedMachine.MmioBase, 0x200 * SimulatedMachine.MmioSlots, "virtio-mmio slots");
        }
        BlkDevice[] plugged = [.. setup.Disks.Select((disk, number) => Plug(disk, $"blk{number}", bridge))];
        if (!setup.IsPc) machine.FillEmptySlots(MmioIdentity.ModernVersion);
        return plugged;
    }

    const ulong VirtEcam = 0x40_1000_0000;

    BlkDevice Plug(BootDiskSetup disk, string name, PciBridge? bridge)
    {
        var settings = new BlkSettings { Profile = profile, Image = new SyntheticImage(CapacitySectors), QueueSizeMax = disk.QueueSizeMax, Refusable = FeatureSet.Of(BlkFeature.Discard) };
        if (disk.Slot is { } slot) return machine.Plug(slot, way => new BlkDevice(machine, way, name, settings));
        var function = new VirtioPciSettings
        {
            Profile = profile,
            Interface = disk.Interface,
            DeviceType = DeviceType.Block,
            Vectors = disk.Vectors,
            MappableVectors = disk.MappableVectors,
        };
        return machine.PlugPci(function, way => new BlkDevice(machine, way, name, settings), disk.PciDevice, disk.IsBehindBridge ? bridge : null);
    }

    static void Forbid(SimulatedMachine machine, ulong address, ulong size, string what) => machine.Bus.Add(address, size, new ForbiddenRegisters(machine.Engine, what));
}
