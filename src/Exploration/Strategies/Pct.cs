using System.Numerics;

namespace Ringcheck.Exploration;

/// <summary>
/// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): random priorities, and
/// depth - 1 places at which the running agent falls to the bottom. Finds a bug of depth d among n agents and k choices with
/// probability at least 1 / (n k^(d-1)). Safe with polling loops only because those block: a spinning agent of top priority
/// would starve everybody.
/// </summary>
/// <param name="seed">Of the whole search.</param>
/// <param name="depth">d above, at least 1.</param>
/// <param name="choices">
/// k above: an estimate of the choices in one execution. It is measured before the search, on a fixed set of executions, so that
/// each execution depends on seed and number only.
/// </param>
public sealed class Pct(ulong seed, int depth, uint choices) : Strategy
{
    RandomBits random;
    readonly uint[] priority = new uint[64];
    readonly uint[] changeAt = new uint[depth - 1];
    uint position;

    public override string Name => "pct";

    public override string Bounds => $"depth {depth}, {choices} choices";

    public override bool IsIndependent => true;

    public override bool Begin(long execution)
    {
        random = RandomBits.For(seed, execution);
        position = 0;
        for (int i = 0; i < priority.Length; i++) priority[i] = (uint)depth + (random.Next() >> 4);
        for (int i = 0; i < changeAt.Length; i++) changeAt[i] = random.Below(Math.Max(1, choices));
        return true;
    }

    public override int Choose(in ChoicePoint point, Engine engine)
    {
        if (point.Kind != ChoiceKind.Schedule) return random.RarelyUnplain(point);
        int best = Best(point.Enabled);
        for (int i = 0; i < changeAt.Length; i++)
        {
            if (changeAt[i] != position) continue;
            priority[best] = (uint)i;
            best = Best(point.Enabled);
        }
        position++;
        return best;
    }

    int Best(ulong options)
    {
        int best = BitOperations.TrailingZeroCount(options);
        for (ulong rest = options & (options - 1); rest != 0; rest &= rest - 1)
        {
            int candidate = BitOperations.TrailingZeroCount(rest);
            if (priority[candidate] > priority[best]) best = candidate;
        }
        return best;
    }
}
