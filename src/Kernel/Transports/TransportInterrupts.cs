using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Virtio 1.4, 2.3 "Notifications", 4.2.3.4 and 4.1.5.3: why a device interrupts. By a line, a register tells; a message tells by which vector it came. Vector 0
/// is for changes of the configuration, queues have the others; a device with one vector has it for everything, one with fewer than its queues need shares
/// them.
/// </summary>
public static class TransportInterrupts
{
    /// <summary>
    /// Handler of a line: why the device interrupts, as bits of <see cref="InterruptCause"/>, and it knows that we know. 0: it was not this device, or it is gone. What
    /// happens after this raises the line again.
    /// </summary>
    public static uint TakeLine<TMachine>(this in Transport transport, TMachine machine)
        where TMachine : struct, IMachine
    {
        if (transport.Isr.Exists)
        {
            // 4.1.4.5: the answer to this read acknowledges, and brings the device's writes to memory along.
            uint isr = transport.Isr.Read8(machine, 0);
            return isr == byte.MaxValue ? 0 : isr & InterruptCause.All;
        }

        uint causes = transport.Registers.Read32(machine, MmioRegister.InterruptStatus) & InterruptCause.All;
        if (causes == 0)
            return 0;
        transport.Registers.Write32(machine, MmioRegister.InterruptAck, causes);
        // Read back, so that the acknowledgement has arrived: one that is still on its way would clear what happens meanwhile, and a wired
        // interrupt does not bring the device's writes to memory along; the answer to a read does.
        transport.Registers.Read32(machine, MmioRegister.InterruptStatus);
        return causes;
    }

    /// <summary>Handler of a message: what it stands for. Nothing is read, since nothing has to be acknowledged (4.1.5.3.2).</summary>
    public static uint CausesOf(this in Transport transport, ushort vector)
    {
        if (transport.VectorCount <= 1)
            return InterruptCause.All;
        return vector == ConfigurationVector ? InterruptCause.ConfigurationChange : InterruptCause.UsedBuffer;
    }

    /// <summary>The vector for changes of the configuration.</summary>
    public const ushort ConfigurationVector = 0;

    /// <summary>The vector of a queue's used buffers, given that there are vectors at all.</summary>
    public static ushort VectorOf(this in Transport transport, QueueIndex queue)
        => transport.VectorCount <= 1 ? ConfigurationVector : (ushort)(1 + queue.Value % (transport.VectorCount - 1));

    /// <summary>
    /// 4.1.5.1.2: after each reset, the vector for changes of the configuration. VectorUnavailable: the device could not map it.
    /// </summary>
    internal static DriverStatus MapConfigurationVector<TMachine>(in Transport transport, TMachine machine)
        where TMachine : struct, IMachine
    {
        if (transport.VectorCount == 0)
            return DriverStatus.Ok;
        uint register = transport.Kind == TransportKind.PciLegacy ? PciLegacyRegister.ConfigMsixVector : PciCommonRegister.ConfigMsixVector;
        return Map(transport.Registers, machine, register, ConfigurationVector);
    }

    /// <summary>The vector of the selected queue, which is <paramref name="queue"/>.</summary>
    internal static DriverStatus MapQueueVector<TMachine>(in Transport transport, TMachine machine, QueueIndex queue)
        where TMachine : struct, IMachine
    {
        if (transport.VectorCount == 0)
            return DriverStatus.Ok;
        uint register = transport.Kind == TransportKind.PciLegacy ? PciLegacyRegister.QueueMsixVector : PciCommonRegister.QueueMsixVector;
        return Map(transport.Registers, machine, register, transport.VectorOf(queue));
    }

    /// <summary>4.1.5.1.2.2: read back, because a device says in no other way that it has no resources for it.</summary>
    private static DriverStatus Map<TMachine>(in RegisterBlock registers, TMachine machine, uint register, ushort vector)
        where TMachine : struct, IMachine
    {
        registers.Write16(machine, register, vector);
        return registers.Read16(machine, register) == vector ? DriverStatus.Ok : DriverStatus.VectorUnavailable;
    }
}
