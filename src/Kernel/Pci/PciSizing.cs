using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// PCI Local Bus 3.0, 6.2.5.1: a BAR says how large it is by the bits that it does not keep. While it holds all ones it would answer at a place that is
/// somebody else's, so that decoding is off meanwhile, and stays off: <see cref="PciAssignment"/> turns it on.
/// </summary>
public static class PciSizing
{
    /// <summary>All BARs of all functions. What is wrong with one is in its <see cref="PciFunctionInfo.Status"/>.</summary>
    public static void Run<TMachine>(TMachine machine, in PciConfig config, PciDeviceTable table)
        where TMachine : struct, IMachine
    {
        for (int index = 0; index < table.Count; index++)
        {
            ref PciFunctionInfo function = ref table[index];
            if (function.IsHostBridge || function.BarCount == 0)
                continue;
            // Nor does anything write to memory before its driver says so.
            ushort command = config.Read16(machine, function.Address, PciRegister.Command);
            config.Write16(machine, function.Address, PciRegister.Command, (ushort)(command & ~(PciCommand.Decode | PciCommand.BusMaster)));
            if ((config.Read16(machine, function.Address, PciRegister.Command) & PciCommand.Decode) != 0)
                function.Status = DriverStatus.DeviceError;
            else
                SizeAll(machine, config, ref function);
        }
    }

    private static void SizeAll<TMachine>(TMachine machine, in PciConfig config, ref PciFunctionInfo function)
        where TMachine : struct, IMachine
    {
        for (int bar = 0; bar < function.BarCount; bar++)
        {
            uint register = RegisterOf(bar);
            uint low = Probe(machine, config, function.Address, register, out uint flags);
            if (low == 0)
                continue;
            bool isWide = (flags & PciBarBits.Io) == 0 && (flags & PciBarBits.MemoryType) == PciBarBits.Memory64;
            // 32 bits: what is above them is as if it were kept.
            uint high = uint.MaxValue;
            if (isWide)
                high = bar + 1 < function.BarCount ? Probe(machine, config, function.Address, register + sizeof(uint), out _) : 0;
            PciBar found = Judge(flags, (ulong)high << 32 | low);
            if (found.Kind == PciBarKind.None)
                function.Status = DriverStatus.DeviceError;
            function.Bars[bar] = found;
            if (isWide)
                bar++;
        }
    }

    public static uint RegisterOf(int bar) => PciRegister.Bar0 + sizeof(uint) * (uint)bar;

    /// <summary>Which bits the register keeps; it is as it was afterwards.</summary>
    private static uint Probe<TMachine>(TMachine machine, in PciConfig config, PciAddress address, uint register, out uint before)
        where TMachine : struct, IMachine
    {
        before = config.Read32(machine, address, register);
        config.Write32(machine, address, register, uint.MaxValue);
        uint kept = config.Read32(machine, address, register);
        config.Write32(machine, address, register, before);
        return kept;
    }

    /// <summary>Kind None: these are no bits that a BAR may have.</summary>
    private static PciBar Judge(uint flags, ulong kept)
    {
        bool isIo = (flags & PciBarBits.Io) != 0;
        if (((uint)kept & (isIo ? PciBarBits.Io : PciBarBits.MemoryFlags)) != (flags & (isIo ? PciBarBits.Io : PciBarBits.MemoryFlags)))
            return default;
        PciBarKind kind = isIo ? PciBarKind.Io : (flags & PciBarBits.MemoryType) switch
        {
            PciBarBits.Memory32 => PciBarKind.Memory32,
            PciBarBits.Memory64 => PciBarKind.Memory64,
            _ => PciBarKind.None,
        };
        kept &= ~(ulong)(isIo ? PciBarBits.IoFlags : PciBarBits.MemoryFlags);
        // I/O may be decoded in 16 bits only.
        if (isIo && (kept & 0xFFFF_0000) == 0)
            kept |= 0xFFFF_0000;
        ulong size = unchecked(0 - kept);
        // All bits from the size on, and none below: then the size is a power of two.
        if (size == 0 || (size & (size - 1)) != 0 || size > 1UL << 62)
            return default;
        return new(kind, !isIo && (flags & PciBarBits.Prefetchable) != 0, size, BusAddress: 0);
    }
}
