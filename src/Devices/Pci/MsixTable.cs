using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// PCI Local Bus 3.0, 6.8.2: the table of messages and the pending bits, in a BAR. Accesses are of 4 or 8 aligned bytes (6.8.2, "proper operation"); of others, reads give 0
/// and writes are lost. A vector is masked after a reset.
/// </summary>
sealed class MsixTable(uint capability, int count, int bar, uint tableOffset, uint pendingOffset)
{
    const int WordsOfEntry = (int)PciMsix.EntrySize / 4, DataWord = 2, ControlWord = 3;

    readonly uint[] words = new uint[count * WordsOfEntry];
    readonly bool[] left = new bool[count * WordsOfEntry];
    readonly ulong[] pending = new ulong[(count + 63) / 64];

    /// <summary>QEMU keeps what is written to the reserved bits of vector control too.</summary>
    public bool KeepsControl { get; init; }

    /// <summary>Where the capability is in configuration space.</summary>
    public uint Capability => capability;

    public int Count => count;

    public bool IsAnyPending => pending.AsSpan().ContainsAnyExcept(0UL);

    public ulong Address(int vector) => words[vector * WordsOfEntry] | (ulong)words[vector * WordsOfEntry + 1] << 32;

    public uint Data(int vector) => words[vector * WordsOfEntry + DataWord];

    public bool IsMasked(int vector) => (words[vector * WordsOfEntry + ControlWord] & PciMsix.EntryMask) != 0;

    public bool IsPending(int vector) => (pending[vector / 64] >> vector % 64 & 1) != 0;

    public void SetPending(int vector, bool value)
    {
        ulong bit = 1UL << vector % 64;
        pending[vector / 64] = value ? pending[vector / 64] | bit : pending[vector / 64] & ~bit;
    }

    /// <summary>False: there is something else at that place.</summary>
    public bool TryRead(int region, uint offset, int width, out ulong value)
    {
        value = 0;
        if (!IsHere(region, offset)) return false;
        if (!IsProper(offset, width)) return true;
        value = Word(offset);
        if (width == 8) value |= (ulong)Word(offset + 4) << 32;
        return true;
    }

    /// <inheritdoc cref="TryRead"/>
    public bool TryWrite(int region, uint offset, int width, ulong value)
    {
        if (!IsHere(region, offset)) return false;
        if (!IsProper(offset, width)) return true;
        SetWord(offset, (uint)value);
        if (width == 8) SetWord(offset + 4, (uint)(value >> 32));
        return true;
    }

    bool IsHere(int region, uint offset) => region == bar && (offset - tableOffset < (uint)words.Length * 4 || offset - pendingOffset < (uint)pending.Length * 8);

    static bool IsProper(uint offset, int width) => width >= 4 && offset % (uint)width == 0;

    uint Word(uint offset)
    {
        if (offset - tableOffset < (uint)words.Length * 4) return words[(offset - tableOffset) / 4];
        return offset - pendingOffset < (uint)pending.Length * 8 ? (uint)(pending[(offset - pendingOffset) / 8] >> (int)((offset - pendingOffset) % 8 * 8)) : 0;
    }

    /// <summary>Pending bits are read-only, and so is all of vector control but the mask.</summary>
    void SetWord(uint offset, uint value)
    {
        uint word = (offset - tableOffset) / 4;
        if (word >= words.Length) return;
        left[word] = false;
        words[word] = word % WordsOfEntry == ControlWord && !KeepsControl ? value & PciMsix.EntryMask : value;
    }

    public void Reset()
    {
        Array.Clear(pending);
        Array.Clear(left);
        for (int word = 0; word < words.Length; word++) words[word] = word % WordsOfEntry == ControlWord ? PciMsix.EntryMask : 0;
    }

    /// <summary>Entries of somebody before the driver, which are not masked.</summary>
    public void Leave(ulong address, uint data)
    {
        for (int entry = 0; entry < words.Length; entry += WordsOfEntry)
        {
            words[entry] = (uint)address;
            words[entry + 1] = (uint)(address >> 32);
            words[entry + DataWord] = data;
            words[entry + ControlWord] = 0;
            left.AsSpan(entry, ControlWord).Fill(true);
        }
    }

    /// <summary>Whether the message of a vector is, in part, still what <see cref="Leave"/> put there.</summary>
    public bool IsLeft(int vector) => left.AsSpan(vector * WordsOfEntry, ControlWord).Contains(true);

    public void Fold(ref StateHasher hasher)
    {
        for (int word = 0; word < words.Length; word++) hasher.Add(words[word] | (left[word] ? 1UL << 32 : 0));
        foreach (ulong bits in pending) hasher.Add(bits);
    }
}
