using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Virtio 1.4, 4.2.3.2 "Virtqueue Configuration" and 4.2.4 "Legacy interface": how a virtio-mmio device learns where a queue is,
/// and how it is made to forget. QueueSel is shared by all queues of a device: with several CPUs a lock goes around each method.
/// </summary>
public static class MmioQueues
{
    /// <summary>The page that a legacy device counts in, and the alignment of a legacy used ring, in bytes.</summary>
    public const uint LegacyPageSize = 4096;

    private const int LegacyPageShift = 12;

    /// <summary>Once after each reset and before anything else that concerns queues (4.2.4: GuestPageSize).</summary>
    public static void PrepareQueues<TMachine>(this in Transport transport, TMachine machine)
        where TMachine : struct, IMachine
    {
        if (transport.IsLegacy)
            machine.WriteRegister32(transport.Base + MmioRegister.GuestPageSize, LegacyPageSize);
    }

    /// <summary>
    /// The largest size that the device allows for the queue, not yet judged: a device may say anything. QueueUnavailable when the
    /// queue is in use or does not exist.
    /// </summary>
    public static DriverStatus ReadQueueSizeMax<TMachine>(this in Transport transport, TMachine machine, QueueIndex queue, out uint sizeMax)
        where TMachine : struct, IMachine
    {
        sizeMax = 0;
        machine.WriteRegister32(transport.Base + MmioRegister.QueueSel, queue.Value);
        uint inUse = transport.IsLegacy ? MmioRegister.QueuePfn : MmioRegister.QueueReady;
        if (machine.ReadRegister32(transport.Base + inUse) != 0)
            return DriverStatus.QueueUnavailable;
        sizeMax = machine.ReadRegister32(transport.Base + MmioRegister.QueueNumMax);
        return sizeMax == 0 ? DriverStatus.QueueUnavailable : DriverStatus.Ok;
    }

    /// <summary>
    /// Hands the queue at <paramref name="memory"/> over. The ring memory is initialised already. A legacy queue needs
    /// <see cref="SplitLayout.Legacy"/> with <see cref="LegacyPageSize"/> and a page-aligned address whose page number fits
    /// 32 bits: InvalidArgument otherwise.
    /// </summary>
    public static DriverStatus SetUpQueue<TMachine>(
        this in Transport transport, TMachine machine, QueueIndex queue, in SplitLayout layout, BusAddress memory, out Doorbell doorbell)
        where TMachine : struct, IMachine
    {
        doorbell = new(transport.Base + MmioRegister.QueueNotify, sizeof(uint), queue.Value);
        DriverStatus status = transport.ReadQueueSizeMax(machine, queue, out uint sizeMax);
        if (status != DriverStatus.Ok)
            return status;
        if (layout.QueueSize > sizeMax)
            return DriverStatus.QueueUnavailable;
        return transport.Kind switch
        {
            TransportKind.MmioLegacy => SetUpLegacy(transport.Base, machine, layout, memory),
            TransportKind.MmioModern => SetUpModern(transport.Base, machine, layout, memory),
            _ => DriverStatus.NotSupported,
        };
    }

    /// <summary>Takes one queue back; the reading of what was written makes sure that it arrived (4.2.2.2). A reset does it for all.</summary>
    public static DriverStatus ReleaseQueue<TMachine>(this in Transport transport, TMachine machine, QueueIndex queue)
        where TMachine : struct, IMachine
    {
        machine.WriteRegister32(transport.Base + MmioRegister.QueueSel, queue.Value);
        CpuAddress inUse = transport.Base + (transport.IsLegacy ? MmioRegister.QueuePfn : MmioRegister.QueueReady);
        machine.WriteRegister32(inUse, 0);
        if (machine.ReadRegister32(inUse) != 0)
            return DriverStatus.DeviceError;
        machine.Barrier(BarrierPurpose.AfterRegisterRead);
        return DriverStatus.Ok;
    }

    private static DriverStatus SetUpModern<TMachine>(CpuAddress registers, TMachine machine, in SplitLayout layout, BusAddress memory)
        where TMachine : struct, IMachine
    {
        machine.WriteRegister32(registers + MmioRegister.QueueNum, layout.QueueSize);
        WriteAddress(machine, registers + MmioRegister.QueueDescLow, memory + layout.DescriptorTable);
        WriteAddress(machine, registers + MmioRegister.QueueDriverLow, memory + layout.Available);
        WriteAddress(machine, registers + MmioRegister.QueueDeviceLow, memory + layout.Used);
        machine.Barrier(BarrierPurpose.BeforeDoorbell);
        machine.WriteRegister32(registers + MmioRegister.QueueReady, 1);
        return machine.ReadRegister32(registers + MmioRegister.QueueReady) == 1 ? DriverStatus.Ok : DriverStatus.QueueUnavailable;
    }

    /// <summary>Both halves, also when the high one is 0: what an earlier driver left there is not known.</summary>
    private static void WriteAddress<TMachine>(TMachine machine, CpuAddress lowRegister, BusAddress address)
        where TMachine : struct, IMachine
    {
        machine.WriteRegister32(lowRegister, (uint)address.Value);
        machine.WriteRegister32(lowRegister + sizeof(uint), (uint)(address.Value >> 32));
    }

    private static DriverStatus SetUpLegacy<TMachine>(CpuAddress registers, TMachine machine, in SplitLayout layout, BusAddress memory)
        where TMachine : struct, IMachine
    {
        ulong page = memory.Value >> LegacyPageShift;
        if (memory.Value % LegacyPageSize != 0 || page is 0 or > uint.MaxValue || layout.Used % LegacyPageSize != 0)
            return DriverStatus.InvalidArgument;
        machine.WriteRegister32(registers + MmioRegister.QueueNum, layout.QueueSize);
        machine.WriteRegister32(registers + MmioRegister.QueueAlign, LegacyPageSize);
        machine.Barrier(BarrierPurpose.BeforeDoorbell);
        machine.WriteRegister32(registers + MmioRegister.QueuePfn, (uint)page);
        return machine.ReadRegister32(registers + MmioRegister.QueuePfn) == (uint)page ? DriverStatus.Ok : DriverStatus.QueueUnavailable;
    }
}
