using System.Numerics;

namespace Ringcheck.Exploration;

/// <summary>
/// Swarm verification (Holzmann, Joshi and Groce, IEEE TSE 2011; Groce et al., "Swarm testing", ISSTA 2012): each execution has only some of the features,
/// chosen at random, and uses those the more. What is left out matters: a fault here, a reordering there and an early interrupt everywhere hide what one of
/// them alone would show. A feature is who may cut in while another could go on, and a place where a device, a fault or memory decides; places
/// count as one if kind, agent and number of options are the same.
/// </summary>
public sealed class Swarm(ulong seed) : Strategy
{
    RandomBits random;
    ulong eager, features;

    public override string Name => "swarm";

    public override bool IsIndependent => true;

    public override bool Begin(long execution)
    {
        random = RandomBits.For(seed, execution);
        eager = (ulong)random.Next() << 32 | random.Next();
        features = (ulong)random.Next() << 32 | random.Next();
        return true;
    }

    public override int Choose(in ChoicePoint point, Engine engine)
        => point.Kind == ChoiceKind.Schedule ? Schedule(point) : IsOn(point) ? Unplain(point) : point.Default;

    int Schedule(in ChoicePoint point)
    {
        ulong options = point.Enabled & (eager | 1UL << point.Default);
        return random.OneOf((point.Enabled >> point.Agent & 1) != 0 ? options : point.Enabled);
    }

    bool IsOn(in ChoicePoint point)
    {
        ulong feature = Hashing.Mix((ulong)point.Kind << 32 | (uint)point.Agent, (ulong)BitOperations.PopCount(point.Enabled));
        return (features >> (int)(feature & 63) & 1) != 0;
    }

    /// <summary>Twice as often as a strategy that has all features, and faults four times: half of the executions have none of this one.</summary>
    int Unplain(in ChoicePoint point) => (random.Next() & (point.Kind == ChoiceKind.Fault ? 15u : 1u)) != 0 ? point.Default : random.OneOf(point.Enabled);
}
