using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// PCI-to-PCI Bridge Architecture 1.2, 12.1 "Bus number assignment", depth first: finds all functions, and gives a number to each bus behind a bridge,
/// whatever numbers firmware left. A host that answers anything at all is asked at most <see cref="PciLimits.FunctionsOfBus"/> times for each bus number, and a
/// few times more for each function that there is room for.
/// </summary>
public static class PciScan
{
    /// <summary>Buses behind one another, at most; a bridge that is deeper is left off, with NoSpace.</summary>
    public const int Depth = 32;

    /// <summary>The number in a bridge that forwards to no bus: the root bus is behind none.</summary>
    private const byte NoBus = 0;

    /// <summary>A bus whose functions are in the table, and whose bridges are being followed.</summary>
    private struct Level
    {
        public int Bridge, Next, End;
    }

    /// <summary>Fills the table. NoSpace when there are more functions than it has room for.</summary>
    public static DriverStatus Run<TMachine>(TMachine machine, in PciConfig config, PciDeviceTable table)
        where TMachine : struct, IMachine
    {
        table.Clear();
        Span<Level> levels = stackalloc Level[Depth];
        DriverStatus status = ScanBus(machine, config, table, config.FirstBus, PciFunctionInfo.NoBridge);
        levels[0] = new() { Bridge = PciFunctionInfo.NoBridge, Next = 0, End = table.Count };
        byte lastBus = config.FirstBus;
        for (int depth = 0; depth >= 0;)
        {
            ref Level level = ref levels[depth];
            if (level.Next == level.End)
            {
                if (level.Bridge != PciFunctionInfo.NoBridge)
                    Close(machine, config, ref table[level.Bridge], lastBus);
                depth--;
                continue;
            }

            int index = level.Next++;
            if (!table[index].IsBridge || status != DriverStatus.Ok)
                continue;
            if (depth + 1 == Depth || lastBus == config.LastBus)
            {
                table[index].Status = DriverStatus.NoSpace;
                continue;
            }

            if (!TryOpen(machine, config, ref table[index], (byte)(lastBus + 1)))
                continue;
            lastBus++;
            int first = table.Count;
            status = ScanBus(machine, config, table, lastBus, index);
            levels[++depth] = new() { Bridge = index, Next = first, End = table.Count };
        }

        return status;
    }

    /// <summary>
    /// All functions of a bus. Its bridges forward nothing after that: numbers that firmware left in one of them would answer for a bus that another one gets.
    /// </summary>
    private static DriverStatus ScanBus<TMachine>(TMachine machine, in PciConfig config, PciDeviceTable table, byte bus, int bridge)
        where TMachine : struct, IMachine
    {
        for (byte device = 0; device < PciLimits.Devices; device++)
        {
            int functions = 1;
            for (byte function = 0; function < functions; function++)
            {
                PciAddress address = new(bus, device, function);
                uint ids = config.Read32(machine, address, PciRegister.VendorId);
                if ((ushort)ids is PciVendor.Invalid or 0)
                    continue;
                PciFunctionInfo found = Identify(machine, config, address, ids, bridge);
                // Without function 0 there are no others, and only its header says whether there may be.
                if (function == 0 && (found.HeaderType & PciHeaderType.MultiFunction) != 0)
                    functions = PciLimits.Functions;
                if (!table.TryAdd(found))
                    return DriverStatus.NoSpace;
                if (found.IsBridge)
                    SetBuses(machine, config, address, NoBus, NoBus, NoBus);
            }
        }

        return DriverStatus.Ok;
    }

    private static PciFunctionInfo Identify<TMachine>(TMachine machine, in PciConfig config, PciAddress address, uint ids, int bridge)
        where TMachine : struct, IMachine
    {
        uint kind = config.Read32(machine, address, PciRegister.Revision);
        PciFunctionInfo found = new()
        {
            Address = address,
            VendorId = (ushort)ids,
            DeviceId = (ushort)(ids >> 16),
            Revision = (byte)kind,
            ProgrammingInterface = (byte)(kind >> 8),
            Subclass = (byte)(kind >> 16),
            ClassCode = (byte)(kind >> 24),
            HeaderType = config.Read8(machine, address, PciRegister.HeaderType),
            Bridge = bridge,
        };
        byte pin = config.Read8(machine, address, PciRegister.InterruptPin);
        found.InterruptPin = pin <= PciPin.D ? pin : PciPin.None;
        switch (found.HeaderType & PciHeaderType.Layout)
        {
            case PciHeaderType.Device:
                uint subsystem = config.Read32(machine, address, PciRegister.SubsystemVendorId);
                found.SubsystemVendorId = (ushort)subsystem;
                found.SubsystemId = (ushort)(subsystem >> 16);
                break;
            case PciHeaderType.Bridge:
                break;
            default:
                found.Status = DriverStatus.NotSupported;
                break;
        }

        return found;
    }

    /// <summary>Forwards everything from a number on, until it is known what is behind. False: it does not keep the number.</summary>
    private static bool TryOpen<TMachine>(TMachine machine, in PciConfig config, ref PciFunctionInfo bridge, byte bus)
        where TMachine : struct, IMachine
    {
        SetBuses(machine, config, bridge.Address, bridge.Address.Bus, bus, config.LastBus);
        if (config.Read8(machine, bridge.Address, PciRegister.BridgeSecondaryBus) == bus
            && config.Read8(machine, bridge.Address, PciRegister.BridgeSubordinateBus) == config.LastBus)
        {
            bridge.SecondaryBus = bus;
            return true;
        }

        SetBuses(machine, config, bridge.Address, NoBus, NoBus, NoBus);
        bridge.Status = DriverStatus.DeviceError;
        return false;
    }

    private static void Close<TMachine>(TMachine machine, in PciConfig config, ref PciFunctionInfo bridge, byte lastBus)
        where TMachine : struct, IMachine
    {
        bridge.SubordinateBus = lastBus;
        config.Write8(machine, bridge.Address, PciRegister.BridgeSubordinateBus, lastBus);
        if (config.Read8(machine, bridge.Address, PciRegister.BridgeSubordinateBus) != lastBus)
            bridge.Status = DriverStatus.DeviceError;
    }

    private static void SetBuses<TMachine>(TMachine machine, in PciConfig config, PciAddress bridge, byte primary, byte secondary, byte subordinate)
        where TMachine : struct, IMachine
    {
        config.Write8(machine, bridge, PciRegister.BridgePrimaryBus, primary);
        config.Write8(machine, bridge, PciRegister.BridgeSecondaryBus, secondary);
        config.Write8(machine, bridge, PciRegister.BridgeSubordinateBus, subordinate);
    }
}
