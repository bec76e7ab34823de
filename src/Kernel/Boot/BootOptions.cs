namespace Ringcheck.Kernel;

/// <summary>What a boot sets aside: all of it is allocated when the kernel is made, and what does not fit is an error of the stage that finds it out.</summary>
/// <param name="Disk">What each disk's driver is made for; with interrupts.</param>
/// <param name="DiskCount">Disks that are opened, at most: the first that are found. 0: none is looked for.</param>
/// <param name="PciCapacity">Functions.</param>
/// <param name="VirtioCapacity">Virtio devices, on all buses together.</param>
/// <param name="HandlerCapacity">Interrupt handlers.</param>
/// <param name="RegionCapacity">Regions of the allocator, those of later users included.</param>
public readonly record struct BootOptions(BlkOptions Disk, int DiskCount, int PciCapacity, int VirtioCapacity, int HandlerCapacity, ushort RegionCapacity)
{
    public static BootOptions Default { get; } = new(BlkOptions.Default, DiskCount: 4, PciCapacity: 64, VirtioCapacity: 32, HandlerCapacity: 32, RegionCapacity: 256);
}
