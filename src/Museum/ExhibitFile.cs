using Ringcheck.Devices;

namespace Ringcheck.Museum;

/// <summary>
/// Reads an exhibit file: Markdown with a title, a list of facts, and edits as <c>diff</c> blocks under the path of the file that they
/// edit. In a block, lines that begin with a space or <c>-</c> are looked for, and lines that begin with a space or <c>+</c> take their place.
/// </summary>
public sealed class ExhibitFile
{
    const string FoundOn = "Found on", NotOn = "Not on";
    static readonly string[] Facts = ["Source", "Adapted", "Scenario", "Strategy", "Monitor", FoundOn, NotOn];

    const string TitleMark = "# ", FactMark = "- ", Continuation = "  ", FileMark = "## ", BlockStart = "```diff", BlockEnd = "```";

    readonly string name;
    readonly string[] lines;
    readonly Dictionary<string, List<string>> facts = new(StringComparer.Ordinal);
    readonly List<SourceEdit> edits = [];
    string id = "", title = "";

    ExhibitFile(string name, string text)
    {
        this.name = name;
        lines = text.ReplaceLineEndings("\n").Split('\n');
    }

    /// <summary>One exhibit from the text of its file.</summary>
    /// <param name="name">The file's name, for messages. Its stem is the exhibit's id.</param>
    /// <exception cref="ExhibitException">The text is no exhibit.</exception>
    public static Exhibit Parse(string name, string text)
    {
        var file = new ExhibitFile(name, text);
        file.ReadTitle();
        file.ReadFacts();
        file.ReadEdits();
        return file.ToExhibit();
    }

    Exhibit ToExhibit()
    {
        if (edits.Count == 0) throw Wrong("it has no edit: a '## src/...' heading with a ```diff block under it");
        string stem = Path.GetFileNameWithoutExtension(name);
        if (stem != id) throw Wrong($"it describes '{id}', so it should be named {id}.md");
        var targets = All("Scenario").Select(ReadTarget).ToList();
        if (targets.Count == 0) throw Wrong("it names no scenario: '- Scenario: NAME (PROFILE)'");
        IReadOnlyList<string> found = ReadMemories(FoundOn), absent = ReadMemories(NotOn);
        if (found.Count == 0) found = [Exhibit.SequentiallyConsistent];
        if (found.FirstOrDefault(absent.Contains) is { } both) throw Wrong($"it says of memory '{both}' that it is found there and that it is not");
        return new()
        {
            Id = id,
            Title = title,
            Source = One("Source") is { Length: > 0 } source ? source : throw Wrong("it has no '- Source:' that says where the bug was"),
            Adapted = One("Adapted"),
            Strategy = One("Strategy"),
            Targets = targets,
            FoundOn = found,
            NotOn = absent,
            Monitors = [.. All("Monitor")],
            Edits = edits,
        };
    }

    ExhibitException Wrong(string what) => new($"exhibit file {name}: {what}");

    void ReadTitle()
    {
        string first = lines[0];
        int colon = first.IndexOf(": ", StringComparison.Ordinal);
        if (!first.StartsWith(TitleMark, StringComparison.Ordinal) || colon < 0) throw Wrong("its first line is not '# ID: title'");
        id = first[TitleMark.Length..colon].Trim();
        title = first[(colon + 1)..].Trim();
    }

    void ReadFacts()
    {
        List<string>? open = null;
        foreach (string line in lines.Skip(1).TakeWhile(line => !line.StartsWith(FileMark, StringComparison.Ordinal)))
        {
            if (line.StartsWith(Continuation, StringComparison.Ordinal) && open is not null)
            {
                open[^1] += " " + line.Trim();
                continue;
            }
            open = null;
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (!line.StartsWith(FactMark, StringComparison.Ordinal)) continue;
            if (colon < 0) throw Wrong($"'{line}' is not '- Name: value'");
            string key = line[FactMark.Length..colon];
            if (!Facts.Contains(key)) throw Wrong($"'{key}' is not one of {string.Join(", ", Facts)}");
            if (!facts.TryGetValue(key, out open)) facts[key] = open = [];
            open.Add(line[(colon + 1)..].Trim());
        }
    }

    List<string> All(string key) => facts.TryGetValue(key, out var values) ? values : [];

    string One(string key) => All(key) switch
    {
        [] => "",
        [var value] => value,
        _ => throw Wrong($"it has more than one '{key}'"),
    };

    string[] ReadMemories(string key)
    {
        string[] wanted = One(key).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] known = [.. MachineMemory.All.Select(memory => memory.Name)];
        return wanted.FirstOrDefault(memory => !known.Contains(memory)) is { } unknown
            ? throw Wrong($"'{key}' names memory '{unknown}'; there are {string.Join(", ", known)}")
            : [.. wanted.Distinct()];
    }

    ExhibitTarget ReadTarget(string text)
    {
        int open = text.IndexOf(" (", StringComparison.Ordinal);
        if (open < 1 || !text.EndsWith(')')) throw Wrong($"'{text}' is not 'NAME (PROFILE)'");
        return new(text[..open], text[(open + 2)..^1]);
    }

    void ReadEdits()
    {
        string path = "";
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i].StartsWith(FileMark, StringComparison.Ordinal)) path = lines[i][FileMark.Length..].Trim();
            if (!lines[i].StartsWith(BlockStart, StringComparison.Ordinal)) continue;
            int end = Array.IndexOf(lines, BlockEnd, i);
            if (end < 0) throw Wrong($"the block that begins at line {i + 1} does not end");
            edits.Add(ReadBlock(path, i + 1, end));
            i = end;
        }
    }

    SourceEdit ReadBlock(string path, int first, int end)
    {
        if (path.Length == 0) throw Wrong($"the block at line {first} is under no '## src/...' heading");
        List<string> before = [], after = [];
        for (int i = first; i < end; i++)
        {
            // Editors strip the space of an empty context line.
            string line = lines[i].Length == 0 ? " " : lines[i];
            if (line[0] is not (' ' or '-' or '+')) throw Wrong($"line {i + 1} of a diff begins with neither space, '-' nor '+'");
            if (line[0] != '+') before.Add(line[1..]);
            if (line[0] != '-') after.Add(line[1..]);
        }
        if (before.Count == 0) throw Wrong($"the block at line {first} has no line to look for");
        return new(path, string.Join('\n', before), string.Join('\n', after));
    }
}
