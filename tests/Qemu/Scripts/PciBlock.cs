using System.Globalization;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>The blocks of registers of a virtio function on PCI, as scripts name them.</summary>
public static class PciBlock
{
    /// <summary>Behind the slots of virtio-mmio.</summary>
    public const byte First = ScriptBuilder.SlotCount;

    /// <summary>Its configuration space: by ECAM on <c>virt</c>, by ports 0xCF8 and 0xCFC on <c>pc</c>.</summary>
    public const byte Config = First;

    /// <summary>The structures of Virtio 1.4, 4.1.4, where a script has put their BAR (<see cref="PciHomes"/>).</summary>
    public const byte Common = First + 1, Notify = First + 2, Isr = First + 3, Device = First + 4;

    /// <summary>The BAR of the MSI-X table and its pending bits.</summary>
    public const byte Msix = First + 5;

    /// <summary>The registers of 4.1.4.10, behind I/O ports.</summary>
    public const byte Legacy = First + 6;

    /// <summary>Configuration space of a function that is not there.</summary>
    public const byte Absent = First + 7;

    /// <summary>PCI memory where no BAR is.</summary>
    public const byte Unassigned = First + 8;

    private static readonly string[] Names = ["config", "common", "notify", "ISR", "device", "MSI-X", "legacy", "absent function", "unassigned"];

    public static string Describe(int block, uint offset) =>
        $"{Names[block - First]}+0x{offset.ToString("x2", CultureInfo.InvariantCulture)}";
}

/// <summary>Where scripts put the BARs of the function, and where else they may be for a moment.</summary>
public sealed record PciHomes(bool IsPc)
{
    public const int Function = 2;

    public const uint Bar0 = 0xC000, Bar0Elsewhere = 0xC100;

    /// <summary>Of virt's window above 4 GiB.</summary>
    public const ulong Bar4 = 0x80_0000_0000, Bar4Elsewhere = 0x80_0001_0000;

    public const uint Bar4Low = unchecked((uint)Bar4), Bar4ElsewhereLow = unchecked((uint)Bar4Elsewhere), Bar4Structure = 0x1000;

    public uint Bar1 => IsPc ? 0xE000_1000 : 0x1100_0000;

    public uint Bar1Elsewhere => Bar1 + 0x1000;

    /// <summary>Where a register is, in memory or, if <paramref name="isPort"/>, among the ports. Not for configuration space of <c>pc</c>.</summary>
    public ulong AddressOf(int block, uint offset, out bool isPort)
    {
        isPort = block == PciBlock.Legacy;
        return offset + block switch
        {
            PciBlock.Config => Ecam(Function),
            PciBlock.Absent => Ecam(Function + 7),
            PciBlock.Common => Bar4,
            PciBlock.Isr => Bar4 + Bar4Structure,
            PciBlock.Device => Bar4 + 2 * Bar4Structure,
            PciBlock.Notify => Bar4 + 3 * Bar4Structure,
            PciBlock.Msix => Bar1,
            PciBlock.Unassigned => Bar1 + 0x10_0000,
            _ => Bar0,
        };
    }

    /// <summary>Whether a block is reached by the ports of configuration space, and what is written into the first of them.</summary>
    public bool IsBehindConfigPorts(int block, uint offset, out uint selector)
    {
        int device = block == PciBlock.Absent ? Function + 7 : Function;
        selector = PciConfigPort.Enable | (uint)device << PciConfigPort.DeviceShift | offset & PciConfigPort.RegisterMask;
        return IsPc && block is PciBlock.Config or PciBlock.Absent && IsPc;
    }

    private static ulong Ecam(int device) => 0x40_1000_0000 + ((ulong)device << PciLimits.EcamDeviceShift);
}
