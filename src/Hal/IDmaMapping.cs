using System;

namespace Ringcheck.Hal;

/// <summary>What a device may do with memory that is mapped for it.</summary>
[Flags]
public enum DmaDirection : byte
{
    /// <summary>The device reads.</summary>
    ToDevice = 1,

    /// <summary>The device writes.</summary>
    FromDevice = 2,

    /// <summary>The device reads and writes: rings, and what a driver keeps for good.</summary>
    Both = ToDevice | FromDevice,
}

/// <summary>
/// The IOMMU, where there is one. A <see cref="DmaRegion"/> says at which bus address a device finds memory; a mapping says when it may. Regions come from whoever
/// hands out memory, and keep their bus address: on a machine without an IOMMU, mapping costs nothing and always succeeds.
/// </summary>
public interface IDmaMapping
{
    /// <summary>
    /// Devices may use the region from now on, in this direction, until it is unmapped. No part of it is mapped already. False: the IOMMU has no room, and nothing has
    /// changed.
    /// </summary>
    bool TryMapForDevice(DmaRegion region, DmaDirection direction);

    /// <summary>
    /// Devices cannot reach the region any more once this returns. It is one that was mapped, as a whole, and no device has any of it in a queue.
    /// </summary>
    void UnmapForDevice(DmaRegion region);
}
