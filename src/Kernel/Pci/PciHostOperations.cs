using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>What a kernel does with a PCI host.</summary>
public static class PciHostOperations
{
    /// <summary>
    /// Finds all functions, gives addresses to their BARs and interrupts to their pins, and says on the console what there is. NoSpace when the table was too small. What is wrong with a
    /// single function is in its <see cref="PciFunctionInfo.Status"/>, and does not hinder the others. No function is a bus master afterwards:
    /// <see cref="PciDeviceTable.EnableBusMaster"/>.
    /// </summary>
    public static DriverStatus Initialise<TMachine>(this in PciHostInfo host, TMachine machine, PciDeviceTable table)
        where TMachine : struct, IMachine
    {
        DriverStatus status = PciScan.Run(machine, host.Config, table);
        PciSizing.Run(machine, host.Config, table);
        PciAssignment.Run(machine, host, table);
        PciInterrupts.Route(machine, host, table);
        PciReport.Print(machine, table);
        return status;
    }

    /// <summary>
    /// Where <paramref name="length"/> bytes from <paramref name="offset"/> on of a BAR are, for whoever uses them. OutOfRange when they are not all in it; NoDevice when there is no such
    /// BAR, or it has no address.
    /// </summary>
    public static DriverStatus Map(this in PciHostInfo host, in PciFunctionInfo function, int bar, uint offset, uint length, out RegisterBlock block)
    {
        block = default;
        if ((uint)bar >= PciBarBits.DeviceCount || !function.Bars[bar].IsAssigned || function.Status != DriverStatus.Ok)
            return DriverStatus.NoDevice;
        PciBar found = function.Bars[bar];
        if (length == 0 || offset > found.Size || length > found.Size - offset)
            return DriverStatus.OutOfRange;
        ulong start = found.BusAddress + offset;
        PciWindow window = found.Kind == PciBarKind.Io ? host.Io : host.Memory32.Contains(start, length) ? host.Memory32 : host.Memory64;
        if (!window.Contains(start, length))
            return DriverStatus.OutOfRange;
        block = window.At(start, length);
        return DriverStatus.Ok;
    }

    /// <summary>The same for all of a BAR, or as much of it as a block can be.</summary>
    public static DriverStatus Map(this in PciHostInfo host, in PciFunctionInfo function, int bar, out RegisterBlock block)
    {
        uint length = (uint)bar < PciBarBits.DeviceCount ? (uint)Math.Min(function.Bars[bar].Size, uint.MaxValue) : 0;
        return host.Map(function, bar, 0, length, out block);
    }
}
