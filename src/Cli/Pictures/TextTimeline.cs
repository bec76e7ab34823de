using System.Globalization;
using System.Text;
using Ringcheck.Models.Ownership;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Cli.Pictures;

/// <summary>A picture as text: all steps, one a line, and the queues where it matters.</summary>
internal static class TextTimeline
{
    const string Clash = ">>", Matters = " >", Unusual = " *", Plain = "  ";

    public static string Of(FailurePicture picture)
    {
        var text = new StringBuilder();
        Head(text, picture);
        Steps(text, picture);
        text.AppendLine().AppendLine(picture.Replay);
        return text.ToString().ReplaceLineEndings("\n");
    }

    static void Head(StringBuilder text, FailurePicture picture)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"{picture.Monitor} / {picture.Rule}").AppendLine(picture.Message).AppendLine();
        foreach (var clause in picture.Clauses) text.AppendLine(CultureInfo.InvariantCulture, $"clause {clause.Id} ({clause.Where}, {clause.Strength}): {clause.Words}");
        text.AppendLine(CultureInfo.InvariantCulture, $"mend   {picture.Mend}").AppendLine();
        foreach (string line in picture.Explanation) text.AppendLine(line);
        if (picture.Explanation.Count > 0) text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"scenario {picture.Scenario}, {picture.Profile} device, memory {picture.Memory}{(picture.Exhibit.Length > 0 ? $", exhibit {picture.Exhibit}" : "")}");
        for (int i = 0; i < picture.Operations.Count; i++) text.AppendLine(CultureInfo.InvariantCulture, $"  {i + 1,2}. {picture.Operations[i]}");
        foreach (var choice in picture.Choices) text.AppendLine(CultureInfo.InvariantCulture, $"   * {choice.Words}  [{choice.Key}]");
        text.AppendLine().AppendLine($"steps ({Clash} clash, {Matters.Trim()} matters, {Unusual.Trim()} unusual)");
    }

    static void Steps(StringBuilder text, FailurePicture picture)
    {
        if (picture.Trace.LeftOut > 0) text.AppendLine(CultureInfo.InvariantCulture, $"   {picture.Trace.LeftOut} earlier steps are left out");
        var failure = picture.Trace.Failure;
        var reasons = failure?.Reasons.ToDictionary(reason => reason.Event, reason => reason.Words) ?? [];
        int width = picture.Trace.Lanes.Max(lane => lane.Name.Length);
        foreach (var each in picture.Trace.Events)
        {
            var words = picture.Words[each.Number];
            if (each.Kind == TraceKind.Begins)
            {
                text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{each.Agent}: {words.Label}");
                continue;
            }
            bool isPair = each.Number == failure?.At || each.Number == failure?.Other;
            string mark = isPair ? Clash : reasons.ContainsKey(each.Number) ? Matters : each.Choice.Length > 0 ? Unusual : Plain;
            string lane = each.Lane >= 0 ? picture.Trace.Lanes[each.Lane].Name : each.Agent;
            text.AppendLine(CultureInfo.InvariantCulture, $"{mark} {each.Number,5}  {lane.PadRight(width)}  {words.Sentence}");
            if (reasons.TryGetValue(each.Number, out string? why)) text.AppendLine(CultureInfo.InvariantCulture, $"{"",8}  {"".PadRight(width)}  ^ {why}");
            if (isPair) Queues(text, picture, each);
        }
    }

    static void Queues(StringBuilder text, FailurePicture picture, TraceEvent at)
    {
        foreach (int place in at.Queues)
        {
            var queue = picture.Trace.Queues[place];
            text.AppendLine(CultureInfo.InvariantCulture, $"          | queue {queue.Number} of {queue.Device}: avail.idx {queue.AvailableIndex}, taken to {queue.Taken}; used.idx {queue.UsedIndex}, seen to {queue.Seen}");
            for (int id = 0; id < queue.Descriptors.Count; id++)
            {
                var descriptor = queue.Descriptors[id];
                if (descriptor.Head < 0) continue;
                text.AppendLine(CultureInfo.InvariantCulture, $"          |   desc[{id}] in chain {descriptor.Head}, {OwnerWords(descriptor.Owner)}: 0x{descriptor.Address:x}, {descriptor.Length} bytes");
            }
        }
    }

    static string OwnerWords(Owner owner) => owner switch
    {
        Owner.Available => "published",
        Owner.Device => "with the device",
        Owner.Used => "returned, not seen",
        _ => "the driver's",
    };
}
