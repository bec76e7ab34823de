using System.Text.Json;
using System.Text.RegularExpressions;
using Ringcheck.Models.Tracing;
using Ringcheck.Testing;
using Ringcheck.Testing.Pictures;
using Xunit;

namespace Ringcheck.Tests.Pages;

/// <summary>The picture as text, as a Mermaid diagram and as JSON.</summary>
[Collection(PageTests.Name)]
public sealed partial class DocumentTests(ExhibitFindings findings)
{
    public static TheoryData<string> Exhibits => [ExhibitFindings.Ownership, ExhibitFindings.Ordering, ExhibitFindings.Interrupt];

    [Theory]
    [MemberData(nameof(Exhibits))]
    public void Text_HasEachStepOnce_AndMarksThePair(string exhibit)
    {
        var picture = findings.PictureOf(exhibit);
        string[] lines = TextTimeline.Of(picture).Split('\n');
        int[] numbers = [.. lines.Select(line => StepLine().Match(line)).Where(match => match.Success).Select(match => int.Parse(match.Groups["number"].Value))];
        Assert.Equal(picture.Trace.Events.Where(each => each.Kind != TraceKind.Begins).Select(each => each.Number), numbers);
        var failure = picture.Trace.Failure!;
        Assert.Equal(new[] { failure.At, failure.Other }.Order(), lines.Where(line => line.StartsWith(">> ")).Select(line => int.Parse(line[3..].TrimStart().Split(' ')[0])));
        foreach (var reason in failure.Reasons) Assert.Contains(lines, line => line.EndsWith("^ " + reason.Words));
        Assert.Contains(picture.Replay, lines);
        foreach (string operation in picture.Operations) Assert.Contains(lines, line => line.EndsWith(". " + operation));
    }

    /// <summary>A step's line: its mark, its number, its lane.</summary>
    [GeneratedRegex(@"^(>>| >| \*|  ) +(?<number>\d+)  \S", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StepLine();

    [Theory]
    [MemberData(nameof(Exhibits))]
    public void Mermaid_IsASequenceDiagram_AndMarksThePair(string exhibit)
    {
        var picture = findings.PictureOf(exhibit);
        string[] lines = MermaidDiagram.Of(picture).TrimEnd('\n').Split('\n');
        Assert.Equal("sequenceDiagram", lines[0]);
        Assert.All(lines.Skip(1), line => Assert.Matches(MermaidLine(), line));
        int participants = lines.Count(line => line.StartsWith("    participant "));
        Assert.Equal(picture.Trace.Lanes.Count, participants);
        Assert.All(LaneName().Matches(string.Join('\n', lines)).Select(match => int.Parse(match.Groups["lane"].Value)), lane => Assert.InRange(lane, 0, participants - 1));
        string[] marked = Marked(lines);
        Assert.Equal(2, marked.Length);
        Assert.Contains(marked, line => line.Contains($": {picture.Trace.Failure!.At} "));
        Assert.Contains(marked, line => line.Contains($": {picture.Trace.Failure!.Other} "));
        Assert.InRange(lines.Length, 20, 300); // hosts of Mermaid refuse long ones
    }

    /// <summary>First lines of the coloured rectangles, each of which is closed again.</summary>
    static string[] Marked(string[] lines)
    {
        List<string> marked = [];
        bool isOpen = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() == "end")
            {
                Assert.True(isOpen);
                isOpen = false;
            }
            if (!lines[i].TrimStart().StartsWith("rect ")) continue;
            Assert.False(isOpen);
            isOpen = true;
            marked.Add(lines[i + 1]);
        }
        Assert.False(isOpen);
        return [.. marked];
    }

    /// <summary>What a line may be. Texts hold no character with a meaning of its own but as a number: <c>#59;</c>.</summary>
    [GeneratedRegex(@"^    (participant L\d+ as (?<text>[^;#]*)|Note over L\d+(,L\d+)?: ([^;#<>%{}]|#\d+;)*|rect rgb\(\d+, \d+, \d+\)|end|L\d+(->>|-->>|-\))L\d+: ([^;#<>%{}]|#\d+;)*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MermaidLine();

    [GeneratedRegex(@"(?<![\w.])L(?<lane>\d+)(?=->|--|-\)|,|:)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LaneName();

    [Theory]
    [MemberData(nameof(Exhibits))]
    public void Json_HoldsWhatThePageShows_AndItsNumbersAgree(string exhibit)
    {
        var picture = findings.PictureOf(exhibit);
        var root = JsonDocument.Parse(PictureJson.Of(picture)).RootElement;
        Assert.Equal(FailurePicture.FormatName, root.GetProperty("format").GetString());
        Assert.Equal(FailurePicture.CurrentVersion, root.GetProperty("version").GetInt32());
        Assert.Equal(picture.Replay, root.GetProperty("replay").GetString());
        var trace = root.GetProperty("trace");
        var events = trace.GetProperty("events");
        int count = events.GetArrayLength(), lanes = trace.GetProperty("lanes").GetArrayLength(), queues = trace.GetProperty("queues").GetArrayLength();
        Assert.Equal(count, root.GetProperty("words").GetArrayLength());
        for (int i = 0; i < count; i++)
        {
            var each = events[i];
            Assert.Equal(i, each.GetProperty("number").GetInt32());
            Assert.InRange(each.GetProperty("lane").GetInt32(), -1, lanes - 1);
            Assert.InRange(each.GetProperty("target").GetInt32(), -1, lanes - 1);
            Assert.InRange(each.GetProperty("source").GetInt32(), -1, i - 1);
            Assert.InRange(each.GetProperty("issue").GetInt32(), -1, i - 1);
            Assert.All(each.GetProperty("queues").EnumerateArray(), place => Assert.InRange(place.GetInt32(), 0, queues - 1));
            Assert.True(Enum.TryParse<TraceKind>(each.GetProperty("kind").GetString(), out _));
        }
        Assert.All(trace.GetProperty("failure").GetProperty("reasons").EnumerateArray(), reason => Assert.InRange(reason.GetProperty("event").GetInt32(), 0, count - 1));
    }
}
