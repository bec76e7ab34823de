using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>A window of the host bridge: CPU addresses that reach PCI addresses.</summary>
/// <param name="Space">Which space it reaches.</param>
/// <param name="CpuBase">First address on the <see cref="Bus"/>; ports are at <see cref="Bus.PortSpace"/>.</param>
/// <param name="PciBase">The PCI address of that.</param>
/// <param name="Size">In bytes.</param>
public readonly record struct PciHostWindow(PciSpace Space, ulong CpuBase, ulong PciBase, ulong Size);

/// <summary>How the four interrupt pins of the root bus reach the interrupt controller.</summary>
public enum PciInterruptWiring : byte
{
    /// <summary>Four lines of their own, pin by pin, turned by the device's number.</summary>
    Swizzled,

    /// <summary>The PIIX3's four routing registers say which of the 16 lines (00:01.0, 0x60 to 0x63).</summary>
    Piix,
}

/// <summary>Where a PCI host is on its machine, fixed when the machine is built.</summary>
public sealed record PciHostSettings
{
    /// <summary>Where configuration space is as memory (ECAM); null where it is not.</summary>
    public ulong? EcamBase { get; init; }

    /// <summary>Buses that ECAM, or the ports, reach.</summary>
    public int Buses { get; init; } = 256;

    /// <summary>Whether configuration space is behind ports 0xCF8 and 0xCFC too.</summary>
    public bool HasConfigPorts { get; init; }

    public IReadOnlyList<PciHostWindow> Windows { get; init; } = [];

    /// <summary>Whether memory that no BAR answers for reads as 0 instead of all ones: so it is on QEMU's <c>pc</c>, and on no hardware.</summary>
    public bool MemoryReadsZero { get; init; }

    public PciInterruptWiring Wiring { get; init; }

    /// <summary>The line of INTA# of device 0, where the wiring is <see cref="PciInterruptWiring.Swizzled"/>.</summary>
    public int FirstInterrupt { get; init; }

    /// <summary>QEMU's <c>virt</c> machine for Arm (hw/arm/virt.c), with its ECAM high, or low as with <c>highmem=off</c>, which has no window above 4 GiB.</summary>
    public static PciHostSettings Virt(bool highMemory = true) => new()
    {
        EcamBase = highMemory ? 0x40_1000_0000UL : 0x3F00_0000UL,
        Buses = highMemory ? 256 : 16,
        FirstInterrupt = 3,
        Windows =
        [
            new(PciSpace.Io, 0x3EFF_0000, 0, 0x1_0000),
            new(PciSpace.Memory, 0x1000_0000, 0x1000_0000, 0x2EFF_0000),
            .. highMemory ? [new PciHostWindow(PciSpace.Memory, 0x80_0000_0000, 0x80_0000_0000, 0x80_0000_0000)] : (PciHostWindow[])[],
        ],
    };

    /// <summary>QEMU's <c>pc</c> machine (i440fx): ports for configuration and I/O, memory below the I/O APIC, and a window above 4 GiB.</summary>
    public static PciHostSettings Pc { get; } = new()
    {
        HasConfigPorts = true,
        Wiring = PciInterruptWiring.Piix,
        Windows =
        [
            new(PciSpace.Io, Bus.PortSpace, 0, 0x1_0000),
            new(PciSpace.Memory, 0xE000_0000, 0xE000_0000, 0x1EC0_0000),
            new(PciSpace.Memory, 0x80_0000_0000, 0x80_0000_0000, 0x80_0000_0000),
        ],
    };
}
