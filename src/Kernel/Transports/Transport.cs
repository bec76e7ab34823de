using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>How a device is reached.</summary>
public enum TransportKind : byte
{
    None,

    /// <summary>virtio-mmio version 1 (4.2.4 "Legacy interface").</summary>
    MmioLegacy,

    /// <summary>virtio-mmio version 2 (4.2.2).</summary>
    MmioModern,

    /// <summary>virtio-pci by the registers of 4.1.4.10 "Legacy Interfaces: A Note on PCI Device Layout".</summary>
    PciLegacy,

    /// <summary>virtio-pci by the structures that its capabilities name (4.1.4).</summary>
    PciModern,
}

/// <summary>
/// One device, as plain data: where its registers are, what it is (<see cref="Standard.DeviceType"/>), and how it interrupts. What can be done with it is in
/// <see cref="TransportOperations"/>.
/// </summary>
/// <param name="Registers">Status, features, queues: virtio-mmio's block, PCI's common configuration, or the legacy I/O BAR.</param>
/// <param name="Interrupt">The line's number, as device trees count shared interrupts; <see cref="NoInterrupt"/> when there is none.</param>
public readonly record struct Transport(TransportKind Kind, RegisterBlock Registers, uint DeviceType, uint Interrupt)
{
    public const uint NoInterrupt = uint.MaxValue;

    /// <summary>The device's own configuration (2.5). Of a device that has none, a block that does not exist.</summary>
    public RegisterBlock Configuration { get; init; }

    /// <summary>virtio-pci: where the causes of an interrupt are read (4.1.4.5).</summary>
    public RegisterBlock Isr { get; init; }

    /// <summary>virtio-pci: where queues are notified (4.1.4.4), and how far apart, in bytes.</summary>
    public RegisterBlock Notify { get; init; }

    public uint NotifyMultiplier { get; init; }

    /// <summary>How many message vectors the device was given (MSI-X); 0: it interrupts by its line.</summary>
    public ushort VectorCount { get; init; }

    /// <summary>Whether it is the legacy interface of the standard: its own order of initialisation, one page number for a queue.</summary>
    public bool IsLegacy => Kind is TransportKind.MmioLegacy or TransportKind.PciLegacy;

    /// <summary>Whether a queue has the size that the device says, and no other (4.1.5.1.3 of a legacy device).</summary>
    public bool HasFixedQueueSize => Kind == TransportKind.PciLegacy;
}

/// <summary>
/// How a queue's device is notified, worked out once: <paramref name="Width"/> bytes (2 or 4) of <paramref name="Value"/> to
/// <paramref name="Address"/>, which is a port if <paramref name="IsPort"/>.
/// </summary>
public readonly record struct Doorbell(ulong Address, bool IsPort, byte Width, uint Value)
{
    /// <summary>The caller has published first, and placed <see cref="BarrierPurpose.BeforeDoorbell"/> between.</summary>
    public void Ring<TMachine>(TMachine machine)
        where TMachine : struct, IMachine
    {
        if (IsPort)
            machine.WritePort16(new((ushort)Address), (ushort)Value);
        else if (Width == sizeof(uint))
            machine.WriteRegister32(new(Address), Value);
        else
            machine.WriteRegister16(new(Address), (ushort)Value);
    }
}
