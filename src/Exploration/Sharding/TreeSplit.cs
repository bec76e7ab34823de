namespace Ringcheck.Exploration;

/// <summary>
/// Cuts the tree of a depth-first search: a part is all executions that begin with the same choices. The number of those is raised from 1 until there are
/// enough parts that shards get about equal shares. An execution that ends sooner is a part of its own.
/// </summary>
internal sealed class TreeSplit(Pruning pruning, int maxDeviations, Counted counted)
{
    /// <summary>Enough for some tens of shards; it does not depend on how many there are, so that neither does the numbering.</summary>
    public const int Wanted = 512;

    /// <summary>A tree that is still narrow after so many choices is cut there: finding its parts must stay cheap.</summary>
    public const int LongestPrefix = 64;

    Exhaustive scout = new(pruning, maxDeviations, counted) { DepthLimit = 1 };
    List<Exhaustive.Entry[]> prefixes = [];
    bool wasCut;

    /// <summary>How each part begins, by its number; complete once <see cref="IsDone"/>.</summary>
    public IReadOnlyList<Exhaustive.Entry[]> Prefixes => prefixes;

    public bool IsDone { get; private set; }

    /// <summary>True if the bound on deviations cut something off before any part.</summary>
    public bool WasBounded => scout.WasBounded;

    /// <summary>Starts the next scouting execution. False: the parts are known.</summary>
    public bool Begin()
    {
        Collect();
        while (!scout.Begin(0))
        {
            if (!wasCut || prefixes.Count >= Wanted || scout.DepthLimit == LongestPrefix)
            {
                IsDone = true;
                return false;
            }
            scout = new(pruning, maxDeviations, counted) { DepthLimit = scout.DepthLimit + 1 };
            prefixes = [];
            wasCut = false;
        }
        return true;
    }

    public int Choose(in ChoicePoint point, Engine engine) => scout.Choose(point, engine);

    /// <summary>The execution that has just ended: the beginning of a part, unless its state was seen on the way.</summary>
    void Collect()
    {
        if (scout.IsFresh || scout.HasPruned) return;
        wasCut |= scout.IsAtLimit;
        prefixes.Add(scout.Prefix());
    }
}
