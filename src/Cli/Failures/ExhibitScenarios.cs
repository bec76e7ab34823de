using Ringcheck.Exploration;
using Ringcheck.Museum;

namespace Ringcheck.Cli.Failures;

/// <summary>The scenarios of the shipped museum exhibits, for replays that name one.</summary>
internal static class ExhibitScenarios
{
    /// <summary>Throws <see cref="CommandException"/> if there is no such exhibit, or if it does not compile.</summary>
    public static IScenarioCatalog CatalogFor(string exhibit)
    {
        try
        {
            return ExhibitCatalogs.CatalogFor(exhibit);
        }
        catch (ExhibitException exception)
        {
            throw CommandException.BadUsage(exception.Message);
        }
    }
}
