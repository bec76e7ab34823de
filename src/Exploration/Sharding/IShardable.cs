namespace Ringcheck.Exploration;

/// <summary>
/// A search of a tree that can be cut into parts. Which parts there are, and their numbers, depends on the program and on the search alone, never on
/// the machine, on time, or on how many shards there are: so shards need not talk to each other. Strategies whose executions are separated by their
/// number (<see cref="Strategy.IsNumbered"/>) need none of this.
/// </summary>
public interface IShardable
{
    /// <summary>
    /// True if what is done in a part depends on that part alone, so that the workers of one process may share the parts too. False if
    /// parts share what they have learnt (states seen): then a process has one worker, and only shards divide the parts.
    /// </summary>
    bool PartsShareNothing { get; }

    /// <summary>
    /// From here on only some parts are explored: those whose numbers <paramref name="next"/> gives, one a call, ascending. A number beyond the last
    /// part means that this search has ended. Called once, before the first <see cref="Strategy.Begin"/> and before <see cref="Strategy.Load"/>.
    /// </summary>
    void Restrict(Func<long> next);

    /// <summary>
    /// After <see cref="Strategy.Begin"/>: this execution only finds out where the parts begin. Every shard runs it, on a scenario of its own, and
    /// nothing in it counts.
    /// </summary>
    bool IsScouting { get; }

    /// <summary>
    /// After <see cref="Strategy.Begin"/>: the part of this execution. Parts are numbered from 0 in the order in which an undivided search comes to
    /// them, so that the failure of the lowest part is the one that it would have found.
    /// </summary>
    long Part { get; }
}
