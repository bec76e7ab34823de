using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>A range of PCI addresses that the host bridge gives BARs to live in, and where the CPU finds it: the two addresses need not be equal.</summary>
/// <param name="CpuBase">A <see cref="CpuAddress"/>, or the number of an <see cref="IoPort"/>.</param>
/// <param name="IsPorts">Which of them.</param>
/// <param name="BusBase">What is written into a BAR for the first byte. Not 0, which in a BAR means that it has no address.</param>
/// <param name="Length">In bytes; 0: there is no such window.</param>
public readonly record struct PciWindow(ulong CpuBase, bool IsPorts, ulong BusBase, ulong Length)
{
    public bool Contains(ulong busAddress, ulong length) => length <= Length && busAddress >= BusBase && busAddress - BusBase <= Length - length;

    /// <summary>The registers at a bus address. The caller has asked <see cref="Contains"/>.</summary>
    public RegisterBlock At(ulong busAddress, uint length) => new(CpuBase + (busAddress - BusBase), IsPorts, length);
}

/// <summary>How a function's interrupt pin reaches the interrupt controller.</summary>
public enum PciInterruptRouting : byte
{
    /// <summary>Nobody said.</summary>
    None,

    /// <summary>Four lines from <see cref="PciHostInfo.FirstInterrupt"/> on, turned by the device's number (PCI-to-PCI Bridge Architecture 1.2, 9.1).</summary>
    Swizzled,

    /// <summary>Through the four routing registers of the PIIX3 at <see cref="PciHostInfo.InterruptRouter"/>.</summary>
    Piix,
}

/// <summary>A PCI host bridge as its machine describes it: what a kernel knows from a device tree or ACPI.</summary>
public readonly record struct PciHostInfo
{
    public PciConfig Config { get; init; }

    public PciWindow Io { get; init; }

    /// <summary>Below 4 GiB on the PCI side.</summary>
    public PciWindow Memory32 { get; init; }

    /// <summary>For 64-bit BARs: prefetchable ones anywhere, others on the root bus.</summary>
    public PciWindow Memory64 { get; init; }

    public PciInterruptRouting Routing { get; init; }

    /// <summary>The first of four lines, counted as device trees count shared interrupts.</summary>
    public uint FirstInterrupt { get; init; }

    public PciAddress InterruptRouter { get; init; }

    /// <summary>
    /// QEMU's <c>virt</c> for Arm (hw/arm/virt.c). <paramref name="highMemory"/>: ECAM above 4 GiB and a window for 64-bit BARs; without it (<c>highmem=off</c>), 16 buses and none. The
    /// first 4 KiB of I/O are left out.
    /// </summary>
    public static PciHostInfo Virt(bool highMemory) => new()
    {
        Config = highMemory ? PciConfig.Ecam(new(0x40_1000_0000), 0, 255) : PciConfig.Ecam(new(0x3F00_0000), 0, 15),
        Io = new(0x3EFF_1000, IsPorts: false, 0x1000, 0xF000),
        Memory32 = new(0x1000_0000, IsPorts: false, 0x1000_0000, 0x2EFF_0000),
        Memory64 = highMemory ? new(0x80_0000_0000, IsPorts: false, 0x80_0000_0000, 0x80_0000_0000) : default,
        Routing = PciInterruptRouting.Swizzled,
        FirstInterrupt = 3,
    };

    /// <summary>
    /// QEMU's <c>pc</c> (i440fx and PIIX3): I/O above what the board's own devices have, memory from 0xe0000000 up to the I/O APIC, as with up to 3.5 GiB of RAM; nothing above 4 GiB, where
    /// the board has a window only if firmware made one.
    /// </summary>
    public static PciHostInfo Pc => new()
    {
        Config = PciConfig.Ports,
        Io = new(0xC000, IsPorts: true, 0xC000, 0x4000),
        Memory32 = new(0xE000_0000, IsPorts: false, 0xE000_0000, 0x1EC0_0000),
        Routing = PciInterruptRouting.Piix,
        InterruptRouter = new(0, 1, 0),
    };
}
