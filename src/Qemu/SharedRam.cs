using System.IO.MemoryMappedFiles;
using Ringcheck.Hal;

namespace Ringcheck.Qemu;

/// <summary>
/// Guest RAM, mapped into this process and into QEMU: the driver's stores and the device's are stores to the same pages. The one
/// place where addresses of QEMU's machines become offsets: RAM begins at the same address for the CPU and for devices (there is
/// no IOMMU in front of them).
/// </summary>
public sealed unsafe class SharedRam : IDisposable
{
    /// <summary>Where RAM of <c>virt</c> begins; that of <c>pc</c> begins at 0.</summary>
    public const ulong Base = 0x4000_0000;

    /// <summary>
    /// <c>virt</c> has its device tree in the first MiB of RAM, written at each reset, and <c>pc</c> has a hole there; the second MiB is for those who watch; a driver's memory begins above.
    /// </summary>
    public const uint FirstFree = 2 << 20;

    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private byte* bytes;

    // Zero once disposed, so that the bounds check also keeps accesses away from memory that is no longer mapped.
    private ulong length;

    internal SharedRam(string path, ulong start, ulong length)
    {
        Start = new(start);
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, (long)length);
        view = file.CreateViewAccessor(0, (long)length);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        this.length = length;
    }

    /// <summary>All that a driver may use.</summary>
    public DmaRegion Free => new(Start + FirstFree, new(Start.Value + FirstFree), (uint)(length - FirstFree));

    /// <summary>Where RAM begins.</summary>
    public CpuAddress Start { get; }

    /// <summary>The bytes at an address, in this process; throws if they are not all RAM.</summary>
    public byte* At(CpuAddress address, uint count)
    {
        ulong offset = address.Value - Start.Value;
        if (address.Value < Start.Value || offset > length || count > length - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(address), $"0x{address.Value:x}, {count} bytes: not RAM of this machine");
        }

        return bytes + offset;
    }

    /// <summary>As <see cref="At"/>, for one access of <paramref name="width"/> bytes, which has to be naturally aligned.</summary>
    public byte* Cell(CpuAddress address, uint width) =>
        (address.Value & (width - 1)) == 0
            ? At(address, width)
            : throw new ArgumentException($"0x{address.Value:x} is not aligned to {width}", nameof(address));

    public Span<byte> Bytes(CpuAddress address, int count) => new(At(address, (uint)count), count);

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
