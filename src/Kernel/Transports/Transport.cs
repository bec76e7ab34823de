using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>How a device is reached. PCI comes with its own kinds.</summary>
public enum TransportKind : byte
{
    None,

    /// <summary>virtio-mmio version 1 (4.2.4 "Legacy interface").</summary>
    MmioLegacy,

    /// <summary>virtio-mmio version 2 (4.2.2).</summary>
    MmioModern,
}

/// <summary>
/// One device, as plain data: where its registers are, what it is (<see cref="Standard.DeviceType"/>), and which interrupt it
/// raises, counted as device trees count shared interrupts. What can be done with it is in <see cref="TransportOperations"/>.
/// </summary>
public readonly record struct Transport(TransportKind Kind, CpuAddress Base, uint DeviceType, uint Interrupt)
{
    public bool IsLegacy => Kind == TransportKind.MmioLegacy;
}

/// <summary>
/// How a queue's device is notified, worked out once: <paramref name="Width"/> bytes (2 or 4) of <paramref name="Value"/> to
/// <paramref name="Address"/>.
/// </summary>
public readonly record struct Doorbell(CpuAddress Address, byte Width, uint Value)
{
    /// <summary>The caller has published first, and placed <see cref="BarrierPurpose.BeforeDoorbell"/> between.</summary>
    public void Ring<TMachine>(TMachine machine)
        where TMachine : struct, IMachine
    {
        if (Width == sizeof(uint))
            machine.WriteRegister32(Address, Value);
        else
            machine.WriteRegister16(Address, (ushort)Value);
    }
}
