using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// From a device of the table to its <see cref="Transport"/>, and back: the one place that knows which bus needs what for that. Whoever opens devices is told by the statuses what a device
/// has, and does not ask how it is reached.
/// </summary>
public static class DeviceOpening
{
    /// <summary>
    /// Says where the registers are, and lets the device reach memory; it interrupts by its line until messages are used. Errors: as <see cref="VirtioPci.Open"/>; in a slot there are none.
    /// </summary>
    public static DriverStatus Open<TMachine>(
        this in VirtioDeviceInfo device, TMachine machine, in PciHostInfo host, PciDeviceTable functions, out Transport transport)
        where TMachine : struct, IMachine
    {
        if (device.IsPci)
            return VirtioPci.Open(machine, host, functions, device.PciIndex, preferLegacy: false, out transport);
        transport = device.Mmio;
        return DriverStatus.Ok;
    }

    /// <summary>The messages that an open device can send. NotSupported: it has only its line. Others: as <see cref="Msix.Open"/>.</summary>
    public static DriverStatus OpenMessages<TMachine>(
        this in VirtioDeviceInfo device, TMachine machine, in PciHostInfo host, PciDeviceTable functions, out Msix messages)
        where TMachine : struct, IMachine
    {
        messages = default;
        return device.IsPci ? Msix.Open(machine, host, functions[device.PciIndex], out messages) : DriverStatus.NotSupported;
    }

    /// <summary>A device that is given up reaches memory no more, where its bus can keep it from that; one in a slot is kept from it by its reset alone.</summary>
    public static void Close<TMachine>(this in VirtioDeviceInfo device, TMachine machine, in PciHostInfo host, PciDeviceTable functions)
        where TMachine : struct, IMachine
    {
        if (device.IsPci)
            functions.DisableBusMaster(machine, host.Config, device.PciIndex);
    }
}
