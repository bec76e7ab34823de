using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ringcheck.Exploration;

/// <summary>
/// Each choice of schedule uniformly among what is enabled. Device freedom stays plain three times out of four, and faults 63 times
/// out of 64: they are offered so often that a uniform choice would never let a request through, and a hostile device would have
/// told all its lies before the first one.
/// </summary>
public sealed class RandomWalk(ulong seed) : Strategy
{
    RandomBits random;

    public override string Name => "random";

    public override bool IsIndependent => true;

    public override bool Begin(long execution)
    {
        random = RandomBits.For(seed, execution);
        return true;
    }

    public override int Choose(in ChoicePoint point, Engine engine)
        => point.Kind == ChoiceKind.Schedule ? random.OneOf(point.Enabled) : random.RarelyUnplain(point);
}

/// <summary>A small fast generator (xorshift64*, Vigna 2016), seeded for each execution on its own.</summary>
public struct RandomBits(ulong state)
{
    ulong state = state | 1;

    /// <summary>The generator of execution number <paramref name="execution"/> under <paramref name="seed"/>.</summary>
    public static RandomBits For(ulong seed, long execution) => new(Hashing.Mix(Hashing.Mix(0xC0FFEE, seed), (ulong)execution));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Next()
    {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return (uint)(state * 0x2545F4914F6CDD1DUL >> 32);
    }

    /// <summary>0 to <paramref name="count"/> - 1, by multiplication (Lemire 2016): no division.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Below(uint count) => (uint)((ulong)Next() * count >> 32);

    /// <summary>One of the bits set in <paramref name="options"/>, uniformly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int OneOf(ulong options)
    {
        for (uint n = Below((uint)BitOperations.PopCount(options)); n > 0; n--) options &= options - 1;
        return BitOperations.TrailingZeroCount(options);
    }

    public int RarelyUnplain(in ChoicePoint point) => (Next() & (point.Kind == ChoiceKind.Fault ? 63u : 3u)) != 0 ? point.Default : OneOf(point.Enabled);
}
