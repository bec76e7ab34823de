using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ringcheck.Ordering;

/// <summary>
/// All views of a machine as rows of one bit table: a row is a set of writes. One table, so that what must happen to every view (growing,
/// forgetting a write) is one pass over memory. Row 0 is the empty set and stays so.
/// </summary>
sealed class ViewTable
{
    public const int Empty = 0;

    const int Lane = 4; // words of a Vector256

    ulong[] bits = new ulong[64 * Lane];
    int[] free = new int[64];
    int rows = 1, freeCount;

    /// <summary>Words in a row, a multiple of the vector's.</summary>
    public int Stride { get; private set; } = Lane;

    /// <summary>Writes that a row has room for.</summary>
    public int Capacity => Stride * 64;

    public int New()
    {
        if (freeCount > 0) return free[--freeCount];
        if ((rows + 1) * Stride > bits.Length) Array.Resize(ref bits, bits.Length * 2);
        return rows++;
    }

    /// <summary>The row may be given out again. It is empty from now on.</summary>
    public void Free(int row)
    {
        if (row == Empty) return;
        Clear(row);
        if (freeCount == free.Length) Array.Resize(ref free, freeCount * 2);
        free[freeCount++] = row;
    }

    /// <summary>Forgets all rows.</summary>
    public void Reset()
    {
        Array.Clear(bits, 0, rows * Stride);
        rows = 1;
        freeCount = 0;
    }

    public void CopyFrom(ViewTable other)
    {
        if (bits.Length < other.bits.Length) bits = new ulong[other.bits.Length];
        if (free.Length < other.free.Length) free = new int[other.free.Length];
        if (rows * Stride > other.rows * other.Stride) Array.Clear(bits, 0, rows * Stride);
        Array.Copy(other.bits, bits, other.rows * other.Stride);
        Array.Copy(other.free, free, other.freeCount);
        (rows, freeCount, Stride) = (other.rows, other.freeCount, other.Stride);
    }

    /// <summary>Room for twice as many writes.</summary>
    public void Widen()
    {
        int wide = Stride * 2;
        var wider = new ulong[Math.Max(bits.Length * 2, (rows + 1) * wide)];
        for (int row = 0; row < rows; row++) Array.Copy(bits, row * Stride, wider, row * wide, Stride);
        bits = wider;
        Stride = wide;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ref ulong At(int row) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(bits), row * Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(int row, int write) => (Unsafe.Add(ref At(row), write >> 6) >> write & 1) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int row, int write) => Unsafe.Add(ref At(row), write >> 6) |= 1UL << write;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Or(int into, int from)
    {
        if (from == Empty) return;
        ref ulong to = ref At(into), source = ref At(from);
        for (nuint i = 0; i < (nuint)Stride; i += Lane)
        {
            (Vector256.LoadUnsafe(ref to, i) | Vector256.LoadUnsafe(ref source, i)).StoreUnsafe(ref to, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int into, int from)
    {
        ref ulong to = ref At(into), source = ref At(from);
        for (nuint i = 0; i < (nuint)Stride; i += Lane) Vector256.LoadUnsafe(ref source, i).StoreUnsafe(ref to, i);
    }

    public void And(int into, int from)
    {
        ref ulong to = ref At(into), source = ref At(from);
        for (nuint i = 0; i < (nuint)Stride; i += Lane)
        {
            (Vector256.LoadUnsafe(ref to, i) & Vector256.LoadUnsafe(ref source, i)).StoreUnsafe(ref to, i);
        }
    }

    public void Clear(int row)
    {
        ref ulong to = ref At(row);
        for (nuint i = 0; i < (nuint)Stride; i += Lane) Vector256<ulong>.Zero.StoreUnsafe(ref to, i);
    }

    public bool IsEmpty(int row)
    {
        if (row == Empty) return true;
        ref ulong from = ref At(row);
        var any = Vector256<ulong>.Zero;
        for (nuint i = 0; i < (nuint)Stride; i += Lane) any |= Vector256.LoadUnsafe(ref from, i);
        return any == Vector256<ulong>.Zero;
    }

    public bool IsSubset(int row, int of)
    {
        if (row == Empty) return true;
        ref ulong part = ref At(row), whole = ref At(of);
        var outside = Vector256<ulong>.Zero;
        for (nuint i = 0; i < (nuint)Stride; i += Lane)
        {
            outside |= Vector256.AndNot(Vector256.LoadUnsafe(ref part, i), Vector256.LoadUnsafe(ref whole, i));
        }
        return outside == Vector256<ulong>.Zero;
    }

    /// <summary>More is known to be before a write: each set that contains it takes that in.</summary>
    public void Grow(int write, int more)
    {
        ulong mask = 1UL << write;
        int stride = Stride;
        ref ulong word = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(bits), (write >> 6) + stride);
        for (int row = 1; row < rows; row++)
        {
            if ((word & mask) != 0) Or(row, more);
            word = ref Unsafe.Add(ref word, stride);
        }
    }

    /// <summary>Takes the writes of <paramref name="gone"/> out of every other row.</summary>
    public void Forget(int gone)
    {
        for (int row = 1; row < rows; row++)
        {
            if (row == gone) continue;
            ref ulong to = ref At(row), take = ref At(gone);
            for (nuint i = 0; i < (nuint)Stride; i += Lane)
            {
                Vector256.AndNot(Vector256.LoadUnsafe(ref to, i), Vector256.LoadUnsafe(ref take, i)).StoreUnsafe(ref to, i);
            }
        }
    }

    /// <summary>The members of a row, lowest first.</summary>
    public Members MembersOf(int row) => new(bits.AsSpan(row * Stride, Stride));

    public ref struct Members(ReadOnlySpan<ulong> words)
    {
        readonly ReadOnlySpan<ulong> words = words;
        int index = -1;
        ulong rest;

        public int Current { get; private set; }

        public readonly Members GetEnumerator() => this;

        public bool MoveNext()
        {
            while (rest == 0)
            {
                if (++index >= words.Length) return false;
                rest = words[index];
            }
            Current = index * 64 + BitOperations.TrailingZeroCount(rest);
            rest &= rest - 1;
            return true;
        }
    }
}
