using Ringcheck.Hal;

namespace Ringcheck.Devices;

/// <content>The IOMMU, where the machine has one. What it is told is a scheduling point: devices go on meanwhile.</content>
public readonly partial struct SimMachine
{
    const ulong MapMark = 4UL << 60, UnmapMark = 5UL << 60;

    public bool TryMapForDevice(DmaRegion region, DmaDirection direction)
    {
        if (machine.Iommu is null) return true;
        NotePoint(region.Bus.Value | MapMark);
        return machine.Monitors.Dma.TryMap(region, direction);
    }

    public void UnmapForDevice(DmaRegion region)
    {
        if (machine.Iommu is null) return;
        NotePoint(region.Bus.Value | UnmapMark);
        machine.Monitors.Dma.Unmap(region);
    }

    void NotePoint(ulong what)
    {
        var cpu = machine.Engine.Running;
        cpu.Point();
        cpu.Active.Observed(what, 0);
    }
}
