using Ringcheck.Cli.Terminal;
using Ringcheck.Exploration;
using Ringcheck.Models;
using Ringcheck.Scenarios;

namespace Ringcheck.Cli;

/// <summary>All that a command takes from outside, so that tests run commands in process.</summary>
/// <param name="Console">Where it writes, and what it is told by the user meanwhile.</param>
/// <param name="Catalog">The shipped scenarios.</param>
/// <param name="Folder">Where trace files go; relative file names of the user are relative to it.</param>
internal sealed record CliContext(IConsoleHost Console, IScenarioCatalog Catalog, string Folder)
{
    /// <summary>
    /// The scenarios over the edited sources of a museum exhibit, or null if there is no such exhibit. Throws
    /// <see cref="CommandException"/> if it exists and cannot be built.
    /// </summary>
    public Func<string, IScenarioCatalog?> ExhibitCatalog { get; init; } = static _ => null;

    /// <summary>What <c>check</c> can check.</summary>
    public IReadOnlyList<CatalogModel> Models { get; init; } = ModelCatalog.All;

    /// <summary>Wall-clock seconds that the shrinking of one failure may take; what it has by then is reported.</summary>
    public double ShrinkSeconds { get; init; } = 60;

    /// <summary>The day that is written into what is kept.</summary>
    public Func<DateOnly> Today { get; init; } = static () => DateOnly.FromDateTime(DateTime.UtcNow);

    public CancellationToken Cancellation => Console.Cancellation;

    /// <summary>The catalog that a replay with this exhibit field ("" for none) runs on.</summary>
    public IScenarioCatalog CatalogFor(string exhibit) => exhibit.Length == 0
        ? Catalog
        : BarrierReplacement.IsOne(exhibit) ? Weakened(exhibit) : ExhibitCatalog(exhibit) ?? throw CommandException.BadUsage($"this failure belongs to museum exhibit '{exhibit}', which this ringcheck does not have");

    /// <summary>The shipped scenarios with other instructions at some barrier sites.</summary>
    WeakenedCatalog Weakened(string replacement)
    {
        try
        {
            return new(Catalog, BarrierReplacement.Parse(replacement));
        }
        catch (ArgumentException exception)
        {
            throw CommandException.BadUsage(exception.Message);
        }
    }
}
