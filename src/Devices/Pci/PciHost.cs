using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>What answers where there is no function: all ones, and no error that anybody is told of (PCI 3.0, 6.1).</summary>
sealed class AbsentPciFunction : IBusDevice
{
    public ulong Read(uint offset, int width) => PciFunction.Ones(width);

    public void Write(uint offset, int width, ulong value)
    {
    }

    (ulong Reads, ulong Writes) IBusDevice.PartsOf(uint offset, bool writes, ulong value) => default;
}

/// <summary>
/// The PCI host of a machine: configuration space as memory (ECAM: PCI Express 4.0, 7.2.2) or behind ports (PCI 3.0, 3.2.2.3.2), the windows in which BARs are reached,
/// and the root bus. Who answers at an address is what the registers of functions and bridges say at that moment. Where several do, it is the first by bus, device, function
/// and BAR, in the order in which they were plugged in behind one another.
/// </summary>
public sealed partial class PciHost : IBusDevice
{
    readonly SimulatedMachine machine;
    readonly PciHostSettings settings;
    readonly List<PciFunction> functions = [];
    readonly AbsentPciFunction absent = new();
    readonly int peripheral;
    uint configAddress;

    public PciHost(SimulatedMachine machine, PciHostSettings settings)
    {
        this.machine = machine;
        this.settings = settings;
        peripheral = machine.Peripherals++;
        machine.Pci = this;
        if (settings.EcamBase is { } ecam) machine.Bus.Add(ecam, (ulong)settings.Buses << PciLimits.EcamBusShift, new EcamWindow(this, ecam));
        if (settings.HasConfigPorts)
        {
            machine.Bus.Add(Bus.PortSpace + PciConfigPort.Address, 4, this);
            machine.Bus.Add(Bus.PortSpace + PciConfigPort.Data, 4, new DataPort(this));
        }
        // Behind the ports of configuration space: BARs may have all others.
        foreach (var window in settings.Windows) machine.Bus.Add(window.CpuBase, window.Size, new BarWindow(this, window));
        AddLines();
    }

    public PciBus Root { get; } = new(bridge: null);

    /// <summary>In the order in which they were plugged in.</summary>
    public IReadOnlyList<PciFunction> Functions => functions;

    /// <summary>Plugs a function in, while the machine is built.</summary>
    /// <param name="function">Which.</param>
    /// <param name="device">0 to 31.</param>
    /// <param name="number">0 to 7. Without a function 0, nobody looks for the others.</param>
    /// <param name="behind">The bridge that it is behind; null: on the root bus.</param>
    public TFunction Plug<TFunction>(TFunction function, int device, int number = 0, PciBridge? behind = null) where TFunction : PciFunction
    {
        function.Plug(this, behind?.Behind ?? Root, device * PciLimits.Functions + number);
        functions.Add(function);
        if (function is PiixBridge piix) router = piix;
        return function;
    }

    /// <summary>The state before the first instruction of the machine: no addresses assigned, no bus numbers, everything off.</summary>
    public void PowerOn()
    {
        configAddress = 0;
        ResetLines();
        foreach (var function in functions) function.PowerOn();
        DecodeChanged();
    }

    public void Fold(ref StateHasher hasher)
    {
        hasher.Add(configAddress);
        foreach (var function in functions) function.Fold(ref hasher);
    }

    /// <summary>Whether a function has lied about its configuration, or is gone, so that a driver may look for registers where there are none any more.</summary>
    internal bool MayMislead
    {
        get
        {
            foreach (var function in functions)
            {
                if (function.HasLied || !function.IsPresent) return true;
            }
            return false;
        }
    }

    /// <summary>What a read of memory gives that nobody answers.</summary>
    internal ulong Unanswered(int width) => settings.MemoryReadsZero ? 0 : PciFunction.Ones(width);

    /// <summary>For the reduction: who answers where.</summary>
    internal ulong Decode => PeripheralBits.Of(peripheral, PeripheralBits.Control);

    // The address port: whole words only, everything else there is somebody else's (PCI 3.0, 3.2.2.3.2)

    ulong IBusDevice.Read(uint offset, int width) => offset == 0 && width == 4 ? configAddress : PciFunction.Ones(width);

    void IBusDevice.Write(uint offset, int width, ulong value)
    {
        if (offset != 0 || width != 4) return;
        configAddress = (uint)value;
    }

    (ulong Reads, ulong Writes) IBusDevice.PartsOf(uint offset, bool writes, ulong value)
    {
        ulong port = PeripheralBits.Of(peripheral, PeripheralBits.Space);
        return writes ? (0, port) : (port, 0);
    }

    // Configuration space

    BusBlock ConfigOf(int bus, int slot, ulong first, ulong size, uint register, bool holds)
    {
        var function = bus < settings.Buses ? Root.Find(bus, 0)?.At(slot) : null;
        return function is null ? new(first, size, absent, null, register, holds)
            : new(first, size, function, function.Paths, PciFunction.OffsetOf(PciFunction.ConfigRegion, register), holds);
    }

    sealed class EcamWindow(PciHost host, ulong start) : IBusWindow
    {
        public bool TryFind(ulong address, out BusBlock block)
        {
            ulong function = (address - start) >> PciLimits.EcamFunctionShift;
            block = host.ConfigOf((int)(function / PciLimits.FunctionsOfBus), (int)(function % PciLimits.FunctionsOfBus),
                start + (function << PciLimits.EcamFunctionShift), PciRegister.ExtendedSpaceSize, register: 0, holds: true);
            return true;
        }
    }

    /// <summary>Which function's and which register, the address port says at each access.</summary>
    sealed class DataPort(PciHost host) : IBusWindow
    {
        public bool TryFind(ulong address, out BusBlock block)
        {
            uint to = host.configAddress;
            int slot = (int)(to >> PciConfigPort.FunctionShift) % PciLimits.FunctionsOfBus, bus = (int)(to >> PciConfigPort.BusShift) % PciLimits.Buses;
            block = host.ConfigOf((to & PciConfigPort.Enable) == 0 ? PciLimits.Buses : bus, slot, Bus.PortSpace + PciConfigPort.Data, 4, to & PciConfigPort.RegisterMask, holds: false);
            return true;
        }
    }
}
