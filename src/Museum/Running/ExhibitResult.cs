namespace Ringcheck.Museum;

/// <summary>What became of one exhibit, on each memory where it was looked for.</summary>
/// <param name="Searches">Not empty; the first is the one that the exhibit is shown by.</param>
public sealed record ExhibitResult(Exhibit Exhibit, IReadOnlyList<ExhibitSearch> Searches)
{
    /// <summary>The search that was shrunk, and that tables and replay lines are about.</summary>
    public ExhibitSearch Shown => Searches[0];

    /// <summary>Whether all is as the exhibit says: found where it must be, and nothing found where nothing may be.</summary>
    public bool IsAsExpected => Searches.All(search => search.IsAsExpected);

    public bool Interrupted => Searches.Any(search => search.Interrupted);

    /// <summary>Time spent exploring and shrinking.</summary>
    public double Seconds => Searches.Sum(search => search.Seconds);

    /// <summary>What is not as the exhibit says, a line for each memory; empty if all is.</summary>
    public IEnumerable<string> Surprises => Searches.Where(search => !search.IsAsExpected).Select(search => search.Words);
}
