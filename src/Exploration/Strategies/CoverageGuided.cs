namespace Ringcheck.Exploration;

/// <summary>
/// Greybox fuzzing of schedules (Wolff et al., "Greybox fuzzing for concurrency testing", ASPLOS 2024), rewarded by states of a model (Gulcan et
/// al., "Model-guided fuzzing of distributed systems", 2024): the choices up to where an execution reached a new model state, or met a rule's premise for the
/// first time, are kept in a pool of bounded size. Later executions take up one of them or a part of it, make a choice in it anew or none, and go on as a random walk. What
/// an execution does depends on those before it, so there is one worker; the seed alone decides all of it. Each shard learns from its own executions.
/// </summary>
public sealed class CoverageGuided(ulong seed) : Strategy
{
    /// <summary>Prefixes kept; the oldest gives way.</summary>
    public const int PoolSize = 128;

    /// <summary>Of so many executions, one is a random walk from the start.</summary>
    const uint FreshEvery = 2;

    /// <summary>Half of the prefixes taken up are of the latest ones: new ground is near there.</summary>
    const uint Newest = 8;

    /// <summary>Of so many prefixes taken up, one has a choice in it made anew.</summary>
    const uint RedoEvery = 4;

    readonly record struct Prefix(byte[] Picks);

    readonly Prefix[] pool = new Prefix[PoolSize];
    RandomBits random;
    byte[] picks = new byte[1024], followed = [];
    int count, follow, redo;
    long kept;

    public override string Name => "coverage";

    public override bool NeedsCoverage => true;

    public override bool IsNumbered => true;

    public override bool CanSave => true;

    public override string Bounds => $"{Math.Min(kept, PoolSize)} prefixes kept of {kept}";

    public override bool Begin(long execution)
    {
        random = RandomBits.For(seed, execution);
        count = follow = 0;
        redo = -1;
        if (kept == 0 || random.Below(FreshEvery) == 0) return true;
        uint size = (uint)Math.Min(kept, PoolSize), among = IsHeads() ? Math.Min(size, Newest) : size;
        followed = pool[(kept - 1 - random.Below(among)) % PoolSize].Picks;
        // Rather late than early: what the prefix is worth keeping for is at its end.
        uint length = (uint)followed.Length + 1;
        follow = (int)(IsHeads() ? length - 1 : random.Below(length));
        if (follow > 0 && random.Below(RedoEvery) == 0) redo = (int)random.Below((uint)follow);
        return true;
    }

    public override int Choose(in ChoicePoint point, Engine engine)
    {
        bool follows = count < follow && count != redo && (point.Enabled >> followed[count] & 1) != 0;
        bool leaves = count == follow || count == redo || point.Kind == ChoiceKind.Schedule; // where it leaves what is known, any way is as good
        int pick = follows ? followed[count] : leaves ? random.OneOf(point.Enabled) : random.RarelyUnplain(point);
        if (count == picks.Length) Array.Resize(ref picks, 2 * count);
        picks[count++] = (byte)pick;
        return pick;
    }

    bool IsHeads() => (random.Next() & 1) != 0;

    public override void End(Engine engine)
    {
        if (engine.Coverage.FreshInExecution == 0) return;
        pool[kept++ % PoolSize] = new(picks[..(int)engine.Coverage.LastFreshPosition]);
    }

    public override void Save(BinaryWriter to)
    {
        to.Write(kept);
        foreach (var prefix in pool.AsSpan(0, (int)Math.Min(kept, PoolSize)))
        {
            to.Write(prefix.Picks.Length);
            to.Write(prefix.Picks);
        }
    }

    public override void Load(BinaryReader from)
    {
        kept = from.ReadInt64();
        for (int i = 0; i < Math.Min(kept, PoolSize); i++) pool[i] = new(from.ReadBytes(from.ReadInt32()));
    }
}
