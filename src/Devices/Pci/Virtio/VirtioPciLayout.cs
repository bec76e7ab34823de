using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>The structures of virtio-pci (4.1.4), and the legacy registers.</summary>
enum PciStructure : byte
{
    None,
    Common,
    Notify,
    Isr,
    Device,
    Legacy,
}

/// <summary>Where a structure is: which BAR, and how far into it.</summary>
readonly record struct PciStructurePlace(PciStructure Structure, int Bar, uint Offset, uint Length);

/// <summary>
/// Virtio 1.4, 4.1.4: where a function has its structures. A driver must take them from the capabilities, so functions of profile <c>odd</c> have them elsewhere, in BARs of
/// other kinds; notifications of their one queue go to where those of all would, and several queues have theirs in the reverse order, behind a place that is nobody's.
/// </summary>
sealed class VirtioPciLayout
{
    const uint DeviceRoom = 0x100, OddMultiplier = 16;

    readonly uint? firstOfReversed;

    VirtioPciLayout(uint multiplier, int msixBar, uint msixTable, uint msixPending, PciStructurePlace[] places, uint? firstOfReversed = null)
    {
        this.firstOfReversed = firstOfReversed;
        NotifyMultiplier = multiplier;
        MsixBar = msixBar;
        MsixTable = msixTable;
        MsixPending = msixPending;
        Places = places;
    }

    public PciStructurePlace[] Places { get; }

    public uint NotifyMultiplier { get; }

    public int MsixBar { get; }

    public uint MsixTable { get; }

    public uint MsixPending { get; }

    /// <summary>As QEMU's: one 64-bit BAR 4 for the structures, BAR 1 for MSI-X.</summary>
    public static VirtioPciLayout Plain(int queues) => new(multiplier: 4, msixBar: 1, msixTable: 0, msixPending: 0x800,
    [
        new(PciStructure.Common, 4, 0, 0x1000),
        new(PciStructure.Isr, 4, 0x1000, 0x1000),
        new(PciStructure.Device, 4, 0x2000, 0x1000),
        new(PciStructure.Notify, 4, 0x3000, Math.Max(0x1000, 4 * (uint)queues)),
    ]);

    /// <summary>Common configuration and the device's own in the midst of a 32-bit BAR 3, the rest in a 64-bit BAR 1.</summary>
    public static VirtioPciLayout Odd(int queues)
    {
        bool isOne = queues <= 1;
        return new(multiplier: isOne ? 0 : OddMultiplier, msixBar: 1, msixTable: 0x1000, msixPending: 0x1800,
        [
            new(PciStructure.Common, 3, 0x140, PciCommonRegister.Length),
            new(PciStructure.Device, 3, 0x200, DeviceRoom),
            new(PciStructure.Notify, 1, 0x400, isOne ? sizeof(ushort) : OddMultiplier * ((uint)queues + 1)),
            new(PciStructure.Isr, 1, 0x777, 1),
        ], isOne ? null : (uint)queues);
    }

    /// <summary>The queue_notify_off of a queue.</summary>
    public uint NotifyOffOf(uint queue) => NotifyMultiplier == 0 ? 0 : firstOfReversed is { } first ? first - queue : queue;

    /// <summary>The queue that is notified at a place of the structure (4.1.4.4); where all have the same, the value written says which.</summary>
    public uint QueueAt(uint offset, uint value)
    {
        if (NotifyMultiplier == 0) return value & 0xFFFF;
        uint at = offset / NotifyMultiplier;
        return firstOfReversed is { } first ? (first - at) & 0xFFFF : at;
    }

    public PciStructurePlace Of(PciStructure structure)
    {
        foreach (var place in Places)
        {
            if (place.Structure == structure) return place;
        }
        return default;
    }

    /// <summary>What is at a place, and how far into it. False: nothing.</summary>
    public bool TryFind(int bar, uint offset, out PciStructure structure, out uint within)
    {
        foreach (var place in Places)
        {
            within = offset - place.Offset;
            structure = place.Structure;
            if (place.Bar == bar && within < place.Length) return true;
        }
        structure = PciStructure.None;
        within = 0;
        return false;
    }
}
