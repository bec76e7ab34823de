using System.Globalization;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>
/// The memory of differential scripts: two places for the parts of a queue, and eight slots for requests, each with its own header,
/// list of ranges, status byte, indirect table and data. All of it is compared whenever the devices are at rest.
/// </summary>
internal static class Arena
{
    public const ulong Base = ScriptBuilder.Memory;
    public const uint Length = 0x30000;
    public const int Slots = 8;

    /// <summary>Places of a version 2 queue of up to 1,024 entries.</summary>
    public const ulong QueueA = Base, QueueB = Base + 0x8000;
    public const uint AvailableOffset = 0x4000, UsedOffset = 0x5000;

    /// <summary>The same for version 1, where the parts follow from each other.</summary>
    public const ulong LegacyA = Base + 0x10000, LegacyB = Base + 0x18000;
    public const uint LegacyAlign = ScriptBuilder.LegacyPageSize;

    /// <summary>Where messages of MSI-X arrive as words of memory, in a part that no queue reaches.</summary>
    public const ulong Messages = Base + 0x7800;
    public const uint MessagesLength = 0x20;

    /// <summary>Nothing is there on QEMU's virt machine: reads give zeros, writes are lost.</summary>
    public const ulong Hole = 0x300_0000_0000;

    /// <summary>Where RAM ends, and the last piece of it, which is compared too.</summary>
    public const ulong RamEnd = 0x4000_0000 + SimulatedTarget.RamLength;
    public const uint TailLength = 0x1000;
    public const ulong Tail = RamEnd - TailLength;

    private const uint SlotsOffset = 0x20000, SlotLength = 0x2000, RangesOffset = 0x20, StatusOffset = 0x100, TableOffset = 0x200, DataOffset = 0x1000;

    public static ulong Header(int slot) => Slot(slot);

    public static ulong Ranges(int slot) => Slot(slot) + RangesOffset;

    public static ulong Status(int slot) => Slot(slot) + StatusOffset;

    public static ulong Table(int slot) => Slot(slot) + TableOffset;

    public static ulong Data(int slot) => Slot(slot) + DataOffset;

    public static bool Contains(ulong address, uint length) => address >= Base && address - Base <= Length && length <= Length - (address - Base);

    /// <summary>What lies at an address, for a reader.</summary>
    public static string Describe(ulong address)
    {
        if (address < Base + SlotsOffset || address >= Base + Length)
        {
            return "memory at 0x" + address.ToString("x", CultureInfo.InvariantCulture);
        }

        int slot = (int)((address - Base - SlotsOffset) / SlotLength);
        uint offset = (uint)((address - Base - SlotsOffset) % SlotLength);
        string part = offset switch
        {
            < BlkRequest.HeaderSize => "header",
            < StatusOffset => "ranges",
            < TableOffset => "status byte",
            < DataOffset => "indirect table",
            _ => $"data+{offset - DataOffset}",
        };
        return $"{part} of slot {slot}";
    }

    private static ulong Slot(int slot) => Base + SlotsOffset + (ulong)slot * SlotLength;
}
