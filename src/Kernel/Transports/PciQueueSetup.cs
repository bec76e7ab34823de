using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>Virtio 1.4, 4.1.5.1.3 "Virtqueue Configuration", from the size on: the queue is selected, and not in use.</summary>
internal static class PciQueueSetup
{
    /// <summary>
    /// All is read back before the queue is enabled: a device that was reached wrongly, or is not there any more, answers all ones, and would take its rings to be
    /// there.
    /// </summary>
    public static DriverStatus Modern<TMachine>(
        in Transport transport, TMachine machine, QueueIndex queue, in SplitLayout layout, BusAddress memory, out Doorbell doorbell)
        where TMachine : struct, IMachine
    {
        RegisterBlock registers = transport.Registers;
        DriverStatus status = FindDoorbell(transport, machine, queue, out doorbell);
        if (status != DriverStatus.Ok)
            return status;
        registers.Write16(machine, PciCommonRegister.QueueSize, layout.QueueSize);
        if (registers.Read16(machine, PciCommonRegister.QueueSize) != layout.QueueSize)
            return DriverStatus.QueueUnavailable;
        bool isKept = WriteAddress(registers, machine, PciCommonRegister.QueueDesc, memory + layout.DescriptorTable)
            && WriteAddress(registers, machine, PciCommonRegister.QueueDriver, memory + layout.Available)
            && WriteAddress(registers, machine, PciCommonRegister.QueueDevice, memory + layout.Used);
        if (!isKept)
            return DriverStatus.DeviceError;
        status = TransportInterrupts.MapQueueVector(transport, machine, queue);
        if (status != DriverStatus.Ok)
            return status;
        machine.Barrier(BarrierPurpose.BeforeDoorbell);
        registers.Write16(machine, PciCommonRegister.QueueEnable, 1);
        return registers.Read16(machine, PciCommonRegister.QueueEnable) == 1 ? DriverStatus.Ok : DriverStatus.QueueUnavailable;
    }

    public static DriverStatus Legacy<TMachine>(
        in Transport transport, TMachine machine, QueueIndex queue, in SplitLayout layout, BusAddress memory)
        where TMachine : struct, IMachine
    {
        DriverStatus status = TransportQueues.TryPage(layout, memory, out uint page);
        if (status == DriverStatus.Ok)
            status = TransportInterrupts.MapQueueVector(transport, machine, queue);
        if (status != DriverStatus.Ok)
            return status;
        machine.Barrier(BarrierPurpose.BeforeDoorbell);
        transport.Registers.Write32(machine, PciLegacyRegister.QueueAddress, page);
        return transport.Registers.Read32(machine, PciLegacyRegister.QueueAddress) == page ? DriverStatus.Ok : DriverStatus.DeviceError;
    }

    /// <summary>4.1.4.4: queue_notify_off times the multiplier, within the structure; DeviceError where that leads out of it.</summary>
    private static DriverStatus FindDoorbell<TMachine>(in Transport transport, TMachine machine, QueueIndex queue, out Doorbell doorbell)
        where TMachine : struct, IMachine
    {
        ulong offset = (ulong)transport.Registers.Read16(machine, PciCommonRegister.QueueNotifyOff) * transport.NotifyMultiplier;
        bool fits = offset <= transport.Notify.Length && transport.Notify.Holds((uint)offset, sizeof(ushort));
        doorbell = fits ? new(transport.Notify.Address + offset, transport.Notify.IsPorts, sizeof(ushort), queue.Value) : default;
        return fits ? DriverStatus.Ok : DriverStatus.DeviceError;
    }

    /// <summary>4.1.3.1: 64-bit fields as two 32-bit ones. False: the device does not have what was written.</summary>
    private static bool WriteAddress<TMachine>(in RegisterBlock registers, TMachine machine, uint register, BusAddress address)
        where TMachine : struct, IMachine
    {
        uint low = (uint)address.Value, high = (uint)(address.Value >> 32);
        registers.Write32(machine, register, low);
        registers.Write32(machine, register + sizeof(uint), high);
        return registers.Read32(machine, register) == low && registers.Read32(machine, register + sizeof(uint)) == high;
    }
}
