using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>Virtio 1.4, 4.2.3.2 "Virtqueue Configuration" and 4.2.4 "Legacy interface", from the size on: the queue is selected, and not in use.</summary>
internal static class MmioQueueSetup
{
    public static DriverStatus Modern<TMachine>(in RegisterBlock registers, TMachine machine, in SplitLayout layout, BusAddress memory)
        where TMachine : struct, IMachine
    {
        registers.Write32(machine, MmioRegister.QueueNum, layout.QueueSize);
        WriteAddress(registers, machine, MmioRegister.QueueDescLow, memory + layout.DescriptorTable);
        WriteAddress(registers, machine, MmioRegister.QueueDriverLow, memory + layout.Available);
        WriteAddress(registers, machine, MmioRegister.QueueDeviceLow, memory + layout.Used);
        machine.Barrier(BarrierPurpose.BeforeDoorbell);
        registers.Write32(machine, MmioRegister.QueueReady, 1);
        return registers.Read32(machine, MmioRegister.QueueReady) == 1 ? DriverStatus.Ok : DriverStatus.QueueUnavailable;
    }

    public static DriverStatus Legacy<TMachine>(in RegisterBlock registers, TMachine machine, in SplitLayout layout, BusAddress memory)
        where TMachine : struct, IMachine
    {
        DriverStatus status = TransportQueues.TryPage(layout, memory, out uint page);
        if (status != DriverStatus.Ok)
            return status;
        registers.Write32(machine, MmioRegister.QueueNum, layout.QueueSize);
        registers.Write32(machine, MmioRegister.QueueAlign, TransportQueues.LegacyPageSize);
        machine.Barrier(BarrierPurpose.BeforeDoorbell);
        registers.Write32(machine, MmioRegister.QueuePfn, page);
        return registers.Read32(machine, MmioRegister.QueuePfn) == page ? DriverStatus.Ok : DriverStatus.DeviceError;
    }

    /// <summary>Both halves, also when the high one is 0: what an earlier driver left there is not known. These registers cannot be read back.</summary>
    private static void WriteAddress<TMachine>(in RegisterBlock registers, TMachine machine, uint lowRegister, BusAddress address)
        where TMachine : struct, IMachine
    {
        registers.Write32(machine, lowRegister, (uint)address.Value);
        registers.Write32(machine, lowRegister + sizeof(uint), (uint)(address.Value >> 32));
    }
}
