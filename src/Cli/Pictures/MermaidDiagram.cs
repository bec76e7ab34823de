using System.Globalization;
using System.Text;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Cli.Pictures;

/// <summary>
/// A picture as a Mermaid sequence diagram, for documents and issue threads that draw them. Only the steps around what matters: such a diagram has no way to fold
/// others away, and hosts refuse long ones.
/// </summary>
internal static class MermaidDiagram
{
    /// <summary>Steps shown before and after one that matters, and all of them at most.</summary>
    const int Before = 6, After = 2, Most = 160;

    public static string Of(FailurePicture picture)
    {
        var text = new StringBuilder("sequenceDiagram\n");
        for (int lane = 0; lane < picture.Trace.Lanes.Count; lane++)
            text.Append(CultureInfo.InvariantCulture, $"    participant L{lane} as {Escaped(picture.Trace.Lanes[lane].Name)}\n");
        string all = $"L0,L{Math.Max(0, picture.Trace.Lanes.Count - 1)}";
        text.Append(CultureInfo.InvariantCulture, $"    Note over {all}: {Escaped($"{picture.Monitor} / {picture.Rule}: {picture.Message}")}\n");
        int left = 0;
        var shown = Shown(picture);
        foreach (var each in picture.Trace.Events)
        {
            if (!shown.Contains(each.Number) && each.Kind != TraceKind.Begins)
            {
                left++;
                continue;
            }
            Left(text, all, ref left);
            Step(text, picture, each, all);
        }
        Left(text, all, ref left);
        return text.Append(CultureInfo.InvariantCulture, $"    Note over {all}: {Escaped(picture.Replay)}\n").ToString();
    }

    static HashSet<int> Shown(FailurePicture picture)
    {
        var events = picture.Trace.Events;
        var marked = (picture.Trace.Failure?.Reasons.Select(reason => reason.Event) ?? []).Concat(picture.Choices.Select(choice => choice.Event).Where(number => number >= 0))
            .Append(events.Count - 1).Distinct().OrderDescending();
        HashSet<int> shown = [];
        foreach (int number in marked)
        {
            for (int at = Math.Max(0, number - Before); at <= Math.Min(events.Count - 1, number + After); at++)
            {
                if (shown.Count < Most) shown.Add(at);
            }
        }
        return shown;
    }

    static void Left(StringBuilder text, string all, ref int left)
    {
        if (left > 0) text.Append(CultureInfo.InvariantCulture, $"    Note over {all}: {left} {(left == 1 ? "step" : "steps")} left out\n");
        left = 0;
    }

    static void Step(StringBuilder text, FailurePicture picture, TraceEvent each, string all)
    {
        var failure = picture.Trace.Failure;
        bool isPair = each.Number == failure?.At || each.Number == failure?.Other;
        if (isPair) text.Append("    rect rgb(253, 214, 220)\n");
        string label = Escaped($"{each.Number} {picture.Words[each.Number].Label}"), from = $"L{Math.Max(0, each.Lane)}", to = $"L{each.Target}";
        text.Append("    ").Append(each.Target < 0 || each.Target == each.Lane
            ? each.Kind switch
            {
                TraceKind.Begins => $"Note over {all}: {Escaped($"{each.Agent} begins: {picture.Words[each.Number].Label}")}",
                TraceKind.Failure => $"Note over {from}: {Escaped("wrong: " + each.Text)}",
                _ => $"Note over {from}: {label}",
            }
            : each.Kind switch
            {
                TraceKind.Load or TraceKind.RegisterRead => $"{to}-->>{from}: {label}",
                TraceKind.InterruptTaken => $"{to}-){from}: {label}",
                TraceKind.PostedWrite or TraceKind.Arrival or TraceKind.InterruptRaised or TraceKind.InterruptLowered => $"{from}-){to}: {label}",
                _ => $"{from}->>{to}: {label}",
            }).Append('\n');
        if (failure?.Reasons.FirstOrDefault(reason => reason.Event == each.Number) is { } why && each.Kind != TraceKind.Failure)
            text.Append(CultureInfo.InvariantCulture, $"    Note over {from}: {Escaped(why.Words)}\n");
        if (isPair) text.Append("    end\n");
    }

    /// <summary>Text that no line of Mermaid is ended or changed by: all but plain characters as numbers.</summary>
    static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || " .,()[]+-/='_→…|:@*".Contains(rune.ToString(), StringComparison.Ordinal)) escaped.Append(rune);
            else if (Rune.IsWhiteSpace(rune)) escaped.Append(' ');
            else escaped.Append(CultureInfo.InvariantCulture, $"#{rune.Value};");
        }
        return escaped.ToString();
    }
}
