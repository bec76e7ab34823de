using System.Runtime.InteropServices;
using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// What was written to a disk in this execution, sector by sector over an <see cref="IDiskImage"/> that stays as it is.
/// <see cref="Discard"/> takes time proportional to what was written. The hash covers the difference from the image, and is kept
/// up to date by each write while <see cref="Hashing"/> is on.
/// </summary>
public sealed class DiskOverlay(IDiskImage image)
{
    const int WordsPerSector = (int)Sector.Size / 8;

    readonly Dictionary<ulong, int> slots = [];
    readonly List<ulong> sectors = [];
    byte[] contents = new byte[16 * Sector.Size];
    Fingerprint hash;

    public IDiskImage Image => image;

    /// <summary>Sectors that were written, whatever they hold now.</summary>
    public int Written => sectors.Count;

    /// <summary>On while a strategy looks at fingerprints. Set before the first write of an execution.</summary>
    public bool Hashing { get; set; }

    /// <summary>128 bits for the written sectors and what they hold. The order of writes does not show.</summary>
    public Fingerprint Hash => hash;

    /// <summary>Reads one sector; beyond the image, zeroes.</summary>
    public void Read(Sector sector, Span<byte> destination)
    {
        if (slots.TryGetValue(sector.Value, out int slot)) Slot(slot).CopyTo(destination);
        else if (sector.Value < image.Sectors) image.Read(sector, destination);
        else destination.Clear();
    }

    /// <summary>Writes one sector.</summary>
    public void Write(Sector sector, ReadOnlySpan<byte> source)
    {
        var bytes = Slot(SlotFor(sector, out bool isNew));
        if (Hashing && !isNew) Toggle(sector, bytes);
        source.CopyTo(bytes);
        if (Hashing) Toggle(sector, bytes);
    }

    /// <summary>Fills one sector with zeroes.</summary>
    public void WriteZeroes(Sector sector)
    {
        var bytes = Slot(SlotFor(sector, out bool isNew));
        if (Hashing && !isNew) Toggle(sector, bytes);
        bytes.Clear();
        if (Hashing) Toggle(sector, bytes);
    }

    /// <summary>Back to the image.</summary>
    public void Discard()
    {
        slots.Clear();
        sectors.Clear();
        hash = default;
    }

    /// <summary>Writes what was written here into a file, each sector at its place. The only way that any file changes.</summary>
    /// <returns>How many sectors were written.</returns>
    /// <exception cref="IOException">The file cannot be opened or written.</exception>
    public int CommitTo(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        foreach (ulong sector in sectors)
        {
            file.Position = (long)(sector * Sector.Size);
            file.Write(Slot(slots[sector]));
        }
        file.Flush(flushToDisk: true);
        return sectors.Count;
    }

    int SlotFor(Sector sector, out bool isNew)
    {
        ref int slot = ref CollectionsMarshal.GetValueRefOrAddDefault(slots, sector.Value, out bool exists);
        isNew = !exists;
        if (exists) return slot;
        slot = sectors.Count;
        sectors.Add(sector.Value);
        int needed = sectors.Count * (int)Sector.Size;
        if (needed > contents.Length) Array.Resize(ref contents, 2 * needed);
        return slot;
    }

    Span<byte> Slot(int slot) => contents.AsSpan(slot * (int)Sector.Size, (int)Sector.Size);

    /// <summary>Adds or removes one sector: XOR over its words, and one for being there at all.</summary>
    void Toggle(Sector sector, ReadOnlySpan<byte> bytes)
    {
        Add(Exploration.Hashing.Word(sector.Value * (WordsPerSector + 1), 1));
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int i = 0; i < words.Length; i++) Add(Exploration.Hashing.Word(sector.Value * (WordsPerSector + 1) + 1 + (ulong)i, words[i]));
    }

    void Add(Fingerprint word) => hash = new(hash.A ^ word.A, hash.B ^ word.B);
}
