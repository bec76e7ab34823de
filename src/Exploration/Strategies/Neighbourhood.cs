using System.Numerics;

namespace Ringcheck.Exploration;

/// <summary>
/// Looks for a recorded failure where a changed program may have moved it: execution 0 takes its deviations as they are, then come all
/// subsets (largest first), then all lists in which the deviations of one agent from one of its steps on are moved, which is what
/// an access added or removed does to them. After that, each execution drops and moves deviations at random, for as long as the budget lasts.
/// Never exhaustive: a failure that it does not find may still be there.
/// </summary>
public sealed class Neighbourhood : Strategy
{
    /// <summary>Steps by which deviations are moved, at most, in either direction.</summary>
    public const int Reach = 12;

    /// <summary>With more deviations than this, not all subsets are tried.</summary>
    const int SubsetsOf = 8;

    readonly Deviation[] recorded;
    readonly ulong seed;
    readonly List<Deviation[]> systematic = [];
    readonly Replay replay = new();

    public Neighbourhood(IReadOnlyList<Deviation> deviations, ulong seed)
    {
        recorded = [.. deviations];
        this.seed = seed;
        systematic.Add(recorded);
        AddSubsets();
        AddShifts();
    }

    public override string Name => "neighbourhood";

    public override bool IsIndependent => true;

    /// <summary>Candidates before chance begins.</summary>
    public int Systematic => systematic.Count;

    public override bool Begin(long execution)
    {
        replay.Use(execution < systematic.Count ? systematic[(int)execution] : Perturbed(RandomBits.For(seed, execution)));
        return replay.Begin(execution);
    }

    public override int Choose(in ChoicePoint point, Engine engine) => replay.Choose(point, engine);

    void AddSubsets()
    {
        if (recorded.Length > SubsetsOf)
        {
            for (int left = 0; left < recorded.Length; left++) systematic.Add([.. recorded.Where((_, index) => index != left)]);
            return;
        }
        uint all = (1u << recorded.Length) - 1;
        for (int size = recorded.Length - 1; size >= 0; size--)
        {
            for (uint chosen = 0; chosen <= all; chosen++)
            {
                if (BitOperations.PopCount(chosen) == size) systematic.Add([.. recorded.Where((_, index) => (chosen >> index & 1) != 0)]);
            }
        }
    }

    void AddShifts()
    {
        for (int distance = 1; distance <= Reach; distance++)
        {
            foreach (var from in recorded)
            {
                systematic.Add(Shifted(from, distance));
                if (from.Step > distance) systematic.Add(Shifted(from, -distance));
            }
        }
    }

    /// <summary>All deviations of one agent that come no earlier than <paramref name="from"/> are so many steps later.</summary>
    Deviation[] Shifted(Deviation from, int by)
        => [.. recorded.Select(each => each.Agent == from.Agent && each.Step >= from.Step ? each with { Step = (uint)(each.Step + by) } : each)];

    Deviation[] Perturbed(RandomBits random)
    {
        var list = new List<Deviation>(recorded.Length);
        foreach (var each in recorded)
        {
            if (recorded.Length > 1 && random.Below(8) == 0) continue;
            int step = (int)each.Step + (random.Below(2) == 0 ? 0 : (int)random.Below(2 * Reach + 1) - Reach);
            list.Add(each with { Step = (uint)Math.Max(1, step) });
        }
        return [.. list];
    }
}
