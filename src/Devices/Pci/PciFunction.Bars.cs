using System.Numerics;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>A BAR of a simulated function.</summary>
/// <param name="Kind">Which space it is in, and how wide its register is.</param>
/// <param name="IsPrefetchable">Reads have no side effects, and writes may be merged.</param>
/// <param name="Size">In bytes; a power of two, or 0 if there is none.</param>
public readonly record struct PciBarShape(PciBarKind Kind, bool IsPrefetchable, ulong Size);

/// <summary>PCI Local Bus 3.0, 6.2.5 "Base Addresses".</summary>
public abstract partial class PciFunction
{
    /// <summary>The largest BAR, in bytes: what an offset has room for.</summary>
    public const ulong LargestBar = 1UL << RegionShift;

    readonly PciBarShape[] bars = new PciBarShape[ConfigRegion];
    readonly ulong[] barAddress = new ulong[PciBarBits.DeviceCount];

    public PciBarShape Bar(int index) => bars[index];

    /// <summary>The PCI address in a BAR's register; 0 is none.</summary>
    internal ulong BarAddress(int index) => barAddress[index];

    /// <summary>Adds a BAR.</summary>
    /// <param name="index">Its register, or the lower one of two.</param>
    /// <param name="shape">What it is. At least 4 bytes of I/O or 16 of memory, at most <see cref="LargestBar"/>.</param>
    protected void AddBar(int index, PciBarShape shape)
    {
        bool isIo = shape.Kind == PciBarKind.Io, isWide = shape.Kind == PciBarKind.Memory64;
        if (!BitOperations.IsPow2(shape.Size) || shape.Size < (isIo ? 4u : 16u) || shape.Size > LargestBar || index + (isWide ? 1 : 0) >= PciBarBits.DeviceCount)
            throw new ArgumentOutOfRangeException(nameof(shape), $"{Name}: BAR{index} of 0x{shape.Size:x} bytes");
        bars[index] = shape;
        ulong mask = ~(shape.Size - 1);
        uint flags = isIo ? PciBarBits.Io : (isWide ? PciBarBits.Memory64 : PciBarBits.Memory32) | (shape.IsPrefetchable ? PciBarBits.Prefetchable : 0);
        InitialiseConfig32(RegisterOf(index), flags, (uint)mask);
        if (isWide) InitialiseConfig32(RegisterOf(index + 1), 0, (uint)(mask >> 32));
    }

    static uint RegisterOf(int bar) => PciRegister.Bar0 + 4 * (uint)bar;

    void BarsWritten()
    {
        for (int i = 0; i < barAddress.Length; i++)
        {
            ulong low = GetConfig(RegisterOf(i), 4);
            barAddress[i] = bars[i].Kind switch
            {
                PciBarKind.Io => low & ~(ulong)PciBarBits.IoFlags,
                PciBarKind.Memory32 => low & ~(ulong)PciBarBits.MemoryFlags,
                PciBarKind.Memory64 => low & ~(ulong)PciBarBits.MemoryFlags | (ulong)GetConfig(RegisterOf(i + 1), 4) << 32,
                _ => 0,
            };
        }
        Host?.DecodeChanged();
    }
}
