using System.IO.MemoryMappedFiles;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// A raw disk image file, mapped: the host reads what is touched and nothing else, whatever the file's size. Never written
/// through here.
/// </summary>
public sealed unsafe class RawFileImage : IDiskImage, IDisposable
{
    readonly MemoryMappedFile? file;
    readonly MemoryMappedViewAccessor? view;
    readonly byte* start;
    readonly ulong length;

    /// <summary>Maps the file as it is now; it is not to shrink while mapped.</summary>
    /// <exception cref="IOException">The file cannot be opened or mapped.</exception>
    public RawFileImage(string path)
    {
        length = (ulong)new FileInfo(path).Length;
        if (length == 0) return; // an empty file cannot be mapped, and is a disk of no sectors
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
    }

    public ulong Sectors => (length + Sector.Size - 1) / Sector.Size;

    public void Read(Sector sector, Span<byte> destination)
    {
        ulong offset = sector.Value * Sector.Size;
        int count = (int)Math.Min((ulong)destination.Length, length - offset);
        new ReadOnlySpan<byte>(start + offset, count).CopyTo(destination);
        destination[count..].Clear();
    }

    public void Dispose()
    {
        if (view is null) return;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file!.Dispose();
    }
}
