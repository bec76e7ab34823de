using System.Numerics;

namespace Ringcheck.Exploration;

/// <summary>
/// Delay bounding (Emmi, Qadeer and Rakamaric, "Delay-bounded scheduling", POPL 2011): a deterministic scheduler, here round robin without preemption, that
/// may be told a few times not to run whose turn it is, but the next. Emmi et al. enumerate where; here 1 to <paramref name="maxDelays"/> places are drawn
/// for each execution, so that executions are independent (as Thomson, Donaldson and Betts compare it, "Concurrency testing using controlled schedulers: an
/// empirical study", TOPC 2016). Among n^d schedules with d delays there is each with at most d; one with more is never tried.
/// </summary>
/// <param name="seed">Of the whole search.</param>
/// <param name="maxDelays">Delays in one execution, at most; at least 1.</param>
/// <param name="choices">An estimate of the schedule choices in one execution: delays are drawn from so many places.</param>
public sealed class DelayBounding(ulong seed, int maxDelays, uint choices) : Strategy
{
    RandomBits random;
    readonly uint[] delayAt = new uint[maxDelays];
    int delays;
    uint position;

    public override string Name => "delay";

    public override string Bounds => $"at most {maxDelays} delays among {choices} choices";

    public override bool IsIndependent => true;

    public override bool Begin(long execution)
    {
        random = RandomBits.For(seed, execution);
        position = 0;
        delays = 1 + (int)random.Below((uint)maxDelays);
        for (int i = 0; i < delays; i++) delayAt[i] = random.Below(Math.Max(1, choices));
        return true;
    }

    public override int Choose(in ChoicePoint point, Engine engine)
    {
        if (point.Kind != ChoiceKind.Schedule) return random.RarelyUnplain(point);
        int next = InTurn(point.Enabled, point.Agent);
        for (int i = 0; i < delays; i++)
        {
            if (delayAt[i] == position) next = InTurn(point.Enabled, next + 1);
        }
        position++;
        return next;
    }

    /// <summary>The first that is enabled, from agent <paramref name="first"/> on and around.</summary>
    static int InTurn(ulong options, int first)
    {
        ulong ahead = first > 63 ? 0 : options & (ulong.MaxValue << first);
        return BitOperations.TrailingZeroCount(ahead != 0 ? ahead : options);
    }
}
