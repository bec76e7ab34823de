using System.Numerics;

namespace Ringcheck.Ordering.Axioms;

/// <summary>A relation over small numbers: row i holds the set of what i is related to. Grows, and keeps its memory.</summary>
internal sealed class BitMatrix
{
    ulong[] bits = [];

    public int Columns { get; private set; }

    /// <summary>Words in a row.</summary>
    public int Words { get; private set; }

    /// <summary>Empties it, for so many rows of sets of numbers below <paramref name="columns"/>.</summary>
    public void Reset(int rows, int columns)
    {
        Columns = columns;
        Words = (columns + 63) >> 6;
        int size = checked(rows * Words);
        if (bits.Length < size) bits = new ulong[Math.Max(size, Math.Min(bits.Length * 2, Array.MaxLength))];
        else Array.Clear(bits, 0, size);
    }

    public Span<ulong> Row(int row) => bits.AsSpan(row * Words, Words);

    public void Set(int row, int column) => bits[row * Words + (column >> 6)] |= 1UL << column;

    public bool Has(int row, int column) => Bits.Has(Row(row), column);
}

/// <summary>Sets of small numbers as words of bits.</summary>
internal static class Bits
{
    public static bool Has(ReadOnlySpan<ulong> set, int number) => (set[number >> 6] >> number & 1) != 0;

    public static void Add(Span<ulong> set, int number) => set[number >> 6] |= 1UL << number;

    public static void Remove(Span<ulong> set, int number) => set[number >> 6] &= ~(1UL << number);

    /// <summary>Adds all of <paramref name="more"/>.</summary>
    public static void Or(Span<ulong> set, ReadOnlySpan<ulong> more)
    {
        int i = 0;
        for (int step = Vector<ulong>.Count; i + step <= set.Length; i += step)
            (new Vector<ulong>(set[i..]) | new Vector<ulong>(more[i..])).CopyTo(set[i..]);
        for (; i < set.Length; i++) set[i] |= more[i];
    }

    /// <summary>Adds what is in both others.</summary>
    public static void OrAnd(Span<ulong> set, ReadOnlySpan<ulong> one, ReadOnlySpan<ulong> other)
    {
        int i = 0;
        for (int step = Vector<ulong>.Count; i + step <= set.Length; i += step)
            (new Vector<ulong>(set[i..]) | (new Vector<ulong>(one[i..]) & new Vector<ulong>(other[i..]))).CopyTo(set[i..]);
        for (; i < set.Length; i++) set[i] |= one[i] & other[i];
    }

    /// <summary>Adds what is in the one and not in the other.</summary>
    public static void OrAndNot(Span<ulong> set, ReadOnlySpan<ulong> one, ReadOnlySpan<ulong> other)
    {
        int i = 0;
        for (int step = Vector<ulong>.Count; i + step <= set.Length; i += step)
            (new Vector<ulong>(set[i..]) | Vector.AndNot(new Vector<ulong>(one[i..]), new Vector<ulong>(other[i..]))).CopyTo(set[i..]);
        for (; i < set.Length; i++) set[i] |= one[i] & ~other[i];
    }

    public static bool Meet(ReadOnlySpan<ulong> one, ReadOnlySpan<ulong> other)
    {
        for (int i = 0; i < one.Length; i++)
        {
            if ((one[i] & other[i]) != 0) return true;
        }
        return false;
    }

    /// <summary>The least number that is in both, or -1.</summary>
    public static int First(ReadOnlySpan<ulong> one, ReadOnlySpan<ulong> other)
    {
        for (int i = 0; i < one.Length; i++)
        {
            ulong both = one[i] & other[i];
            if (both != 0) return (i << 6) + BitOperations.TrailingZeroCount(both);
        }
        return -1;
    }

    /// <summary>The least number that is in the one and not in the other, or -1.</summary>
    public static int FirstBeyond(ReadOnlySpan<ulong> one, ReadOnlySpan<ulong> other)
    {
        for (int i = 0; i < one.Length; i++)
        {
            ulong left = one[i] & ~other[i];
            if (left != 0) return (i << 6) + BitOperations.TrailingZeroCount(left);
        }
        return -1;
    }
}
