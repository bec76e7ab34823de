using Ringcheck.Models.Rules;
using Ringcheck.Models.Tracing;
using Ringcheck.Museum;

namespace Ringcheck.Testing.Pictures;

/// <summary>All that a picture of a failure shows, whatever it is drawn with. As JSON, its members are described in docs/pictures.md.</summary>
public sealed record FailurePicture
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

    /// <summary>What the exhibit is, or empty.</summary>
    public string ExhibitTitle { get; private init; } = "";

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
    public IReadOnlyList<ChoicePicture> Choices { get; private init; } = [];

    public required ExecutionTrace Trace { get; init; }

    /// <summary>Each event of the trace in words.</summary>
    public IReadOnlyList<EventWords> Words { get; private init; } = [];

    public static FailurePicture Of(Finding finding, ExecutionTrace trace)
    {
        EventWords[] words = [.. trace.Events.Select(each => EventWords.Of(each, finding.Operations, finding.Violation.Rule))];
        foreach (var each in trace.Events.Where(each => each.Kind == TraceKind.Choice)) words[each.Number] = words[each.Number] with { Sentence = ChoicePicture.WordsOf(each, trace, words) };
        return new()
        {
            Replay = $"ringcheck replay {finding.Replay}",
            Scenario = finding.Replay!.Scenario,
            Profile = finding.Replay.Profile,
            Memory = finding.Replay.Memory,
            Exhibit = finding.Replay.Exhibit,
            ExhibitTitle = finding.Replay.Exhibit.Length == 0 ? "" : ExhibitCollection.Shipped().FirstOrDefault(each => each.Id == finding.Replay.Exhibit)?.Title ?? "",
            Monitor = finding.Violation.Monitor,
            Rule = finding.Violation.Rule,
            Message = finding.Violation.Message,
            Mend = finding.Violation.Mend,
            Clauses = [.. finding.Violation.Clauses.Select(ClausePicture.Of)],
            Explanation = finding.Violation.Explanation,
            Operations = finding.Operations,
            Choices = [.. finding.Replay.Choices.Zip(finding.Choices, (choice, known) => ChoicePicture.Of(choice.ToString(), known, trace, words))],
            Trace = trace,
            Words = words,
        };
    }
}

/// <summary>A clause of the standard in our own words.</summary>
/// <param name="Where">Section and title.</param>
/// <param name="Strength">MUST, SHOULD and so on.</param>
public sealed record ClausePicture(string Id, string Where, string Strength, string Words)
{
    public static ClausePicture Of(string id) => ClauseTable.Find(id) is { } clause
        ? new(id, $"virtio 1.4, {clause.Section} {clause.Title}", clause.Strength, clause.Summary)
        : new(id, "", "", "");
}

/// <summary>A choice that was not the plain one.</summary>
/// <param name="Key">As replay strings have it.</param>
/// <param name="Event">Where it shows in the trace, or -1.</param>
public sealed record ChoicePicture(string Key, string Words, int Event)
{
    /// <summary>A choice in the words of the trace, if it shows there.</summary>
    /// <param name="known">What can be said of it without the trace.</param>
    public static ChoicePicture Of(string key, string known, ExecutionTrace trace, IReadOnlyList<EventWords> words)
        => trace.Events.FirstOrDefault(each => each.ChoiceKey == key) is { } shown ? new(key, EventWords.Short(words[shown.Number].Sentence), shown.Number) : new(key, known, -1);

    /// <summary>Of whose turn it is: what is done first, and what has to wait. Of a device: what it does.</summary>
    public static string WordsOf(TraceEvent choice, ExecutionTrace trace, IReadOnlyList<EventWords> words)
    {
        if (choice.Held.Length == 0) return $"{EventWords.Who(choice.Agent)} {choice.Choice}";
        var first = trace.Events.Skip(choice.Number).FirstOrDefault(each => IsStepOf(each, choice.Agent));
        var held = trace.Events.Skip(choice.Number).FirstOrDefault(each => IsStepOf(each, choice.Held));
        string begin = first is null ? choice.Choice : EventWords.Short(words[first.Number].Sentence);
        return held is null ? $"{begin}, and {EventWords.Who(choice.Held)} does nothing more" : $"{begin}, before {EventWords.Short(words[held.Number].Sentence)}";
    }

    static bool IsStepOf(TraceEvent each, string agent)
        => each.Kind is not (TraceKind.Choice or TraceKind.Begins or TraceKind.Woken or TraceKind.InterruptLowered) && each.Agent == agent;
}
