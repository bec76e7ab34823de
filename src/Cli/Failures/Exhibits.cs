using Ringcheck.Exploration;
using Ringcheck.Museum;

namespace Ringcheck.Cli.Failures;

/// <summary>Where the scenarios of a failure come from that was found in a museum exhibit.</summary>
internal static class Exhibits
{
    /// <summary>Null if no shipped exhibit has this id. Throws <see cref="CommandException"/> if it cannot be built.</summary>
    public static IScenarioCatalog? CatalogFor(string id)
    {
        try
        {
            return ExhibitCollection.Shipped().Any(exhibit => exhibit.Id == id) ? ExhibitCatalogs.CatalogFor(id) : null;
        }
        catch (ExhibitException exception)
        {
            throw CommandException.BadUsage(exception.Message);
        }
    }
}
