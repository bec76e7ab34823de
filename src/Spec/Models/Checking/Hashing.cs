using System.Runtime.CompilerServices;

namespace Ringcheck.Models.Checking;

/// <summary>64-bit fingerprints of packed states: folded 64×64→128 multiplications, the same in each process.</summary>
public static class Hashing
{
    private const ulong Seed = 0x9E37_79B9_7F4A_7C15;
    private const ulong First = 0xA076_1D64_78BD_642F;
    private const ulong Second = 0xE703_7ED1_A0B4_28DB;

    /// <summary>The fingerprint of a state; never 0, which marks an empty slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe ulong Of<TState>(in TState state)
        where TState : unmanaged
    {
        ref var word = ref Unsafe.As<TState, ulong>(ref Unsafe.AsRef(in state));
        var hash = Seed;
        var count = sizeof(TState) / sizeof(ulong);
        var i = 0;
        for (; i + 1 < count; i += 2)
            hash = Fold(Unsafe.Add(ref word, i) ^ First ^ hash, Unsafe.Add(ref word, i + 1) ^ Second ^ (hash >> 32));
        if (i < count)
            hash = Fold(Unsafe.Add(ref word, i) ^ First ^ hash, Second);
        // A second round spreads what one product leaves to its middle bits: tables take their positions from either end.
        hash = Fold(hash ^ Second, First);
        return hash | (hash == 0 ? 1UL : 0UL);
    }

    /// <summary>Whether two states are the same bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe bool Same<TState>(in TState left, in TState right)
        where TState : unmanaged
    {
        ref var a = ref Unsafe.As<TState, ulong>(ref Unsafe.AsRef(in left));
        ref var b = ref Unsafe.As<TState, ulong>(ref Unsafe.AsRef(in right));
        var difference = 0UL;
        for (var i = 0; i < sizeof(TState) / sizeof(ulong); i++)
            difference |= Unsafe.Add(ref a, i) ^ Unsafe.Add(ref b, i);
        return difference == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
