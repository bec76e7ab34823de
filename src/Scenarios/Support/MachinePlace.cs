namespace Ringcheck.Scenarios;

/// <summary>A machine, and a transport on it.</summary>
public enum MachinePlace : byte
{
    VirtMmioModern,
    VirtMmioLegacy,
    VirtPciModern,
    VirtPciLegacy,
    PcPciModern,
    PcPciLegacy,
}

/// <summary>What there is to say of one.</summary>
public static class MachinePlaces
{
    public static bool IsLegacy(this MachinePlace place) => place is MachinePlace.VirtMmioLegacy or MachinePlace.VirtPciLegacy or MachinePlace.PcPciLegacy;

    /// <summary>For the head of a table.</summary>
    public static string Words(this MachinePlace place) => place switch
    {
        MachinePlace.VirtMmioModern => "`virt`, virtio-mmio 2",
        MachinePlace.VirtMmioLegacy => "`virt`, virtio-mmio 1",
        MachinePlace.VirtPciModern => "`virt`, virtio-pci",
        MachinePlace.VirtPciLegacy => "`virt`, virtio-pci legacy",
        MachinePlace.PcPciModern => "`pc`, virtio-pci",
        _ => "`pc`, virtio-pci legacy",
    };

    /// <summary>Where a scenario has its device.</summary>
    internal static MachinePlace Of(bool isLegacyMmio, DevicePci? pci) => (pci, isLegacyMmio) switch
    {
        (null, false) => MachinePlace.VirtMmioModern,
        (null, true) => MachinePlace.VirtMmioLegacy,
        ({ IsPc: true, UseLegacy: true }, _) => MachinePlace.PcPciLegacy,
        ({ IsPc: true }, _) => MachinePlace.PcPciModern,
        ({ UseLegacy: true }, _) => MachinePlace.VirtPciLegacy,
        _ => MachinePlace.VirtPciModern,
    };
}
