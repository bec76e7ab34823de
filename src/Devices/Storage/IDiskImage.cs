using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>What a disk holds before anybody writes to it. Only read; see <see cref="DiskOverlay"/> for writes.</summary>
public interface IDiskImage
{
    /// <summary>Size in sectors of 512 bytes; a last part sector of a file counts and reads as zero beyond the file's end.</summary>
    ulong Sectors { get; }

    /// <summary>Fills <paramref name="destination"/> (one sector). The caller stays below <see cref="Sectors"/>.</summary>
    void Read(Sector sector, Span<byte> destination);
}
