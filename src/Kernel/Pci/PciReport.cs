using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// The table as a kernel prints it: a line for each function, such as <c>[pci] 00:02.0 1af4:1042 class 01.00.00 rev 1 irq A [virtio]</c>, and one for each
/// of its BARs.
/// </summary>
public static class PciReport
{
    public static void Print<TMachine>(TMachine machine, PciDeviceTable table)
        where TMachine : struct, IMachine
    {
        for (int index = 0; index < table.Count; index++)
        {
            PrintFunction(machine, table[index]);
            for (int bar = 0; bar < table[index].BarCount; bar++)
            {
                if (table[index].Bars[bar].Kind != PciBarKind.None)
                    PrintBar(machine, bar, table[index].Bars[bar]);
            }
        }
    }

    private static void PrintFunction<TMachine>(TMachine machine, in PciFunctionInfo function)
        where TMachine : struct, IMachine
    {
        TextLine line = new(stackalloc byte[128]);
        line.Text("[pci] "u8);
        function.Address.Print(ref line);
        line.Text(" "u8).PaddedHex(function.VendorId, 4).Text(":"u8).PaddedHex(function.DeviceId, 4);
        line.Text(" class "u8).PaddedHex(function.ClassCode, 2).Text("."u8).PaddedHex(function.Subclass, 2).Text("."u8).PaddedHex(function.ProgrammingInterface, 2);
        line.Text(" rev "u8).Decimal(function.Revision);
        if (function.InterruptPin != PciPin.None)
            line.Text(" irq "u8).Text("ABCD"u8.Slice(function.InterruptPin - PciPin.A, 1));
        if (function.HasInterrupt)
            line.Text(" -> "u8).Decimal(function.Interrupt);
        if (function.VendorId == PciVendor.Virtio)
            line.Text(" [virtio]"u8);
        if (function.SecondaryBus != 0)
            line.Text(" [bridge to "u8).PaddedHex(function.SecondaryBus, 2).Text("-"u8).PaddedHex(function.SubordinateBus, 2).Text("]"u8);
        line.Text(Trouble(function.Status)).Text("\n"u8);
        machine.Print(line.Written);
    }

    private static ReadOnlySpan<byte> Trouble(DriverStatus status) => status switch
    {
        DriverStatus.Ok => default,
        DriverStatus.NoSpace => " [OFF: no address space left]"u8,
        DriverStatus.NotSupported => " [OFF: unknown header type]"u8,
        _ => " [OFF: does not keep what is written]"u8,
    };

    private static void PrintBar<TMachine>(TMachine machine, int number, in PciBar bar)
        where TMachine : struct, IMachine
    {
        TextLine line = new(stackalloc byte[96]);
        line.Text("[pci]   BAR"u8).Decimal((uint)number).Text(bar.Kind == PciBarKind.Io ? " io "u8 : bar.Kind == PciBarKind.Memory64 ? " mem64 "u8 : " mem32 "u8);
        if (bar.IsAssigned)
            line.Hex(bar.BusAddress);
        else
            line.Text("unassigned"u8);
        line.Text(" size "u8).Hex(bar.Size);
        if (bar.IsPrefetchable)
            line.Text(" prefetchable"u8);
        line.Text("\n"u8);
        machine.Print(line.Written);
    }
}
