namespace Ringcheck.Exploration;

/// <summary>
/// One step of a scenario's program, as plain data: what a failing sequence is made of, and what shrinking works on. Codes and
/// arguments mean what the scenario says they mean.
/// </summary>
public readonly record struct Operation(byte Code, uint A = 0, uint B = 0, uint C = 0);

/// <summary>
/// A premise that a run must have met, or it has shown nothing: counted over all executions, judged for the scenario.
/// </summary>
/// <param name="Name">In words: what happened.</param>
/// <param name="Count">How often.</param>
/// <param name="Required">True if a finished exploration that never met it is a failure (vacuity).</param>
public readonly record struct Premise(string Name, long Count, bool Required);

/// <summary>A program under test: built once, run many times, by one thread at a time.</summary>
public interface IScenario : IDisposable
{
    Engine Engine { get; }

    /// <summary>The program that <see cref="Run"/> carries out. Any subsequence is a legal program too.</summary>
    IReadOnlyList<Operation> Program { get; set; }

    /// <summary>Back to power-on, including <see cref="Engine.Reset"/>.</summary>
    void Reset(Strategy strategy);

    /// <summary>Runs the program to its end and checks the outcome; <see cref="Engine.Fail"/> reports.</summary>
    void Run();

    /// <summary>An operation in the standard's words.</summary>
    string Describe(Operation operation);

    /// <summary>Simpler operations that may take the place of one, simplest first.</summary>
    IEnumerable<Operation> Simpler(Operation operation);

    /// <summary>What two adjacent operations may be merged into, or null.</summary>
    Operation? Merge(Operation first, Operation second);

    /// <summary>Premises met since the scenario was built.</summary>
    IReadOnlyList<Premise> Premises { get; }

    /// <summary>What was right and more than is needed, since the scenario was built. Not failures.</summary>
    IReadOnlyList<Violation> Advice => [];

    /// <summary>The rules that <see cref="Coverage.Meet"/> numbers in this scenario, by number; one without a name has no meaning here.</summary>
    IReadOnlyList<WatchedRule> Rules => [];

    /// <summary>Bounds of this scenario, for reports: requests, ring size, payload pieces...</summary>
    string Bounds { get; }
}

/// <summary>What a scenario is, without building it.</summary>
public sealed record ScenarioInfo(string Name, string Summary, IReadOnlyList<string> Profiles, bool InTour)
{
    /// <summary>
    /// Profiles in which something is left out on purpose, from the worst to the shipped one: not explored for failures but compared, by how many
    /// executions fail. Empty for most.
    /// </summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>
    /// Profiles that are wrong on purpose, each in a way of its own, so that who watches can be seen to object: explored like any profile, but only by name.
    /// </summary>
    public IReadOnlyList<string> Wrong { get; init; } = [];

    /// <summary>Memories that its machine can have, by name; none given: all of them.</summary>
    public IReadOnlyList<string> Memories { get; init; } = [];

    /// <summary>Whether its machine can have a memory.</summary>
    public bool RunsOn(string memory) => Memories.Count == 0 || Memories.Contains(memory);

    /// <summary>Whether this scenario can be built with a profile.</summary>
    public bool Has(string profile) => Profiles.Contains(profile) || Variants.Contains(profile) || Wrong.Contains(profile);
}

/// <summary>
/// Where scenarios come from: implemented by the Scenarios assembly and called across assembly load contexts, so that the same
/// host runs the shipped scenarios and those of an exhibit.
/// </summary>
public interface IScenarioCatalog
{
    IReadOnlyList<ScenarioInfo> Scenarios { get; }

    /// <summary>Throws <see cref="ArgumentException"/> with one clear line for a name, profile or memory that does not exist.</summary>
    IScenario Create(string name, string profile, string memory);
}
