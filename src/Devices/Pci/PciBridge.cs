using System.Globalization;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>What a bridge has beside the window that each has.</summary>
public sealed record PciBridgeSettings : PciFunctionSettings
{
    /// <summary>Whether it forwards I/O (optional: PCI-to-PCI Bridge Architecture 1.2, 3.2.5.6).</summary>
    public bool HasIoWindow { get; init; } = true;

    /// <summary>Whether it has a window for prefetchable memory (optional: 3.2.5.9); it is a 64-bit one.</summary>
    public bool HasPrefetchableWindow { get; init; } = true;
}

/// <summary>
/// PCI-to-PCI Bridge Architecture 1.2, 3.2 and 4: forwards configuration accesses by bus numbers, and memory and I/O accesses by its windows while its
/// decoding is on; what is behind it reaches memory only while its bus master bit is set. Does not model subtractive decoding, VGA and ISA modes.
/// </summary>
public sealed class PciBridge : PciFunction
{
    public PciBridge(SimulatedMachine machine, string name, PciBridgeSettings settings) : base(machine, name, settings, isBridge: true)
    {
        Behind = new(this);
        InitialiseConfig(PciRegister.BridgePrimaryBus, 0, 0xFF);
        InitialiseConfig(PciRegister.BridgeSecondaryBus, 0, 0xFF);
        InitialiseConfig(PciRegister.BridgeSubordinateBus, 0, 0xFF);
        InitialiseConfig16(PciRegister.BridgeMemoryBase, 0, 0xFFF0);
        InitialiseConfig16(PciRegister.BridgeMemoryLimit, 0, 0xFFF0);
        InitialiseConfig16(PciRegister.BridgeControl, 0, 0x7F);
        if (settings.HasIoWindow)
        {
            InitialiseConfig(PciRegister.BridgeIoBase, 0, 0xF0);
            InitialiseConfig(PciRegister.BridgeIoLimit, 0, 0xF0);
        }
        if (!settings.HasPrefetchableWindow) return;
        InitialiseConfig16(PciRegister.BridgePrefetchableBase, (ushort)PciBridgeWindow.Wide, 0xFFF0);
        InitialiseConfig16(PciRegister.BridgePrefetchableLimit, (ushort)PciBridgeWindow.Wide, 0xFFF0);
        InitialiseConfig32(PciRegister.BridgePrefetchableBaseUpper, 0, uint.MaxValue);
        InitialiseConfig32(PciRegister.BridgePrefetchableLimitUpper, 0, uint.MaxValue);
    }

    /// <summary>The bus behind it.</summary>
    public PciBus Behind { get; }

    PciBridgeSettings Shape => (PciBridgeSettings)Settings;

    internal int SecondaryBus => (int)GetConfig(PciRegister.BridgeSecondaryBus, 1);

    internal int SubordinateBus => (int)GetConfig(PciRegister.BridgeSubordinateBus, 1);

    /// <summary>Whether it forwards configuration accesses to a bus (PCI-to-PCI Bridge Architecture 1.2, 3.1.2.1.3).</summary>
    internal bool Claims(int bus) => IsPresent && SecondaryBus != 0 && bus >= SecondaryBus && bus <= SubordinateBus;

    /// <summary>Configuration space is accessed on a bus that another one forwards to too.</summary>
    internal void ClaimedAsWell(int bus, PciBridge first)
    {
        if (Host.MayMislead) return;
        Machine.Monitors.Driver("pci", "bus-claimed-twice", [], $"the driver accesses configuration space of bus {bus}, to which {first.Name} ({first.SecondaryBus} to {first.SubordinateBus}) "
            + $"and {Name} ({SecondaryBus} to {SubordinateBus}) forward",
            "Clear the numbers that firmware left in all bridges of a bus before the first of them is given one, and let each claim the buses behind it only (PCI-to-PCI Bridge Architecture 1.2, 12.1).");
    }

    /// <summary>Whether an address on its primary side goes on to the bus behind.</summary>
    internal bool Forwards(PciSpace space, ulong address) => ForwardsWhole(space, address, 1);

    /// <summary>Whether a whole range does, through one window.</summary>
    internal bool ForwardsWhole(PciSpace space, ulong address, ulong size)
    {
        if (!Decodes(space)) return false;
        ulong end = address + size - 1;
        if (space == PciSpace.Io) return Shape.HasIoWindow && address >= IoBase && end <= IoLimit;
        return (address >= MemoryBase && end <= MemoryLimit) || (Shape.HasPrefetchableWindow && address >= PrefetchableBase && end <= PrefetchableLimit);
    }

    /// <summary>Its windows of a space, for reports.</summary>
    internal string DescribeWindows(PciSpace space)
    {
        if (space == PciSpace.Io) return Shape.HasIoWindow ? Range("I/O", IoBase, IoLimit) : "it has none";
        return Range("memory", MemoryBase, MemoryLimit) + (Shape.HasPrefetchableWindow ? ", " + Range("prefetchable memory", PrefetchableBase, PrefetchableLimit) : "");
    }

    static string Range(string what, ulong first, ulong last) => first > last ? $"{what}: closed" : string.Create(CultureInfo.InvariantCulture, $"{what}: 0x{first:x} to 0x{last:x}");

    ulong IoBase => (ulong)(GetConfig(PciRegister.BridgeIoBase, 1) & ~PciBridgeWindow.Capability) << 8;

    ulong IoLimit => (ulong)(GetConfig(PciRegister.BridgeIoLimit, 1) & ~PciBridgeWindow.Capability) << 8 | (PciBridgeWindow.IoGranularity - 1);

    ulong MemoryBase => Memory(PciRegister.BridgeMemoryBase);

    ulong MemoryLimit => Memory(PciRegister.BridgeMemoryLimit) | (PciBridgeWindow.MemoryGranularity - 1);

    ulong PrefetchableBase => Memory(PciRegister.BridgePrefetchableBase) | (ulong)GetConfig(PciRegister.BridgePrefetchableBaseUpper, 4) << 32;

    ulong PrefetchableLimit
        => Memory(PciRegister.BridgePrefetchableLimit) | (ulong)GetConfig(PciRegister.BridgePrefetchableLimitUpper, 4) << 32 | (PciBridgeWindow.MemoryGranularity - 1);

    ulong Memory(uint register) => (ulong)(GetConfig(register, 2) & ~PciBridgeWindow.Capability) << 16;

    protected override void ConfigWritten(uint offset, int width)
    {
        if (Overlaps(offset, width, PciRegister.BridgePrimaryBus, (int)(PciRegister.BridgeIoLimitUpper + 2 - PciRegister.BridgePrimaryBus))) Host.DecodeChanged();
    }

    internal override void NoteCommandChange()
    {
        CommandChanged();
        Behind.NoteCommandChange();
    }
}
