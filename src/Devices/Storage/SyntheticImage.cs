using System.Buffers.Binary;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// A disk of any size that takes no memory: each 8-byte word tells its sector and its place in it, so that bytes which ended in
/// the wrong place tell where they came from, and no two sectors are equal.
/// </summary>
public sealed class SyntheticImage(ulong sectors) : IDiskImage
{
    public ulong Sectors => sectors;

    public void Read(Sector sector, Span<byte> destination)
    {
        for (int offset = 0; offset < destination.Length; offset += 8)
            BinaryPrimitives.WriteUInt64LittleEndian(destination[offset..], Word(sector, offset));
    }

    /// <summary>The word at byte <paramref name="offset"/> of a sector: 0xD15C, the word's number, the sector's low 40 bits.</summary>
    public static ulong Word(Sector sector, int offset) => 0xD15CUL << 48 | (ulong)(offset / 8) << 40 | (sector.Value & 0xFF_FFFFFFFFUL);
}
