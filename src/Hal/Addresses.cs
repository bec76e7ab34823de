namespace Ringcheck.Hal;

/// <summary>An address as the CPU uses it: registers, and the CPU's view of DMA memory.</summary>
public readonly record struct CpuAddress(ulong Value)
{
    public static CpuAddress operator +(CpuAddress address, ulong bytes) => new(address.Value + bytes);
}

/// <summary>A port of x86's I/O space.</summary>
public readonly record struct IoPort(ushort Value)
{
    public static IoPort operator +(IoPort port, uint bytes) => new((ushort)(port.Value + bytes));
}

/// <summary>
/// An address as a device uses it: what is written into queue registers and descriptors. Never equal to a
/// <see cref="CpuAddress"/> by assumption; only a <see cref="DmaRegion"/> relates the two.
/// </summary>
public readonly record struct BusAddress(ulong Value)
{
    public static BusAddress operator +(BusAddress address, ulong bytes) => new(address.Value + bytes);
}

/// <summary>A piece of memory that CPU and device both reach, contiguous on both sides. Length in bytes.</summary>
public readonly record struct DmaRegion(CpuAddress Cpu, BusAddress Bus, uint Length)
{
    /// <summary>The part from <paramref name="offset"/> on. The caller keeps offset + length within the region.</summary>
    public DmaRegion Slice(uint offset, uint length) => new(Cpu + offset, Bus + offset, length);
}
