namespace Ringcheck.Exploration;

/// <summary>
/// The parts of an exploration whose executions are separated by their number: blocks of neighbouring numbers. Their size depends on the budget alone. Small
/// enough that shards and workers end at about the same time, large enough that what is done for each block does not show.
/// </summary>
internal readonly struct Blocks(long executions)
{
    const long Wanted = 1024, Least = 64, Most = 1 << 16;

    public long Size { get; } = Math.Clamp((executions / Wanted) + 1, Least, Most);

    public long First(long part) => part > executions / Size ? executions : part * Size;

    public long End(long part) => First(part + 1);

    /// <summary>How many executions a shard has: the sum of its blocks.</summary>
    public long Share(Shard shard)
    {
        if (executions == long.MaxValue) return executions;
        long full = executions / Size, mine = (full / shard.Of) + (full % shard.Of >= shard.Index ? 1 : 0);
        return (mine * Size) + (shard.Has(full) ? executions % Size : 0);
    }
}
