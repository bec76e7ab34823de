using System.Buffers;

namespace Ringcheck.Tests.Deploy;

/// <summary>
/// Reads the part of YAML that our manifest is written in: documents, block mappings and sequences, plain, quoted and literal (<c>|</c>) scalars, and
/// flow sequences of scalars. Anything else is an error, so that what it reads is what a full reader would. Values are strings, lists and dictionaries.
/// </summary>
sealed class YamlText
{
    static readonly SearchValues<char> KeyLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    readonly List<(int Indent, string Text, int Number)> lines = [];
    int at;

    YamlText(IEnumerable<(string Line, int Number)> document)
    {
        foreach (var (line, number) in document) lines.Add((line.Length - line.TrimStart(' ').Length, line.TrimEnd(), number));
    }

    /// <summary>The documents of a file. Throws <see cref="FormatException"/> with the number of a line that cannot be read.</summary>
    public static List<object> Documents(string text)
    {
        var documents = new List<object>();
        var part = new List<(string, int)>();
        int number = 0;
        foreach (string line in text.Split('\n').Append("---"))
        {
            number++;
            if (line.Contains('\t')) throw new FormatException($"line {number}: a tab");
            if (line.TrimEnd() != "---")
            {
                part.Add((line, number));
                continue;
            }
            var reader = new YamlText(part);
            reader.SkipEmpty();
            if (reader.at < reader.lines.Count) documents.Add(reader.Whole());
            part.Clear();
        }
        return documents;
    }

    object Whole()
    {
        object value = Block(lines[at].Indent);
        SkipEmpty();
        return at == lines.Count ? value : throw Unexpected();
    }

    FormatException Unexpected() => new($"line {lines[at].Number}: not expected here: '{lines[at].Text.Trim()}'");

    void SkipEmpty()
    {
        while (at < lines.Count && (lines[at].Text.Trim().Length == 0 || lines[at].Text.TrimStart().StartsWith('#'))) at++;
    }

    object Block(int indent)
    {
        SkipEmpty();
        return lines[at].Text.AsSpan(indent).StartsWith("- ") ? Sequence(indent) : Mapping(indent);
    }

    List<object> Sequence(int indent)
    {
        var items = new List<object>();
        for (SkipEmpty(); at < lines.Count && lines[at].Indent == indent && lines[at].Text.AsSpan(indent).StartsWith("- "); SkipEmpty())
        {
            string item = lines[at].Text[(indent + 2)..];
            if (IsEntry(item))
            {
                // The mapping begins on the line of the dash.
                lines[at] = (indent + 2, new string(' ', indent + 2) + item, lines[at].Number);
                items.Add(Mapping(indent + 2));
            }
            else items.Add(Value(item, indent));
        }
        return items;
    }

    Dictionary<string, object> Mapping(int indent)
    {
        var entries = new Dictionary<string, object>();
        for (SkipEmpty(); at < lines.Count && lines[at].Indent == indent; SkipEmpty())
        {
            string line = lines[at].Text[indent..];
            if (!IsEntry(line)) throw Unexpected();
            int colon = line.IndexOf(':');
            if (!entries.TryAdd(line[..colon], "")) throw new FormatException($"line {lines[at].Number}: '{line[..colon]}' is there twice");
            entries[line[..colon]] = Value(line[(colon + 1)..].Trim(), indent);
        }
        if (at < lines.Count && lines[at].Indent > indent) throw Unexpected();
        return entries;
    }

    /// <summary>A key of letters and a colon that ends the line or is followed by a space.</summary>
    static bool IsEntry(string text)
    {
        int colon = text.IndexOf(':');
        return colon > 0 && text.AsSpan(0, colon).IndexOfAnyExcept(KeyLetters) < 0
            && (colon == text.Length - 1 || text[colon + 1] == ' ');
    }

    object Value(string text, int indent)
    {
        if (text.Length == 0)
        {
            at++;
            SkipEmpty();
            bool isSequence = at < lines.Count && lines[at].Indent == indent && lines[at].Text.AsSpan(indent).StartsWith("- ");
            return at < lines.Count && (lines[at].Indent > indent || isSequence) ? Block(lines[at].Indent) : "";
        }
        if (text == "|") return Literal(indent);
        at++;
        if (text[0] == '[') return text[^1] == ']' ? text[1..^1].Split(',').Select(static each => (object)each.Trim()).ToList() : throw Refused(text);
        if (text[0] == '"') return text.Length > 1 && text[^1] == '"' && !text[1..^1].Contains('"') && !text.Contains('\\') ? text[1..^1] : throw Refused(text);
        return "{&*!|>%@`'".Contains(text[0]) || text.Contains(" #") || text.Contains(": ") ? throw Refused(text) : text;
    }

    FormatException Refused(string text) => new($"line {lines[at - 1].Number}: more YAML than this test reads: '{text}'");

    string Literal(int indent)
    {
        var text = new List<string>();
        int inner = -1;
        for (at++; at < lines.Count && (lines[at].Text.Length == 0 || lines[at].Indent > indent); at++)
        {
            if (inner < 0) inner = lines[at].Indent;
            text.Add(lines[at].Text.Length == 0 ? "" : lines[at].Text[inner..]);
        }
        return string.Join('\n', text);
    }
}
