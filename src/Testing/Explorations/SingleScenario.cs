using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>A scenario of somebody's own as a catalog of one, so that it is explored, shrunk and replayed like the shipped ones.</summary>
/// <param name="name">What replay lines call it: no colon and no space.</param>
/// <param name="make">Builds it; called more than once.</param>
public sealed class SingleScenario(string name, Func<IScenario> make) : IScenarioCatalog
{
    public const string Profile = "own";

    public IReadOnlyList<ScenarioInfo> Scenarios { get; } =
        [new(IsName(name) ? name : throw new BadInputException($"'{name}' cannot be in a replay line: a scenario's name has letters, digits, '-', '_' and '.' only"), "", [Profile], InTour: false)];

    static bool IsName(string text) => text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <inheritdoc/>
    /// <remarks>Profile and memory are the scenario's own business: they are in the replay line as they were asked for, and change nothing.</remarks>
    public IScenario Create(string name, string profile, string memory)
        => name == Scenarios[0].Name ? make() : throw new ArgumentException($"there is no scenario '{name}' here, only '{Scenarios[0].Name}'");
}
