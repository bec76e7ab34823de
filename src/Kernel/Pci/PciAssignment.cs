using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Gives every BAR an address and every bridge windows for what is behind it (<see cref="PciLayout"/> says where), writes them, reads them back, and only then lets a function answer. A
/// function of which something does not fit, or does not keep what is written, is left off, and says why; the others go on.
/// </summary>
public static class PciAssignment
{
    /// <summary>After <see cref="PciScan"/> and <see cref="PciSizing"/>.</summary>
    public static void Run<TMachine>(TMachine machine, in PciHostInfo host, PciDeviceTable table)
        where TMachine : struct, IMachine
    {
        for (int index = 0; index < table.Count; index++)
        {
            if (table[index].IsBridge)
                FindWindows(machine, host.Config, ref table[index]);
        }

        PciLayout.Run(host, table);
        for (int index = 0; index < table.Count; index++)
            Program(machine, host.Config, table, ref table[index]);
    }

    /// <summary>A window that is not there reads as 0 whatever is written (PCI-to-PCI Bridge Architecture 1.2, 3.2.5.6 and 3.2.5.9).</summary>
    private static void FindWindows<TMachine>(TMachine machine, in PciConfig config, ref PciFunctionInfo bridge)
        where TMachine : struct, IMachine
    {
        CloseWindows(machine, config, bridge.Address);
        bool hasIo = config.Read8(machine, bridge.Address, PciRegister.BridgeIoBase) != 0;
        // One of 32 bits is left alone: what needs it is above 4 GiB, and what does not has the other window.
        ushort prefetchable = config.Read16(machine, bridge.Address, PciRegister.BridgePrefetchableBase);
        bridge.Windows[(int)PciWindowKind.Io] = new(hasIo, 0, 0, 0);
        bridge.Windows[(int)PciWindowKind.Memory] = new(Exists: true, 0, 0, 0);
        bridge.Windows[(int)PciWindowKind.Prefetchable] = new((prefetchable & PciBridgeWindow.Capability) == PciBridgeWindow.Wide, 0, 0, 0);
    }

    /// <summary>A base above its limit forwards nothing. Zeros would forward the lowest addresses.</summary>
    private static void CloseWindows<TMachine>(TMachine machine, in PciConfig config, PciAddress bridge)
        where TMachine : struct, IMachine
    {
        config.Write8(machine, bridge, PciRegister.BridgeIoBase, 0xF0);
        config.Write8(machine, bridge, PciRegister.BridgeIoLimit, 0);
        config.Write16(machine, bridge, PciRegister.BridgeMemoryBase, 0xFFF0);
        config.Write16(machine, bridge, PciRegister.BridgeMemoryLimit, 0);
        config.Write16(machine, bridge, PciRegister.BridgePrefetchableBase, 0xFFF0);
        config.Write16(machine, bridge, PciRegister.BridgePrefetchableLimit, 0);
        config.Write32(machine, bridge, PciRegister.BridgePrefetchableBaseUpper, uint.MaxValue);
        config.Write32(machine, bridge, PciRegister.BridgePrefetchableLimitUpper, 0);
    }

    private static void Program<TMachine>(TMachine machine, in PciConfig config, PciDeviceTable table, ref PciFunctionInfo function)
        where TMachine : struct, IMachine
    {
        // What is behind a bridge that is off cannot be reached.
        if (function.Bridge != PciFunctionInfo.NoBridge && table[function.Bridge].Status != DriverStatus.Ok && function.Status == DriverStatus.Ok)
            function.Status = table[function.Bridge].Status;
        if (function.Status == DriverStatus.Ok && !function.IsHostBridge && !Write(machine, config, function))
            function.Status = DriverStatus.DeviceError;
        if (function.Status == DriverStatus.Ok)
            return;
        // It was given what it cannot use.
        for (int bar = 0; bar < function.BarCount; bar++)
            function.Bars[bar] = function.Bars[bar] with { BusAddress = 0 };
    }

    /// <summary>False: it does not keep what is written.</summary>
    private static bool Write<TMachine>(TMachine machine, in PciConfig config, in PciFunctionInfo function)
        where TMachine : struct, IMachine
    {
        ushort decode = 0;
        bool isKept = true;
        for (int bar = 0; bar < function.BarCount; bar++)
        {
            if (function.Bars[bar].Kind == PciBarKind.None)
                continue;
            decode |= function.Bars[bar].Kind == PciBarKind.Io ? PciCommand.IoSpace : PciCommand.MemorySpace;
            isKept &= WriteBar(machine, config, function.Address, PciSizing.RegisterOf(bar), function.Bars[bar]);
        }

        if (function.IsBridge)
            isKept &= WriteWindows(machine, config, function, ref decode);
        return isKept && Enable(machine, config, function.Address, decode);
    }

    private static bool WriteBar<TMachine>(TMachine machine, in PciConfig config, PciAddress address, uint register, in PciBar bar)
        where TMachine : struct, IMachine
    {
        uint low = (uint)bar.BusAddress, flags = bar.Kind == PciBarKind.Io ? PciBarBits.IoFlags : PciBarBits.MemoryFlags;
        config.Write32(machine, address, register, low);
        if ((config.Read32(machine, address, register) & ~flags) != low)
            return false;
        return bar.Kind != PciBarKind.Memory64 || Write32(machine, config, address, register + sizeof(uint), (uint)(bar.BusAddress >> 32));
    }

    private static bool WriteWindows<TMachine>(TMachine machine, in PciConfig config, in PciFunctionInfo bridge, ref ushort decode)
        where TMachine : struct, IMachine
    {
        bool isKept = true;
        PciBridgeRange io = bridge.Windows[(int)PciWindowKind.Io], memory = bridge.Windows[(int)PciWindowKind.Memory];
        PciBridgeRange prefetchable = bridge.Windows[(int)PciWindowKind.Prefetchable];
        if (io.Size != 0)
        {
            ulong limit = io.Base + io.Size - 1;
            // 16 bits of address: all that there is on these machines. A bridge with 32 has 0 above them.
            config.Write16(machine, bridge.Address, PciRegister.BridgeIoBaseUpper, 0);
            config.Write16(machine, bridge.Address, PciRegister.BridgeIoLimitUpper, 0);
            isKept &= Write8(machine, config, bridge.Address, PciRegister.BridgeIoBase, (byte)(io.Base >> 8))
                & Write8(machine, config, bridge.Address, PciRegister.BridgeIoLimit, (byte)(limit >> 8 & 0xF0));
            decode |= PciCommand.IoSpace;
        }

        if (memory.Size != 0)
        {
            isKept &= WriteRange(machine, config, bridge.Address, PciRegister.BridgeMemoryBase, memory);
            decode |= PciCommand.MemorySpace;
        }

        if (prefetchable.Size != 0)
        {
            ulong limit = prefetchable.Base + prefetchable.Size - 1;
            isKept &= WriteRange(machine, config, bridge.Address, PciRegister.BridgePrefetchableBase, prefetchable)
                & Write32(machine, config, bridge.Address, PciRegister.BridgePrefetchableBaseUpper, (uint)(prefetchable.Base >> 32))
                & Write32(machine, config, bridge.Address, PciRegister.BridgePrefetchableLimitUpper, (uint)(limit >> 32));
            decode |= PciCommand.MemorySpace;
        }

        return isKept;
    }

    /// <summary>Base and limit, 16 bits each, of which the upper 12 are bits 31 to 20 of the address.</summary>
    private static bool WriteRange<TMachine>(TMachine machine, in PciConfig config, PciAddress bridge, uint register, in PciBridgeRange range)
        where TMachine : struct, IMachine
    {
        ushort first = (ushort)(range.Base >> 16), last = (ushort)(range.Base + range.Size - 1 >> 16 & 0xFFF0);
        config.Write16(machine, bridge, register, first);
        config.Write16(machine, bridge, register + sizeof(ushort), last);
        return (config.Read16(machine, bridge, register) & 0xFFF0) == first && (config.Read16(machine, bridge, register + sizeof(ushort)) & 0xFFF0) == last;
    }

    private static bool Write8<TMachine>(TMachine machine, in PciConfig config, PciAddress address, uint register, byte value)
        where TMachine : struct, IMachine
    {
        config.Write8(machine, address, register, value);
        return (config.Read8(machine, address, register) & 0xF0) == value;
    }

    private static bool Write32<TMachine>(TMachine machine, in PciConfig config, PciAddress address, uint register, uint value)
        where TMachine : struct, IMachine
    {
        config.Write32(machine, address, register, value);
        return config.Read32(machine, address, register) == value;
    }

    /// <summary>False: it does not keep the bits. What then does not answer is at least off.</summary>
    private static bool Enable<TMachine>(TMachine machine, in PciConfig config, PciAddress address, ushort decode)
        where TMachine : struct, IMachine
    {
        ushort command = config.Read16(machine, address, PciRegister.Command);
        config.Write16(machine, address, PciRegister.Command, (ushort)(command | decode));
        if ((config.Read16(machine, address, PciRegister.Command) & PciCommand.Decode) == decode)
            return true;
        config.Write16(machine, address, PciRegister.Command, (ushort)(command & ~PciCommand.Decode));
        return false;
    }
}
