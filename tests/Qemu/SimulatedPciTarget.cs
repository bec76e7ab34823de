using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;

namespace Ringcheck.Tests.Qemu;

/// <summary>The simulated machine with the block device on PCI. Messages arrive as words of memory, as they do on QEMU where no controller takes them.</summary>
public sealed class SimulatedPciTarget : SimulatedTarget
{
    private readonly PciHomes homes;

    /// <summary>A machine with the device.</summary>
    /// <param name="isPc"><c>pc</c>, or else <c>virt</c>.</param>
    /// <param name="kind">What its function has.</param>
    /// <param name="image">What is on the disk.</param>
    /// <param name="serial">What GET_ID answers.</param>
    public SimulatedPciTarget(bool isPc, VirtioPciInterface kind, IDiskImage image, string serial = "")
        : base(new SimulatedMachine(RamLength, interrupts: machine => new MessagesInMemory(machine)) { HasPorts = isPc }, machine => OnPci(machine, isPc, kind, new BlkSettings
        {
            Profile = DeviceProfile.Qemu,
            IsLegacy = kind == VirtioPciInterface.Legacy,
            Image = image,
            Serial = serial,
        })) => homes = new(isPc);

    private VirtioPciFunction Function => ((PciTransport)Device.Transport).Function;

    public override ulong ReadRegister(int slot, uint offset, int width)
    {
        if (homes.IsBehindConfigPorts(slot, offset, out uint selector))
        {
            Write(Bus.PortSpace + PciConfigPort.Address, 4, selector);
            return Read(Bus.PortSpace + PciConfigPort.Data + (offset & 3), width);
        }

        ulong address = homes.AddressOf(slot, offset, out bool isPort);
        return Read(isPort ? Bus.PortSpace + address : address, width);
    }

    public override void WriteRegister(int slot, uint offset, int width, ulong value)
    {
        ulong address = homes.AddressOf(slot, offset, out bool isPort);
        if (homes.IsBehindConfigPorts(slot, offset, out uint selector))
        {
            Write(Bus.PortSpace + PciConfigPort.Address, 4, selector);
            Write(Bus.PortSpace + PciConfigPort.Data + (offset & 3), width, value);
        }
        else
        {
            Write(isPort ? Bus.PortSpace + address : address, width, value);
        }
    }

    public override bool LineIsHigh(int slot) => Function.Host.LineOf(Function)?.High ?? false;

    public override void ResetMachine()
    {
        base.ResetMachine();
        if (homes.IsPc)
        {
            Write(Bus.PortSpace + PciConfigPort.Address, 4, PciRoutes.Selector);
            Write(Bus.PortSpace + PciConfigPort.Data, 4, PciRoutes.Value);
        }
    }

    private static BlkDevice OnPci(SimulatedMachine machine, bool isPc, VirtioPciInterface kind, BlkSettings settings)
    {
        var host = new PciHost(machine, isPc ? PciHostSettings.Pc with { MemoryReadsZero = true } : PciHostSettings.Virt());
        if (isPc)
        {
            host.Plug(new PiixBridge(machine, "piix3"), device: 1);
        }

        var function = new VirtioPciSettings { Profile = DeviceProfile.Qemu, Interface = kind, DeviceType = DeviceType.Block };
        return machine.PlugPci(function, way => new BlkDevice(machine, way, "blk", settings), PciHomes.Function);
    }

    /// <summary>No controller: a message is what it is on the bus, a write to memory.</summary>
    private sealed class MessagesInMemory(SimulatedMachine machine) : InterruptController(machine)
    {
        internal override void Message(ulong address, uint data, DmaPort sender)
        {
            if (Machine.Ram.Contains(address, sizeof(uint)))
            {
                Machine.Ram.Store(address, data);
            }
        }

        internal override void LineChanged(InterruptLine line)
        {
        }

        private protected override uint TargetsOf(InterruptLine line) => 0;
    }
}
