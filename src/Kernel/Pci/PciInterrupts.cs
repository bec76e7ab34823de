using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Where the interrupt pins of functions lead. Bridges turn a pin by the number of the device that has it (PCI-to-PCI Bridge Architecture 1.2, 9.1); what becomes of it on the root
/// bus is the machine's.
/// </summary>
public static class PciInterrupts
{
    /// <summary>The lines that firmware for <c>pc</c> gives to the four interrupts, where nobody has.</summary>
    private const byte FirstPair = 10, SecondPair = 11;

    /// <summary>Fills in <see cref="PciFunctionInfo.Interrupt"/>, and tells each function too, in its interrupt line register.</summary>
    public static void Route<TMachine>(TMachine machine, in PciHostInfo host, PciDeviceTable table)
        where TMachine : struct, IMachine
    {
        for (int index = 0; index < table.Count; index++)
        {
            ref PciFunctionInfo function = ref table[index];
            function.HasInterrupt = function.InterruptPin != PciPin.None && TryRoute(machine, host, PinOnRoot(table, index), out function.Interrupt);
            if (function.HasInterrupt)
                host.Config.Write8(machine, function.Address, PciRegister.InterruptLine, (byte)function.Interrupt);
        }
    }

    /// <summary>Sets or clears the interrupt disable bit: while it is set, the function's pin is silent. DeviceError when it is not kept.</summary>
    public static DriverStatus SetDisabled<TMachine>(TMachine machine, in PciConfig config, PciAddress address, bool disabled)
        where TMachine : struct, IMachine
    {
        ushort command = config.Read16(machine, address, PciRegister.Command);
        ushort wanted = (ushort)(disabled ? command | PciCommand.InterruptDisable : command & ~PciCommand.InterruptDisable);
        config.Write16(machine, address, PciRegister.Command, wanted);
        return config.Read16(machine, address, PciRegister.Command) == wanted ? DriverStatus.Ok : DriverStatus.DeviceError;
    }

    /// <summary>Whether a function asks for an interrupt by its pin, disabled or not: for handlers of lines that several share.</summary>
    public static bool IsAsserted<TMachine>(TMachine machine, in PciConfig config, PciAddress address)
        where TMachine : struct, IMachine
        => (config.Read16(machine, address, PciRegister.Status) & PciStatus.Interrupt) != 0;

    /// <summary>The pin and the device number that a function's interrupt has on the root bus.</summary>
    private static (byte Pin, byte Device) PinOnRoot(PciDeviceTable table, int index)
    {
        byte pin = table[index].InterruptPin;
        while (table[index].Bridge != PciFunctionInfo.NoBridge)
        {
            pin = PciPin.Swizzle(pin, table[index].Address.Device);
            index = table[index].Bridge;
        }

        return (pin, table[index].Address.Device);
    }

    private static bool TryRoute<TMachine>(TMachine machine, in PciHostInfo host, (byte Pin, byte Device) on, out uint interrupt)
        where TMachine : struct, IMachine
    {
        switch (host.Routing)
        {
            case PciInterruptRouting.Swizzled:
                interrupt = host.FirstInterrupt + (uint)(PciPin.Swizzle(on.Pin, on.Device) - PciPin.A);
                return true;
            case PciInterruptRouting.Piix:
                // QEMU's i440fx: device 1 is the first whose INTA# is the first interrupt.
                uint wire = (uint)(PciPin.Swizzle(on.Pin, on.Device + PciPin.Count - 1) - PciPin.A);
                return TryReadRoute(machine, host, wire, out interrupt);
            default:
                interrupt = 0;
                return false;
        }
    }

    private static bool TryReadRoute<TMachine>(TMachine machine, in PciHostInfo host, uint wire, out uint interrupt)
        where TMachine : struct, IMachine
    {
        uint register = PiixRoute.First + wire;
        byte route = host.Config.Read8(machine, host.InterruptRouter, register);
        if (!IsUsable(route))
        {
            host.Config.Write8(machine, host.InterruptRouter, register, wire < 2 ? FirstPair : SecondPair);
            route = host.Config.Read8(machine, host.InterruptRouter, register);
        }

        interrupt = route;
        return IsUsable(route);
    }

    private static bool IsUsable(byte route) => (route & ~PiixRoute.LineMask) == 0 && PiixRoute.IsRoutable(route);
}
