using System.Globalization;

namespace Ringcheck.Qemu;

/// <summary>Virtio 1.4, 4.1.3 and 4.1.4: which interfaces a virtio function has.</summary>
public enum QemuPciInterface : byte
{
    /// <summary><c>disable-legacy=on</c>.</summary>
    Modern,

    /// <summary>Both: <c>disable-legacy=off,disable-modern=off</c>.</summary>
    Transitional,

    /// <summary><c>disable-modern=on</c>.</summary>
    Legacy,
}

/// <summary>Where a virtio function is on PCI, and what it offers.</summary>
/// <param name="Device">Its number on its bus.</param>
/// <param name="Bus">The id of a <see cref="QemuPciBridge"/>; empty: the root bus.</param>
public sealed record QemuPciFunction(int Device = 2, string Bus = "")
{
    public QemuPciInterface Interface { get; init; }

    /// <summary>Entries of the MSI-X table; 0: no MSI-X. Null: QEMU's choice, one for each queue and one more.</summary>
    public int? Vectors { get; init; }

    /// <summary>As properties of <c>-device</c>, each with its comma.</summary>
    internal string Properties() => string.Create(CultureInfo.InvariantCulture,
        $",addr={Device}{(Bus.Length == 0 ? "" : $",bus={Bus}")},disable-legacy={Switch(Interface == QemuPciInterface.Modern)},disable-modern={Switch(Interface == QemuPciInterface.Legacy)}")
        + (Vectors is { } count ? string.Create(CultureInfo.InvariantCulture, $",vectors={count}") : "");

    private static string Switch(bool isOn) => isOn ? "on" : "off";
}

/// <summary>A bridge, and with it a bus of the same name.</summary>
/// <param name="Id">Names it, and its secondary bus.</param>
/// <param name="Device">Its number on its own bus.</param>
/// <param name="Bus">The id of the bridge that it is behind; empty: the root bus.</param>
public sealed record QemuPciBridge(string Id, int Device, string Bus = "")
{
    /// <summary>
    /// <c>pcie-root-port</c>, whose one device can be plugged and unplugged; instead of <c>pci-bridge</c> (on <c>pc</c>) or <c>pcie-pci-bridge</c> (on <c>virt</c>), behind which devices have numbers
    /// from 1 on.
    /// </summary>
    public bool IsRootPort { get; init; }

    internal string Arguments(QemuMachineKind machine)
    {
        string type = IsRootPort ? "pcie-root-port" : machine == QemuMachineKind.Pc ? "pci-bridge" : "pcie-pci-bridge";
        // Two bridges of these kinds need a chassis number each: the device number does.
        string chassis = type == "pcie-pci-bridge" ? "" : string.Create(CultureInfo.InvariantCulture, $"{(IsRootPort ? ",chassis=" : ",chassis_nr=")}{Device}");
        return string.Create(CultureInfo.InvariantCulture, $"{type},id={Id},addr={Device}{(Bus.Length == 0 ? "" : $",bus={Bus}")}{chassis}");
    }
}

/// <summary>A virtio-blk function beside the first disk.</summary>
/// <param name="Id">The name that monitor commands use for the disk, and with <c>-device</c> appended, for the function.</param>
/// <param name="Image">A raw image.</param>
/// <param name="Function">Where it is.</param>
public sealed record QemuPciDisk(string Id, string Image, QemuPciFunction Function);

/// <summary>A virtio device that is no disk.</summary>
/// <param name="Name">As QEMU has it, without the transport: <c>virtio-rng</c>.</param>
/// <param name="Function">Where it is on PCI. Null: on virtio-mmio, in the last free slot.</param>
public sealed record QemuVirtioDevice(string Name, QemuPciFunction? Function)
{
    /// <summary>Properties appended to its <c>-device</c>, each with its comma.</summary>
    public string Properties { get; init; } = "";

    internal string Arguments() => $"{Name}{(Function is null ? "-device" : "-pci")}{Function?.Properties()}{Properties}";
}
