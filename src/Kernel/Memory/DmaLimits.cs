namespace Ringcheck.Kernel;

/// <summary>Memory that devices reach, as the machine's description gives it at boot: contiguous on both sides. Length in bytes.</summary>
public readonly record struct DmaRange(Hal.CpuAddress Cpu, Hal.BusAddress Bus, ulong Length);

/// <summary>What an allocation has to satisfy, on both sides.</summary>
/// <param name="Alignment">In bytes, a power of two: of the CPU address and of the bus address.</param>
/// <param name="LastBusAddress">The highest bus address that the device can be told, or reaches.</param>
public readonly record struct DmaLimits(uint Alignment, ulong LastBusAddress)
{
    /// <summary>The unit in which memory is scattered, mapped and counted by legacy devices, in bytes.</summary>
    public const uint PageSize = 4096;

    /// <summary>A page or pages, anywhere: what a driver's own region and a buffer of frames need.</summary>
    public static DmaLimits Page => new(PageSize, ulong.MaxValue);

    /// <summary>
    /// Virtio 1.4, 4.1.5.1.3 and 4.2.4: a legacy queue is told as a page number of 32 bits, so that it ends below 2^44.
    /// </summary>
    public static DmaLimits LegacyQueue => new(PageSize, (1UL << 44) - 1);

    /// <summary>A device that drives 32 address lines.</summary>
    public static DmaLimits Bits32 => new(PageSize, uint.MaxValue);
}
