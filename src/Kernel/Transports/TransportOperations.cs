using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// What every transport offers (Virtio 1.4, 4 "Virtio Transport Options"), switched on <see cref="Transport.Kind"/>: so no driver
/// names its transport. All of it lies outside the ring path, where a <see cref="Doorbell"/> is enough. Both versions of virtio-mmio
/// share these registers; the ones in which they differ are in <see cref="MmioQueues"/> and <see cref="DeviceConfig"/>.
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
    /// mistake, or by a lie, is asked twice: the device that is there still says what it is (4.2.2, MagicValue). Only reads.
    /// </summary>
    public static bool IsGone<TMachine>(this in Transport transport, TMachine machine, uint status)
        where TMachine : struct, IMachine
        => (status & DeviceStatus.Gone) == DeviceStatus.Gone && machine.ReadRegister32(transport.Base + MmioRegister.MagicValue) != MmioIdentity.Magic;

    /// <summary>2.1: bits of <see cref="DeviceStatus"/>.</summary>
    public static uint ReadStatus<TMachine>(this in Transport transport, TMachine machine)
        where TMachine : struct, IMachine => machine.ReadRegister32(transport.Base + MmioRegister.Status);

    /// <summary>2.1.1: the driver only ever adds bits, but for the 0 that resets.</summary>
    public static void WriteStatus<TMachine>(this in Transport transport, TMachine machine, uint status)
        where TMachine : struct, IMachine => machine.WriteRegister32(transport.Base + MmioRegister.Status, status);

    /// <summary>
    /// Feature bits 32 * <paramref name="selector"/> and up, selector 0 to 3 (2.2). A legacy device has word 0 only, and is not asked
    /// for more.
    /// </summary>
    public static uint ReadFeatureWord<TMachine>(this in Transport transport, TMachine machine, uint selector)
        where TMachine : struct, IMachine
    {
        if (transport.IsLegacy && selector != 0)
            return 0;
        machine.WriteRegister32(transport.Base + MmioRegister.DeviceFeaturesSel, selector);
        return machine.ReadRegister32(transport.Base + MmioRegister.DeviceFeatures);
    }

    /// <summary>
    /// The offered bits among <paramref name="known"/>. Only words in which something is known are read: QEMU 7.2 shows word 1
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
    /// not 0: to QEMU 7.2 each selector above 0 is word 1, so a 0 for word 2 would take VERSION_1 back.
    /// </summary>
    public static void WriteFeatures<TMachine>(this in Transport transport, TMachine machine, FeatureSet accepted)
        where TMachine : struct, IMachine
    {
        uint words = transport.IsLegacy ? 1u : 4u;
        for (uint selector = 0; selector < words; selector++)
        {
            uint word = accepted.Word(selector);
            if (selector > 1 && word == 0)
                continue;
            machine.WriteRegister32(transport.Base + MmioRegister.DriverFeaturesSel, selector);
            machine.WriteRegister32(transport.Base + MmioRegister.DriverFeatures, word);
        }
    }

    /// <summary>Why the device interrupts (4.2.3.4): bits of <see cref="InterruptCause"/>; bits that the standard does not name are ignored.</summary>
    public static uint ReadInterruptCauses<TMachine>(this in Transport transport, TMachine machine)
        where TMachine : struct, IMachine
        => machine.ReadRegister32(transport.Base + MmioRegister.InterruptStatus) & InterruptCause.All;

    /// <summary>
    /// Reads back, so that the acknowledgement has arrived: one that is still on its way would clear what happens meanwhile, and a wired
    /// interrupt does not bring the device's writes to memory along; the answer to a read does.
    /// </summary>
    public static void AcknowledgeInterrupt<TMachine>(this in Transport transport, TMachine machine, uint causes)
        where TMachine : struct, IMachine
    {
        machine.WriteRegister32(transport.Base + MmioRegister.InterruptAck, causes & InterruptCause.All);
        machine.ReadRegister32(transport.Base + MmioRegister.InterruptStatus);
    }
}
