using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Virtio 1.4, 4.1.5.1.3 and 4.2.3.2 "Virtqueue Configuration": how a device learns where a queue is, and how it is made to forget. The order is the same
/// everywhere: select, size, addresses, enable. The selector is shared by all queues of a device: with several CPUs a lock goes around each method.
/// </summary>
public static class TransportQueues
{
    /// <summary>The page that a legacy device counts in, and the alignment of a legacy used ring, in bytes.</summary>
    public const uint LegacyPageSize = PciLegacyRegister.PageSize;

    private const int LegacyPageShift = 12;

    /// <summary>Once after each reset and before anything else that concerns queues. VectorUnavailable: the device cannot interrupt as it was to.</summary>
    public static DriverStatus PrepareQueues<TMachine>(this in Transport transport, TMachine machine)
        where TMachine : struct, IMachine
    {
        if (transport.Kind == TransportKind.MmioLegacy)
            transport.Registers.Write32(machine, MmioRegister.GuestPageSize, LegacyPageSize);
        return TransportInterrupts.MapConfigurationVector(transport, machine);
    }

    /// <summary>
    /// The largest size that the device allows for the queue, not yet judged: a device may say anything. QueueUnavailable when the
    /// queue is in use or does not exist. Where the size is fixed (<see cref="Transport.HasFixedQueueSize"/>) it is this one.
    /// </summary>
    public static DriverStatus ReadQueueSizeMax<TMachine>(this in Transport transport, TMachine machine, QueueIndex queue, out uint sizeMax)
        where TMachine : struct, IMachine
    {
        sizeMax = 0;
        Select(transport, machine, queue);
        if (ReadInUse(transport, machine) != 0)
            return DriverStatus.QueueUnavailable;
        sizeMax = transport.Kind switch
        {
            TransportKind.PciModern => transport.Registers.Read16(machine, PciCommonRegister.QueueSize),
            TransportKind.PciLegacy => transport.Registers.Read16(machine, PciLegacyRegister.QueueSize),
            _ => transport.Registers.Read32(machine, MmioRegister.QueueNumMax),
        };
        return sizeMax == 0 ? DriverStatus.QueueUnavailable : DriverStatus.Ok;
    }

    /// <summary>
    /// Hands the queue at <paramref name="memory"/> over. The ring memory is initialised already. A legacy queue needs
    /// <see cref="SplitLayout.Legacy"/> with <see cref="LegacyPageSize"/> and a page-aligned address whose page number fits
    /// 32 bits: InvalidArgument otherwise. DeviceError: the device did not keep what it was told.
    /// </summary>
    public static DriverStatus SetUpQueue<TMachine>(
        this in Transport transport, TMachine machine, QueueIndex queue, in SplitLayout layout, BusAddress memory, out Doorbell doorbell)
        where TMachine : struct, IMachine
    {
        doorbell = default;
        DriverStatus status = transport.ReadQueueSizeMax(machine, queue, out uint sizeMax);
        if (status != DriverStatus.Ok)
            return status;
        if (layout.QueueSize > sizeMax || (transport.HasFixedQueueSize && layout.QueueSize != sizeMax))
            return DriverStatus.QueueUnavailable;
        switch (transport.Kind)
        {
            case TransportKind.MmioLegacy:
                doorbell = new(transport.Registers.Address + MmioRegister.QueueNotify, IsPort: false, sizeof(uint), queue.Value);
                return MmioQueueSetup.Legacy(transport.Registers, machine, layout, memory);
            case TransportKind.MmioModern:
                doorbell = new(transport.Registers.Address + MmioRegister.QueueNotify, IsPort: false, sizeof(uint), queue.Value);
                return MmioQueueSetup.Modern(transport.Registers, machine, layout, memory);
            case TransportKind.PciLegacy:
                doorbell = new(transport.Registers.Address + PciLegacyRegister.QueueNotify, transport.Registers.IsPorts, sizeof(ushort), queue.Value);
                return PciQueueSetup.Legacy(transport, machine, queue, layout, memory);
            case TransportKind.PciModern:
                return PciQueueSetup.Modern(transport, machine, queue, layout, memory, out doorbell);
            default:
                return DriverStatus.NotSupported;
        }
    }

    /// <summary>
    /// Takes one queue back; the reading of what was written makes sure that it arrived (4.2.2.2). A reset does it for all. NotSupported: this transport takes
    /// single queues back only with RING_RESET (4.1.4.3.2: 0 is never written to queue_enable), which is not negotiated.
    /// </summary>
    public static DriverStatus ReleaseQueue<TMachine>(this in Transport transport, TMachine machine, QueueIndex queue)
        where TMachine : struct, IMachine
    {
        if (transport.Kind == TransportKind.PciModern)
            return DriverStatus.NotSupported;
        Select(transport, machine, queue);
        transport.Registers.Write32(machine, InUseRegister(transport.Kind), 0);
        if (ReadInUse(transport, machine) != 0)
            return DriverStatus.DeviceError;
        machine.Barrier(BarrierPurpose.AfterRegisterRead);
        return DriverStatus.Ok;
    }

    /// <summary>The largest power of two that can be the size of a queue where the driver wants <paramref name="wanted"/> descriptors, or 0 where none can.</summary>
    public static ushort ChooseQueueSize(this in Transport transport, uint sizeMax, ushort wanted)
    {
        if (transport.HasFixedQueueSize)
            return sizeMax <= wanted && SplitLayout.IsLegalQueueSize((ushort)sizeMax) ? (ushort)sizeMax : (ushort)0;
        uint size = sizeMax < wanted ? sizeMax : wanted;
        while ((size & (size - 1)) != 0)
            size &= size - 1;
        return (ushort)size;
    }

    private static void Select<TMachine>(in Transport transport, TMachine machine, QueueIndex queue)
        where TMachine : struct, IMachine
    {
        switch (transport.Kind)
        {
            case TransportKind.PciModern:
                transport.Registers.Write16(machine, PciCommonRegister.QueueSelect, queue.Value);
                break;
            case TransportKind.PciLegacy:
                transport.Registers.Write16(machine, PciLegacyRegister.QueueSelect, queue.Value);
                break;
            default:
                transport.Registers.Write32(machine, MmioRegister.QueueSel, queue.Value);
                break;
        }
    }

    /// <summary>Not 0 when the selected queue is in use.</summary>
    private static uint ReadInUse<TMachine>(in Transport transport, TMachine machine)
        where TMachine : struct, IMachine
    {
        uint register = InUseRegister(transport.Kind);
        return transport.Kind == TransportKind.PciModern ? transport.Registers.Read16(machine, register) : transport.Registers.Read32(machine, register);
    }

    private static uint InUseRegister(TransportKind kind) => kind switch
    {
        TransportKind.PciModern => PciCommonRegister.QueueEnable,
        TransportKind.PciLegacy => PciLegacyRegister.QueueAddress,
        TransportKind.MmioLegacy => MmioRegister.QueuePfn,
        _ => MmioRegister.QueueReady,
    };

    /// <summary>The page number of a legacy queue; InvalidArgument if it cannot have one.</summary>
    internal static DriverStatus TryPage(in SplitLayout layout, BusAddress memory, out uint page)
    {
        ulong number = memory.Value >> LegacyPageShift;
        page = (uint)number;
        bool fits = memory.Value % LegacyPageSize == 0 && number is not (0 or > uint.MaxValue) && layout.Used % LegacyPageSize == 0;
        return fits ? DriverStatus.Ok : DriverStatus.InvalidArgument;
    }
}
