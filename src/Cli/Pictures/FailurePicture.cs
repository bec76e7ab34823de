using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Reports;
using Ringcheck.Models.Rules;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Cli.Pictures;

/// <summary>All that a picture of an execution shows, whatever it is drawn with. As JSON, its members are described in docs/pictures.md.</summary>
internal sealed record FailurePicture
{
    public const string FormatName = "ringcheck-picture";

    public const int CurrentVersion = 1;

    public string Format { get; } = FormatName;

    public int Version { get; } = CurrentVersion;

    /// <summary>The command that shows the execution again.</summary>
    public required string Replay { get; init; }

    public required string Scenario { get; init; }

    public required string Profile { get; init; }

    public required string Memory { get; init; }

    /// <summary>Museum exhibit, or empty.</summary>
    public required string Exhibit { get; init; }

    /// <summary>Monitor and rule; empty if nothing was found.</summary>
    public required string Monitor { get; init; }

    public required string Rule { get; init; }

    public required string Message { get; init; }

    public required string Mend { get; init; }

    public required IReadOnlyList<ClausePicture> Clauses { get; init; }

    /// <summary>Lines for people; of memory ordering only.</summary>
    public required IReadOnlyList<string> Explanation { get; init; }

    /// <summary>The program, in the standard's words.</summary>
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>What was not plain.</summary>
    public required IReadOnlyList<ChoicePicture> Choices { get; init; }

    public required ExecutionTrace Trace { get; init; }

    /// <summary>Each event of the trace in words.</summary>
    public IReadOnlyList<EventWords> Words { get; private init; } = [];

    public static FailurePicture Of(Finding finding, ExecutionTrace trace)
    {
        var picture = WithoutWords(finding, trace);
        return picture with { Words = [.. trace.Events.Select(each => EventWords.Of(each, picture))] };
    }

    static FailurePicture WithoutWords(Finding finding, ExecutionTrace trace) => new()
    {
        Replay = $"ringcheck replay {finding.Replay}",
        Scenario = finding.Replay!.Scenario,
        Profile = finding.Replay.Profile,
        Memory = finding.Replay.Memory,
        Exhibit = finding.Replay.Exhibit,
        Monitor = finding.Violation.Monitor,
        Rule = finding.Violation.Rule,
        Message = finding.Violation.Message,
        Mend = finding.Violation.Mend,
        Clauses = [.. finding.Violation.Clauses.Select(ClausePicture.Of)],
        Explanation = finding.Violation.Explanation,
        Operations = finding.Operations,
        Choices = [.. finding.Replay.Choices.Zip(finding.Choices, (choice, words) => ChoicePicture.Of(choice.ToString(), words, trace))],
        Trace = trace,
    };
}

/// <summary>A clause of the standard in our own words.</summary>
/// <param name="Where">Section and title.</param>
/// <param name="Strength">MUST, SHOULD and so on.</param>
internal sealed record ClausePicture(string Id, string Where, string Strength, string Words)
{
    public static ClausePicture Of(string id) => ClauseTable.Find(id) is { } clause
        ? new(id, $"virtio 1.4, {clause.Section} {clause.Title}", clause.Strength, clause.Summary)
        : new(id, "", "", "");
}

/// <summary>A choice that was not the plain one.</summary>
/// <param name="Key">As replay strings have it.</param>
/// <param name="Event">Where it shows in the trace, or -1.</param>
internal sealed record ChoicePicture(string Key, string Words, int Event)
{
    public static ChoicePicture Of(string key, string words, ExecutionTrace trace)
        => trace.Events.FirstOrDefault(each => each.ChoiceKey == key) is { } shown ? new(key, $"{shown.Agent}: {shown.Choice}", shown.Number) : new(key, words, -1);
}
