using Ringcheck.Exploration;

namespace Ringcheck.Museum;

/// <summary>Scenarios by the exhibit that they run on: what a replay string of an exhibit needs.</summary>
public static class ExhibitCatalogs
{
    /// <summary>The scenarios over one exhibit's edits; stays loaded until the process ends.</summary>
    /// <param name="exhibitId">As in a replay string.</param>
    /// <param name="exhibits">Where to look for it; the shipped exhibits if null.</param>
    /// <exception cref="ExhibitException">There is no such exhibit, or it does not compile.</exception>
    public static IScenarioCatalog CatalogFor(string exhibitId, IReadOnlyList<Exhibit>? exhibits = null)
        => new ExhibitCompiler().Compile(ExhibitCollection.Select(exhibits ?? ExhibitCollection.Shipped(), [exhibitId])[0]).Catalog;
}
