using System.IO.MemoryMappedFiles;
using Ringcheck.Hal;

namespace Ringcheck.Qemu;

/// <summary>
/// Guest RAM, mapped into this process and into QEMU: the driver's stores and the device's are stores to the same pages. The one
/// place where addresses of QEMU's <c>virt</c> machine become offsets: its RAM begins at 0x40000000 for the CPU and for devices
/// alike (there is no IOMMU in front of virtio-mmio).
/// </summary>
public sealed unsafe class SharedRam : IDisposable
{
    public const ulong Base = 0x4000_0000;

    /// <summary>QEMU writes its device tree into the first MiB of RAM, at each reset; a driver's memory begins above it.</summary>
    public const uint FirstFree = 2 << 20;

    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private byte* start;

    // Zero once disposed, so that the bounds check also keeps accesses away from memory that is no longer mapped.
    private ulong length;

    internal SharedRam(string path, ulong length)
    {
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, (long)length);
        view = file.CreateViewAccessor(0, (long)length);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        this.length = length;
    }

    /// <summary>All that a driver may use.</summary>
    public DmaRegion Free => new(CpuAddressOf(FirstFree), BusAddressOf(FirstFree), (uint)(length - FirstFree));

    public static CpuAddress CpuAddressOf(ulong offset) => new(Base + offset);

    public static BusAddress BusAddressOf(ulong offset) => new(Base + offset);

    /// <summary>The bytes at an address, in this process; throws if they are not all RAM.</summary>
    public byte* At(CpuAddress address, uint bytes)
    {
        ulong offset = address.Value - Base;
        if (address.Value < Base || offset > length || bytes > length - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(address), $"0x{address.Value:x}, {bytes} bytes: not RAM of this machine");
        }

        return start + offset;
    }

    /// <summary>As <see cref="At"/>, for one access of <paramref name="width"/> bytes, which has to be naturally aligned.</summary>
    public byte* Cell(CpuAddress address, uint width) =>
        (address.Value & (width - 1)) == 0
            ? At(address, width)
            : throw new ArgumentException($"0x{address.Value:x} is not aligned to {width}", nameof(address));

    public Span<byte> Bytes(CpuAddress address, int bytes) => new(At(address, (uint)bytes), bytes);

    public void Dispose()
    {
        if (length != 0)
        {
            length = 0;
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            file.Dispose();
        }
    }
}
