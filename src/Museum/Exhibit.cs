namespace Ringcheck.Museum;

/// <summary>
/// One place in one source file that is put back to how it was wrong. <see cref="Before"/> is one or more whole lines and must occur in
/// the file exactly once.
/// </summary>
/// <param name="File">Path in the repository, under src/Kernel or src/Devices, with forward slashes.</param>
public sealed record SourceEdit(string File, string Before, string After);

/// <summary>A scenario in which an exhibit is to be found, and the device profile it runs with.</summary>
public sealed record ExhibitTarget(string Scenario, string Profile);

/// <summary>A historic bug, as edits to the sources of this product. <c>docs/museum.md</c> describes the file it is read from.</summary>
public sealed record Exhibit
{
    /// <summary>The memory of an exhibit that says nothing of memories.</summary>
    public const string SequentiallyConsistent = "sc";

    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>Where the bug was: project and commit.</summary>
    public required string Source { get; init; }

    /// <summary>In what the exhibit differs from history; empty if in nothing that matters.</summary>
    public string Adapted { get; init; } = "";

    /// <summary>Explored in this order until one finds the bug.</summary>
    public required IReadOnlyList<ExhibitTarget> Targets { get; init; }

    /// <summary>Strategy for a search that names none, or empty for the default one.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>Memories on which it must be found. The first is the one that it is shown on.</summary>
    public IReadOnlyList<string> FoundOn { get; init; } = [SequentiallyConsistent];

    /// <summary>Memories on which nothing may be found, since they keep the order that it misses. Of those that are in neither list, nothing is said.</summary>
    public IReadOnlyList<string> NotOn { get; init; } = [];

    /// <summary>Who must find it, as <c>monitor/rule</c> or <c>monitor</c>; empty if any will do.</summary>
    public IReadOnlyList<string> Monitors { get; init; } = [];

    public required IReadOnlyList<SourceEdit> Edits { get; init; }

    public bool IsExpected(string violationKey) => Monitors.Count == 0
        || Monitors.Any(monitor => violationKey == monitor || violationKey.StartsWith(monitor + "/", StringComparison.Ordinal));
}

/// <summary>An exhibit that cannot be used, or does not exist. The message is one line that names the exhibit or file.</summary>
public sealed class ExhibitException(string message) : Exception(message);
