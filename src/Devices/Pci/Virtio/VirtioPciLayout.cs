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
/// other kinds, with one address for all notifications.
/// </summary>
sealed class VirtioPciLayout
{
    const uint DeviceRoom = 0x100;

    VirtioPciLayout(uint multiplier, int msixBar, uint msixTable, uint msixPending, PciStructurePlace[] places)
    {
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
    public static VirtioPciLayout Odd { get; } = new(multiplier: 0, msixBar: 1, msixTable: 0x1000, msixPending: 0x1800,
    [
        new(PciStructure.Common, 3, 0x140, PciCommonRegister.Length),
        new(PciStructure.Device, 3, 0x200, DeviceRoom),
        new(PciStructure.Notify, 1, 0x400, sizeof(ushort)),
        new(PciStructure.Isr, 1, 0x777, 1),
    ]);

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
