using System.Runtime.CompilerServices;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>A base address register.</summary>
/// <param name="Kind">None for a register that stands for nothing, or for the upper half of the one before.</param>
/// <param name="IsPrefetchable">Reads have no side effects.</param>
/// <param name="Size">In bytes; a power of two.</param>
/// <param name="BusAddress">What is in the register; 0: nothing was assigned.</param>
public readonly record struct PciBar(PciBarKind Kind, bool IsPrefetchable, ulong Size, ulong BusAddress)
{
    public bool IsAssigned => BusAddress != 0;
}

/// <summary>The BARs of a function, by their registers.</summary>
[InlineArray(PciBarBits.DeviceCount)]
public struct PciBars
{
    private PciBar first;
}

/// <summary>Which of a bridge's windows.</summary>
public enum PciWindowKind : byte
{
    Io,
    Memory,
    Prefetchable,
}

/// <summary>A window of a bridge: what lies behind needs <paramref name="Size"/> bytes from a multiple of <paramref name="Alignment"/> on, and got them at <paramref name="Base"/>.</summary>
public readonly record struct PciBridgeRange(bool Exists, ulong Base, ulong Size, ulong Alignment);

/// <summary>The three windows of a bridge, by <see cref="PciWindowKind"/>.</summary>
[InlineArray(3)]
public struct PciBridgeRanges
{
    private PciBridgeRange first;
}

/// <summary>One function of the table: what it says that it is, and what was given to it. Nothing of it is believed beyond what was checked.</summary>
public struct PciFunctionInfo
{
    /// <summary>In <see cref="Bridge"/>: on the root bus.</summary>
    public const int NoBridge = -1;

    public PciAddress Address;

    public ushort VendorId, DeviceId, SubsystemVendorId, SubsystemId;

    public byte ClassCode, Subclass, ProgrammingInterface, Revision, HeaderType;

    /// <summary>0 is none, 1 is INTA#; what is no pin counts as none.</summary>
    public byte InterruptPin;

    /// <summary>Whether its pin reaches the interrupt controller, at <see cref="Interrupt"/>.</summary>
    public bool HasInterrupt;

    /// <summary>The line that its pin reaches, as <see cref="PciHostInfo"/> counts them.</summary>
    public uint Interrupt;

    /// <summary>The bridge that it is behind, by its place in the table, which is always a lower one.</summary>
    public int Bridge;

    /// <summary>Of a bridge: the buses behind it; 0 if it forwards none.</summary>
    public byte SecondaryBus, SubordinateBus;

    public PciBars Bars;

    public PciBridgeRanges Windows;

    /// <summary>
    /// Ok: it can be used. NoSpace: an address, or for a bridge a bus number, was not to be had. DeviceError: it does not keep what is written, or its BARs are none. NotSupported: a
    /// header of another type. While it is not Ok, the function answers at no address.
    /// </summary>
    public DriverStatus Status;

    public readonly bool IsBridge => (HeaderType & PciHeaderType.Layout) == PciHeaderType.Bridge;

    /// <summary>The machine's own end of the bus: its BARs, if it has any, are no concern of ours.</summary>
    public readonly bool IsHostBridge => ClassCode == PciClass.Bridge && Subclass == PciClass.HostBridge;

    public readonly int BarCount => (HeaderType & PciHeaderType.Layout) switch
    {
        PciHeaderType.Device => PciBarBits.DeviceCount,
        PciHeaderType.Bridge => PciBarBits.BridgeCount,
        _ => 0,
    };
}
