using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>A PL011 as its machine describes it.</summary>
/// <param name="Line">Counted as device trees count shared interrupts.</param>
/// <param name="ClockHz">UARTCLK; 0: the machine has none.</param>
public readonly record struct SerialDescription(CpuAddress Registers, uint Line, uint ClockHz, uint Baud)
{
    public bool Exists => ClockHz != 0;
}

/// <summary>Where a GICv2 and its frame for messages are.</summary>
/// <param name="MessageFrameOnBus">The frame as devices address it.</param>
public readonly record struct GicDescription(CpuAddress Distributor, CpuAddress CpuInterface, CpuAddress MessageFrame, BusAddress MessageFrameOnBus);

/// <summary>Where the local APIC of each CPU and the I/O APIC are.</summary>
public readonly record struct ApicDescription(CpuAddress Local, CpuAddress Io);

/// <summary>What a machine has on its buses, as a kernel knows it from a device tree or ACPI. Its interrupt controller is its <see cref="IBoard"/>'s.</summary>
public readonly record struct MachineDescription
{
    public SerialDescription Serial { get; init; }

    /// <summary>Whether there are virtio-mmio slots where <see cref="MmioBus"/> looks.</summary>
    public bool HasMmioSlots { get; init; }

    public bool HasPci { get; init; }

    /// <summary>Only with <see cref="HasPci"/>.</summary>
    public PciHostInfo Pci { get; init; }
}

/// <summary>QEMU's <c>virt</c> for Arm (hw/arm/virt.c).</summary>
public static class VirtMachine
{
    public static GicDescription Gic => new(new(0x0800_0000), new(0x0801_0000), new(0x0802_0000), new(0x0802_0000));

    /// <summary><paramref name="highMemory"/>: as for <see cref="PciHostInfo.Virt"/>.</summary>
    public static MachineDescription Describe(bool highMemory) => new()
    {
        Serial = new(new(0x0900_0000), Line: 1, ClockHz: 24_000_000, Baud: 115_200),
        HasMmioSlots = true,
        HasPci = true,
        Pci = PciHostInfo.Virt(highMemory),
    };
}

/// <summary>QEMU's <c>pc</c> (i440fx and PIIX3).</summary>
public static class PcMachine
{
    public static ApicDescription Apic => new(new(0xFEE0_0000), new(0xFEC0_0000));

    public static MachineDescription Describe() => new() { HasPci = true, Pci = PciHostInfo.Pc };
}
