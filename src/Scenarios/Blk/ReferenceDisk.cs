using System.Runtime.InteropServices;
using Ringcheck.Devices;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// What the disk must hold, by what the program was told: a sector whose last write has ended well holds that write; one whose
/// write is in flight or has failed may hold either, and is not judged. Nor is one that two writes were in flight for: they are done in any
/// order. Each write has a content of its own, so that mixed up requests show.
/// </summary>
sealed class ReferenceDisk
{
    /// <summary>Contents are told by a number: <see cref="Image"/> is the disk as built, <see cref="Zero"/> is zeroes, others are writes.</summary>
    public const uint Image = 0, Zero = uint.MaxValue;

    /// <summary>What a write leaves that failed, was cut off, or does not say what it does.</summary>
    public const uint Unknown = uint.MaxValue - 1;

    struct State
    {
        public uint Content;

        /// <summary>When a write last began or ended, as <see cref="Now"/> counts.</summary>
        public uint ChangedAt;

        /// <summary>Writes in flight.</summary>
        public byte Writers;

        /// <summary>Two have been in flight together since there was none.</summary>
        public bool Overlapped;
    }

    readonly State[] states;

    public ReferenceDisk(int sectors) => states = new State[sectors];

    /// <summary>Counts beginnings and ends of writes: what was known then and has not changed since may be compared.</summary>
    public uint Now { get; private set; }

    /// <summary>True while no write has begun.</summary>
    public bool IsUntouched { get; private set; } = true;

    public void Reset()
    {
        if (!IsUntouched) Array.Clear(states);
        IsUntouched = true;
        Now = 0;
    }

    /// <summary>A write is on its way: until it has ended well, nobody knows.</summary>
    public void Begin(uint sector, uint count)
    {
        IsUntouched = false;
        Now++;
        foreach (ref var state in states.AsSpan((int)sector, (int)count))
        {
            state.Overlapped |= state.Writers++ != 0;
            state.Content = Unknown;
            state.ChangedAt = Now;
        }
    }

    /// <summary>A write is over, with <paramref name="content"/> on the disk, or <see cref="Unknown"/>.</summary>
    public void End(uint sector, uint count, uint content)
    {
        Now++;
        foreach (ref var state in states.AsSpan((int)sector, (int)count))
        {
            state.Content = state.Overlapped ? Unknown : content;
            state.ChangedAt = Now;
            if (--state.Writers == 0) state.Overlapped = false;
        }
    }

    public bool IsKnown(uint sector) => states[sector].Content != Unknown;

    /// <summary>True if a read that began at <paramref name="then"/> and ends now can have seen one content only.</summary>
    public bool IsKnownSince(uint sector, uint then) => IsKnown(sector) && states[sector].ChangedAt <= then;

    /// <summary>The first byte of a sector that is not what it must be, or -1.</summary>
    public int Compare(uint sector, ReadOnlySpan<byte> found) => Compare(states[sector].Content, sector, found);

    /// <summary>The same for a content that is not what this expects now.</summary>
    public static int Compare(uint content, uint sector, ReadOnlySpan<byte> found)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(found);
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] != Word(content, sector, i)) return 8 * i;
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
