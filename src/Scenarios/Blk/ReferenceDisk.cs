using System.Runtime.InteropServices;
using Ringcheck.Devices;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// What the disk must hold, by what the program was told: a sector whose last write has ended well holds that write; one whose
/// write is in flight or has failed may hold either, and is not judged. Each write has a content of its own, so that mixed up
/// requests show.
/// </summary>
sealed class ReferenceDisk
{
    /// <summary>Contents are told by a number: <see cref="Image"/> is the disk as built, <see cref="Zero"/> is zeroes, others are writes.</summary>
    public const uint Image = 0, Zero = uint.MaxValue;

    const uint Unknown = uint.MaxValue - 1;

    readonly uint[] contents;

    public ReferenceDisk(int sectors) => contents = new uint[sectors];

    /// <summary>True while no write has begun.</summary>
    public bool IsUntouched { get; private set; } = true;

    public void Reset()
    {
        if (!IsUntouched) Array.Clear(contents);
        IsUntouched = true;
    }

    /// <summary>A write is on its way: until it has ended well, nobody knows.</summary>
    public void Begin(uint sector, uint count)
    {
        IsUntouched = false;
        contents.AsSpan((int)sector, (int)count).Fill(Unknown);
    }

    public void Completed(uint sector, uint count, uint content) => contents.AsSpan((int)sector, (int)count).Fill(content);

    public bool IsKnown(uint sector) => contents[sector] != Unknown;

    /// <summary>The first byte of a sector that is not what it must be, or -1.</summary>
    public int Compare(uint sector, ReadOnlySpan<byte> found)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(found);
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] != Word(contents[sector], sector, i)) return 8 * i;
        }
        return -1;
    }

    /// <summary>Fills a buffer with the content of a write that starts at a sector.</summary>
    public static void Fill(Span<byte> buffer, uint content, uint sector)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(buffer);
        for (int i = 0; i < words.Length; i++) words[i] = Word(content, sector + (uint)i / 64, i % 64);
    }

    static ulong Word(uint content, uint sector, int word) => content switch
    {
        Image => SyntheticImage.Word(new Sector(sector), 8 * word),
        Zero => 0,
        _ => 0x3717EUL << 44 | (ulong)(content & 0xFFF) << 32 | (ulong)(sector & 0xFFFF) << 16 | (uint)word,
    };
}
