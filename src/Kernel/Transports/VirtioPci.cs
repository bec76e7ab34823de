using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Virtio 1.4, 4.1.2 and 4.1.4, driver side: from a function of the PCI table to a <see cref="Transport"/>. Where each structure is comes from the capabilities, whichever BAR they
/// name; a function that has none is used by its legacy registers, if it has those.
/// </summary>
public static class VirtioPci
{
    /// <summary>For the reset of a device that runs already.</summary>
    private const uint TakeOverTimeoutMs = 1000;

    /// <summary>The device type of a function (<see cref="DeviceType"/>); <see cref="DeviceType.None"/> if it is no virtio device. Its revision does not matter (4.1.2.2).</summary>
    public static uint DeviceTypeOf(in PciFunctionInfo function)
    {
        if (function.VendorId != PciVirtioIdentity.Vendor || function.DeviceId is < PciVirtioIdentity.First or > PciVirtioIdentity.Last)
            return DeviceType.None;
        return function.DeviceId > PciVirtioIdentity.LastTransitional ? function.DeviceId - (uint)PciVirtioIdentity.ModernBase : function.SubsystemId;
    }

    /// <summary>The place in the table of the first device of a type from <paramref name="from"/> on, or -1.</summary>
    public static int Find(PciDeviceTable table, uint deviceType, int from = 0)
    {
        for (int index = from; index < table.Count; index++)
        {
            if (DeviceTypeOf(table[index]) == deviceType)
                return index;
        }

        return -1;
    }

    /// <summary>
    /// Makes the function a bus master, so that it can reach its queues, and says where its registers are; it interrupts by its pin until <see cref="UseVectors"/>. Whatever firmware left of
    /// it is over before that. NoDevice: it is no virtio device, or could not be given addresses, or is gone. NotSupported: it has neither the structures of 4.1.4 nor legacy registers.
    /// DeviceError: they are where they cannot be, or it does not let go of its interrupts. TimedOut: it runs, and its reset was not observed.
    /// </summary>
    /// <param name="machine">Where.</param>
    /// <param name="host">The host bridge that the table is of.</param>
    /// <param name="table">From <see cref="PciHostOperations.Initialise"/>.</param>
    /// <param name="index">The function's place.</param>
    /// <param name="preferLegacy">Uses the legacy registers of a transitional device, although it has others (4.1.5.1.1.1 has it the other way round).</param>
    /// <param name="transport">The device; <c>default</c> unless Ok.</param>
    public static DriverStatus Open<TMachine>(
        TMachine machine, in PciHostInfo host, PciDeviceTable table, int index, bool preferLegacy, out Transport transport)
        where TMachine : struct, IMachine
    {
        transport = default;
        PciFunctionInfo function = table[index];
        uint deviceType = DeviceTypeOf(function);
        if (deviceType == DeviceType.None || function.Status != DriverStatus.Ok)
            return DriverStatus.NoDevice;
        uint interrupt = function.HasInterrupt ? function.Interrupt : Transport.NoInterrupt;
        DriverStatus status = preferLegacy ? DriverStatus.NotSupported : FindStructures(machine, host, function, deviceType, interrupt, out transport);
        if (status == DriverStatus.NotSupported)
            status = FindLegacy(host, function, deviceType, interrupt, out transport);
        if (status == DriverStatus.Ok)
            status = TakeOver(machine, host.Config, function.Address, transport);
        if (status == DriverStatus.Ok)
            status = table.EnableBusMaster(machine, host.Config, index);
        if (status != DriverStatus.Ok)
            transport = default;
        return status;
    }

    /// <summary>
    /// Has the device interrupt by messages from now on (4.1.5.1.2): vector 0 for its configuration, and the others, as far as there are, for its queues. Call it after <see cref="Open"/>, before the driver
    /// is initialised. NotSupported: the function has no MSI-X, or no vector was offered; it goes on with its pin. Others: as <see cref="Msix"/>, and MSI-X is off then.
    /// </summary>
    /// <param name="machine">Where.</param>
    /// <param name="msix">The function's messages, opened and not enabled.</param>
    /// <param name="targets">A target for each vector that is wanted; of more than the function has, the first ones are used.</param>
    /// <param name="transport">The device.</param>
    public static DriverStatus UseVectors<TMachine>(TMachine machine, in Msix msix, ReadOnlySpan<MessageTarget> targets, ref Transport transport)
        where TMachine : struct, IMachine
    {
        int count = Math.Min(targets.Length, msix.Count);
        if (count == 0)
            return DriverStatus.NotSupported;
        DriverStatus status = msix.Enable(machine);
        for (int vector = 0; vector < count && status == DriverStatus.Ok; vector++)
        {
            status = msix.SetVector(machine, (ushort)vector, targets[vector].Address, targets[vector].Data);
            if (status == DriverStatus.Ok)
                status = msix.Unmask(machine, (ushort)vector);
        }

        if (status != DriverStatus.Ok)
        {
            msix.Disable(machine);
            return status;
        }

        transport = transport with { VectorCount = (ushort)count, Configuration = ConfigurationOf(transport, hasVectors: true) };
        return DriverStatus.Ok;
    }

    /// <summary>
    /// Firmware may have used the function, and left messages on, the pin off, and the device running with queues in memory that is somebody else's now: it must not reach that again.
    /// </summary>
    private static DriverStatus TakeOver<TMachine>(TMachine machine, in PciConfig config, PciAddress address, in Transport transport)
        where TMachine : struct, IMachine
    {
        DriverStatus status = Msix.TurnOff(machine, config, address);
        if (status == DriverStatus.Ok)
            status = PciInterrupts.SetDisabled(machine, config, address, disabled: false);
        if (status != DriverStatus.Ok || transport.ReadStatus(machine) == 0)
            return status;
        return transport.Reset(machine, machine.DeadlineAfter(TakeOverTimeoutMs));
    }

    /// <summary>Back to the pin, for a device that could not map its vectors (<see cref="DriverStatus.VectorUnavailable"/>).</summary>
    public static DriverStatus UsePin<TMachine>(TMachine machine, in Msix msix, ref Transport transport)
        where TMachine : struct, IMachine
    {
        transport = transport with { VectorCount = 0, Configuration = ConfigurationOf(transport, hasVectors: false) };
        return msix.Disable(machine);
    }

    /// <summary>4.1.4.10: turning MSI-X on moves the configuration behind the legacy registers.</summary>
    private static RegisterBlock ConfigurationOf(in Transport transport, bool hasVectors)
    {
        if (transport.Kind != TransportKind.PciLegacy)
            return transport.Configuration;
        uint start = hasVectors ? PciLegacyRegister.ConfigWithMsix : PciLegacyRegister.Config;
        return transport.Registers.Slice(start, transport.Registers.Length - start);
    }

    /// <summary>
    /// 4.1.4.1: the first capability of each kind that is usable; reserved kinds and BARs are skipped. A device without its own configuration is legal, and so is a longer structure than
    /// is known here. NotSupported: a structure is missing.
    /// </summary>
    private static DriverStatus FindStructures<TMachine>(
        TMachine machine, in PciHostInfo host, in PciFunctionInfo function, uint deviceType, uint interrupt, out Transport transport)
        where TMachine : struct, IMachine
    {
        transport = new(TransportKind.PciModern, default, deviceType, interrupt);
        bool isAnyWrong = false;
        PciCapabilities list = PciCapabilities.Of(machine, host.Config, function.Address);
        while (list.TryNext(machine, out PciCapabilityAt capability))
        {
            if (capability.Id != PciCapability.VendorSpecific || !capability.Has(PciVirtioCapability.Size))
                continue;
            byte type = host.Config.Read8(machine, function.Address, capability.Offset + PciVirtioCapability.TypeOffset);
            byte length = host.Config.Read8(machine, function.Address, capability.Offset + PciVirtioCapability.LengthOffset);
            byte bar = host.Config.Read8(machine, function.Address, capability.Offset + PciVirtioCapability.BarOffset);
            if (bar > PciVirtioCapability.LastBar || length < PciVirtioCapability.Size || !IsWanted(transport, type))
                continue;
            if (!TryMap(machine, host, function, capability, bar, LeastLength(type), out RegisterBlock block))
            {
                isAnyWrong = true;
                continue;
            }

            switch (type)
            {
                case PciVirtioCapability.Common:
                    transport = transport with { Registers = block };
                    break;
                case PciVirtioCapability.Isr:
                    transport = transport with { Isr = block };
                    break;
                case PciVirtioCapability.Device:
                    transport = transport with { Configuration = block };
                    break;
                default:
                    if (length < PciVirtioCapability.NotifySize || !capability.Has(PciVirtioCapability.NotifySize))
                        continue;
                    uint multiplier = host.Config.Read32(machine, function.Address, capability.Offset + PciVirtioCapability.NotifyMultiplierOffset);
                    transport = transport with { Notify = block, NotifyMultiplier = multiplier };
                    break;
            }
        }

        if (transport.Registers.Exists && transport.Isr.Exists && transport.Notify.Exists)
            return DriverStatus.Ok;
        return isAnyWrong || list.Status != DriverStatus.Ok ? DriverStatus.DeviceError : DriverStatus.NotSupported;
    }

    private static bool IsWanted(in Transport transport, byte type) => type switch
    {
        PciVirtioCapability.Common => !transport.Registers.Exists,
        PciVirtioCapability.Isr => !transport.Isr.Exists,
        PciVirtioCapability.Device => !transport.Configuration.Exists,
        PciVirtioCapability.Notify => !transport.Notify.Exists,
        _ => false,
    };

    /// <summary>Of each structure, what a driver cannot do without.</summary>
    private static uint LeastLength(byte type) => type switch
    {
        PciVirtioCapability.Common => PciCommonRegister.Length,
        PciVirtioCapability.Notify => sizeof(ushort),
        _ => 1,
    };

    private static bool TryMap<TMachine>(
        TMachine machine, in PciHostInfo host, in PciFunctionInfo function, PciCapabilityAt capability, byte bar, uint least, out RegisterBlock block)
        where TMachine : struct, IMachine
    {
        uint offset = host.Config.Read32(machine, function.Address, capability.Offset + PciVirtioCapability.OffsetOffset);
        uint length = host.Config.Read32(machine, function.Address, capability.Offset + PciVirtioCapability.StructureLengthOffset);
        return host.Map(function, bar, offset, length, out block) == DriverStatus.Ok && length >= least;
    }

    private static DriverStatus FindLegacy(in PciHostInfo host, in PciFunctionInfo function, uint deviceType, uint interrupt, out Transport transport)
    {
        transport = default;
        if (function.DeviceId > PciVirtioIdentity.LastTransitional || function.Bars[0].Kind != PciBarKind.Io)
            return DriverStatus.NotSupported;
        DriverStatus status = host.Map(function, bar: 0, out RegisterBlock registers);
        if (status != DriverStatus.Ok)
            return status;
        if (!registers.Holds(PciLegacyRegister.ConfigWithMsix, 1))
            return DriverStatus.DeviceError;
        transport = new(TransportKind.PciLegacy, registers, deviceType, interrupt) { Isr = registers.Slice(PciLegacyRegister.IsrStatus, 1) };
        transport = transport with { Configuration = ConfigurationOf(transport, hasVectors: false) };
        return DriverStatus.Ok;
    }
}
