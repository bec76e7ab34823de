using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// What every transport offers (Virtio 1.4, 4 "Virtio Transport Options"), switched on <see cref="Transport.Kind"/>: so no driver
/// names its transport. All of it lies outside the ring path, where a <see cref="Doorbell"/> is enough. Here: reset, status and features; beside it
/// <see cref="TransportQueues"/>, <see cref="TransportInterrupts"/> and <see cref="DeviceConfig"/>.
/// </summary>
public static class TransportOperations
{
    /// <summary>
    /// 2.4 "Device Reset". Ok means that the reset has been observed: the device touches no memory any more, and what was
    /// exposed to it is the driver's again (3.3.1). TimedOut means that all of it is still the device's. NoDevice: there is none any more (<see cref="IsGone"/>).
    /// </summary>
    public static DriverStatus Reset<TMachine>(this in Transport transport, TMachine machine, Deadline deadline)
        where TMachine : struct, IMachine
    {
        transport.WriteStatus(machine, 0);
        PollLoop poll = machine.BeginPoll(deadline);
        uint status = 0;
        while (machine.KeepPolling(ref poll, done: (status = transport.ReadStatus(machine)) == 0 || transport.IsGone(machine, status)))
        {
        }

        if (poll.TimedOut)
            return DriverStatus.TimedOut;
        if (status != 0)
            return DriverStatus.NoDevice;
        machine.Barrier(BarrierPurpose.AfterRegisterRead);
        return DriverStatus.Ok;
    }

    /// <summary>
    /// Whether a device whose status was read as <paramref name="status"/> has been taken away: what nobody answers reads as all ones. A status that is all ones by
    /// mistake, or by a lie, is asked twice: the device that is there still answers something else elsewhere. Only reads.
    /// </summary>
    public static bool IsGone<TMachine>(this in Transport transport, TMachine machine, uint status)
        where TMachine : struct, IMachine
        => (status & DeviceStatus.Gone) == DeviceStatus.Gone && !Answers(transport, machine);

    /// <summary>virtio-mmio says what it is; virtio-pci keeps the selector that the driver has written, and no queue of its legacy interface has 65,535 descriptors.</summary>
    private static bool Answers<TMachine>(in Transport transport, TMachine machine)
        where TMachine : struct, IMachine => transport.Kind switch
        {
            TransportKind.PciModern => transport.Registers.Read32(machine, PciCommonRegister.DeviceFeatureSelect) != uint.MaxValue,
            TransportKind.PciLegacy => transport.Registers.Read16(machine, PciLegacyRegister.QueueSize) != ushort.MaxValue,
            _ => transport.Registers.Read32(machine, MmioRegister.MagicValue) == MmioIdentity.Magic,
        };

    /// <summary>2.1: bits of <see cref="DeviceStatus"/>.</summary>
    public static uint ReadStatus<TMachine>(this in Transport transport, TMachine machine)
        where TMachine : struct, IMachine => transport.Kind switch
        {
            TransportKind.PciModern => transport.Registers.Read8(machine, PciCommonRegister.DeviceStatus),
            TransportKind.PciLegacy => transport.Registers.Read8(machine, PciLegacyRegister.DeviceStatus),
            _ => transport.Registers.Read32(machine, MmioRegister.Status),
        };

    /// <summary>2.1.1: the driver only ever adds bits, but for the 0 that resets.</summary>
    public static void WriteStatus<TMachine>(this in Transport transport, TMachine machine, uint status)
        where TMachine : struct, IMachine
    {
        switch (transport.Kind)
        {
            case TransportKind.PciModern:
                transport.Registers.Write8(machine, PciCommonRegister.DeviceStatus, (byte)status);
                break;
            case TransportKind.PciLegacy:
                transport.Registers.Write8(machine, PciLegacyRegister.DeviceStatus, (byte)status);
                break;
            default:
                transport.Registers.Write32(machine, MmioRegister.Status, status);
                break;
        }
    }

    /// <summary>
    /// Feature bits 32 * <paramref name="selector"/> and up, selector 0 to 3 (2.2). A legacy device has word 0 only, and is not asked
    /// for more.
    /// </summary>
    public static uint ReadFeatureWord<TMachine>(this in Transport transport, TMachine machine, uint selector)
        where TMachine : struct, IMachine
    {
        if (transport.IsLegacy && selector != 0)
            return 0;
        switch (transport.Kind)
        {
            case TransportKind.PciModern:
                transport.Registers.Write32(machine, PciCommonRegister.DeviceFeatureSelect, selector);
                return transport.Registers.Read32(machine, PciCommonRegister.DeviceFeature);
            case TransportKind.PciLegacy:
                return transport.Registers.Read32(machine, PciLegacyRegister.DeviceFeatures);
            default:
                transport.Registers.Write32(machine, MmioRegister.DeviceFeaturesSel, selector);
                return transport.Registers.Read32(machine, MmioRegister.DeviceFeatures);
        }
    }

    /// <summary>
    /// The offered bits among <paramref name="known"/>. Only words in which something is known are read: QEMU 7.2 shows word 1 of virtio-mmio
    /// again for every selector above 0 (data/qemu-observed.md), and a bit that nobody knows is not to be accepted anyway.
    /// </summary>
    public static FeatureSet ReadFeatures<TMachine>(this in Transport transport, TMachine machine, FeatureSet known)
        where TMachine : struct, IMachine
    {
        FeatureSet offered = FeatureSet.None;
        for (uint selector = 0; selector < 4; selector++)
        {
            if (known.Word(selector) != 0)
                offered = offered.WithWord(selector, transport.ReadFeatureWord(machine, selector));
        }

        return offered & known;
    }

    /// <summary>
    /// Tells the device which bits the driver accepts, in words 0 and 1 (a legacy device: word 0), and in higher words only what is
    /// not 0: to QEMU 7.2 each selector of virtio-mmio above 0 is word 1, so a 0 for word 2 would take VERSION_1 back.
    /// </summary>
    public static void WriteFeatures<TMachine>(this in Transport transport, TMachine machine, FeatureSet accepted)
        where TMachine : struct, IMachine
    {
        uint words = transport.IsLegacy ? 1u : 4u;
        for (uint selector = 0; selector < words; selector++)
        {
            uint word = accepted.Word(selector);
            if (selector <= 1 || word != 0)
                WriteFeatureWord(transport, machine, selector, word);
        }
    }

    private static void WriteFeatureWord<TMachine>(in Transport transport, TMachine machine, uint selector, uint word)
        where TMachine : struct, IMachine
    {
        switch (transport.Kind)
        {
            case TransportKind.PciModern:
                transport.Registers.Write32(machine, PciCommonRegister.DriverFeatureSelect, selector);
                transport.Registers.Write32(machine, PciCommonRegister.DriverFeature, word);
                break;
            case TransportKind.PciLegacy:
                transport.Registers.Write32(machine, PciLegacyRegister.DriverFeatures, word);
                break;
            default:
                transport.Registers.Write32(machine, MmioRegister.DriverFeaturesSel, selector);
                transport.Registers.Write32(machine, MmioRegister.DriverFeatures, word);
                break;
        }
    }
}
