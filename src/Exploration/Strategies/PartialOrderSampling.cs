using System.Numerics;

namespace Ringcheck.Exploration;

/// <summary>
/// Partial-order sampling (Yuan, Yang and Gu, "Partial order aware concurrency sampling", CAV 2018): each pending step has a random priority, and
/// the highest goes first. A step that comes up is given a priority of its own, and after each step the pending ones that race with it
/// draw again, so that the order of two racing steps does not decide that of the next two. What races is told by <see cref="Agent.Pending"/>;
/// where that is not known (interrupts, timers, registers, the first access of a device that was woken) a step is taken to race with all.
/// </summary>
public sealed class PartialOrderSampling(ulong seed) : Strategy
{
    RandomBits random;
    readonly uint[] priority = new uint[64];

    public override string Name => "pos";

    public override bool IsIndependent => true;

    public override bool Begin(long execution)
    {
        random = RandomBits.For(seed, execution);
        for (int i = 0; i < priority.Length; i++) priority[i] = random.Next();
        return true;
    }

    public override int Choose(in ChoicePoint point, Engine engine)
    {
        if (point.Kind != ChoiceKind.Schedule) return random.RarelyUnplain(point);
        int best = Best(point.Enabled);
        var taken = engine.Agents[best].Pending;
        priority[best] = random.Next();
        for (ulong rest = point.Enabled & ~(1UL << best); rest != 0; rest &= rest - 1)
        {
            int other = BitOperations.TrailingZeroCount(rest);
            if (taken.RacesWith(engine.Agents[other].Pending)) priority[other] = random.Next();
        }
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
