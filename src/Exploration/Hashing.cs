using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ringcheck.Exploration;

/// <summary>128 bits that stand for a state: two independent 64-bit hashes of the same data.</summary>
public readonly record struct Fingerprint(ulong A, ulong B);

/// <summary>
/// Hash functions whose results are the same in each process (unlike <see cref="HashCode"/>), so that what was recorded replays.
/// </summary>
public static class Hashing
{
    const ulong KeyA = 0x9E3779B97F4A7C15UL, KeyB = 0xD6E8FEB86659FD93UL;

    /// <summary>Multiply and fold, as in wyhash (Wang Yi, 2019). Order matters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong hash, ulong value)
    {
        ulong high = Math.BigMul(hash ^ KeyA, value ^ 0xE7037ED1A0B428DBUL, out ulong low);
        return high ^ low ^ BitOperations.RotateLeft(hash, 29);
    }

    /// <summary>A second function of the same kind, with other constants: the other half of a fingerprint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MixB(ulong hash, ulong value)
    {
        ulong high = Math.BigMul(hash ^ KeyB, value ^ 0x8EBC6AF09C88C6E3UL, out ulong low);
        return high ^ low ^ BitOperations.RotateLeft(hash, 31);
    }

    /// <summary>
    /// What one memory word adds to an order-free XOR hash. A zero word adds nothing, so that empty memory hashes to 0 and
    /// a store costs two of these, whatever the size of the memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fingerprint Word(ulong index, ulong value) => value == 0
        ? default
        : new(Mix(Mix(0x51ED270B5F2B1E1DUL, index), value), MixB(MixB(0x2545F4914F6CDD1DUL, index), value));
}

/// <summary>Collects a fingerprint. 128 bits throughout: n states collide with probability about n^2 / 2^129.</summary>
public struct StateHasher
{
    ulong a, b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong value)
    {
        a = Hashing.Mix(a, value);
        b = Hashing.MixB(b, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Fingerprint value)
    {
        Add(value.A);
        Add(value.B);
    }

    public readonly Fingerprint Result => new(a, b);
}
