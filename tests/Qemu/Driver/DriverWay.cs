using Ringcheck.Kernel;
using Ringcheck.Qemu;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>On which machine, by which transport, and how the driver learns that something has ended.</summary>
public enum DriverWay
{
    MmioModern,
    MmioLegacy,
    VirtVectors,
    VirtPin,
    VirtPolling,
    VirtLowVectors,
    VirtLowPin,
    VirtLowPolling,
    VirtLegacyPin,
    VirtLegacyVectors,
    PcVectors,
    PcPin,
    PcPolling,
    PcLegacyPin,
    PcLegacyVectors,
    PcLegacyPolling,
}

internal static class DriverWays
{
    public static QemuMachineKind Machine(this DriverWay way) => way switch
    {
        < DriverWay.VirtLowVectors or DriverWay.VirtLegacyPin or DriverWay.VirtLegacyVectors => QemuMachineKind.Virt,
        < DriverWay.PcVectors => QemuMachineKind.VirtLow,
        _ => QemuMachineKind.Pc,
    };

    public static PciHostInfo Host(this DriverWay way) =>
        way.Machine() == QemuMachineKind.Pc ? PciHostInfo.Pc : PciHostInfo.Virt(way.Machine() == QemuMachineKind.Virt);

    public static bool IsPci(this DriverWay way) => way > DriverWay.MmioLegacy;

    public static bool IsLegacy(this DriverWay way) => way.Kind() is TransportKind.MmioLegacy or TransportKind.PciLegacy;

    public static bool HasVectors(this DriverWay way) => way is DriverWay.VirtVectors or DriverWay.VirtLowVectors or DriverWay.VirtLegacyVectors
        or DriverWay.PcVectors or DriverWay.PcLegacyVectors;

    public static bool IsPolling(this DriverWay way) => way is DriverWay.VirtPolling or DriverWay.VirtLowPolling or DriverWay.PcPolling or DriverWay.PcLegacyPolling;

    public static TransportKind Kind(this DriverWay way) => way switch
    {
        DriverWay.MmioModern => TransportKind.MmioModern,
        DriverWay.MmioLegacy => TransportKind.MmioLegacy,
        DriverWay.VirtLegacyPin or DriverWay.VirtLegacyVectors or >= DriverWay.PcLegacyPin => TransportKind.PciLegacy,
        _ => TransportKind.PciModern,
    };

    /// <summary>The disk as this way needs it: legacy registers of a function that has both, but for one that has nothing else.</summary>
    public static QemuOptions Options(this DriverWay way, DiskImage? disk) => new()
    {
        Machine = way.Machine(),
        Disk = disk?.Path,
        LegacyMmio = way == DriverWay.MmioLegacy,
        DiskOnPci = way.IsPci() ? new() { Interface = InterfaceOf(way) } : null,
    };

    /// <summary>Another device, as this way needs it, and no disk.</summary>
    public static QemuOptions Options(this DriverWay way, string device) => way.Options(disk: null) with
    {
        DiskOnPci = null,
        Devices = [new(device, way.IsPci() ? new() { Interface = InterfaceOf(way) } : null)],
    };

    private static QemuPciInterface InterfaceOf(DriverWay way) => way switch
    {
        DriverWay.PcLegacyPin => QemuPciInterface.Legacy,
        _ when way.IsLegacy() => QemuPciInterface.Transitional,
        _ => QemuPciInterface.Modern,
    };
}
