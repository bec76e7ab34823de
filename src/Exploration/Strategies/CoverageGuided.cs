namespace Ringcheck.Exploration;

/// <summary>
/// Greybox fuzzing of schedules (Wolff et al., "Greybox fuzzing for concurrency testing", ASPLOS 2024), rewarded by states of a model (Gulcan et
/// al., "Model-guided fuzzing of distributed systems", 2024): the choices up to where an execution reached a new model state, or met a rule's premise for the
/// first time, are kept in a pool of bounded size. Later executions take up a prefix of one of them, change a choice or none, and go on as a random walk. What
/// an execution does depends on those before it, so there is one worker; the seed alone decides all of it.
/// </summary>
public sealed class CoverageGuided(ulong seed) : Strategy
{
    /// <summary>Prefixes kept; the oldest gives way.</summary>
    public const int PoolSize = 128;

    /// <summary>Of so many executions, one is a random walk from the start.</summary>
    const uint FreshEvery = 4;

    readonly record struct Prefix(byte[] Picks);

    readonly Prefix[] pool = new Prefix[PoolSize];
    RandomBits random;
    byte[] picks = new byte[1024], followed = [];
    int count, follow, redo;
    long kept;

    public override string Name => "coverage";

    public override bool NeedsCoverage => true;

    public override string Bounds => $"{Math.Min(kept, PoolSize)} prefixes kept of {kept}";

    public override bool Begin(long execution)
    {
        random = RandomBits.For(seed, execution);
        count = follow = 0;
        redo = -1;
        if (kept == 0 || random.Below(FreshEvery) == 0) return true;
        followed = pool[random.Below((uint)Math.Min(kept, PoolSize))].Picks;
        // Rather late than early: what the prefix is worth keeping for is at its end.
        uint length = (uint)followed.Length + 1;
        follow = (int)Math.Max(random.Below(length), random.Below(length));
        if ((random.Next() & 1) != 0) redo = (int)random.Below(length);
        return true;
    }

    public override int Choose(in ChoicePoint point, Engine engine)
    {
        int pick = count < follow && count != redo && (point.Enabled >> followed[count] & 1) != 0 ? followed[count]
            : point.Kind == ChoiceKind.Schedule ? random.OneOf(point.Enabled) : random.RarelyUnplain(point);
        if (count == picks.Length) Array.Resize(ref picks, 2 * count);
        picks[count++] = (byte)pick;
        return pick;
    }

    public override void End(Engine engine)
    {
        if (engine.Coverage.FreshInExecution == 0) return;
        pool[kept++ % PoolSize] = new(picks[..(int)engine.Coverage.LastFreshPosition]);
    }
}
