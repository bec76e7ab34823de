using System.Text.Json;

namespace Ringcheck.Ordering.Litmus;

/// <summary>A JSON element and where it stands, so that an error can say so.</summary>
internal readonly record struct LitmusNode(JsonElement Element, string Where)
{
    public LitmusException Wrong(string what) => new($"{Where}: {what}");

    public LitmusNode At(string where) => this with { Where = $"{Where}, {where}" };

    /// <summary>A member, or null if there is none.</summary>
    public LitmusNode? Optional(string name)
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Wrong("an object is expected here");
        return Element.TryGetProperty(name, out var member) ? this with { Element = member } : null;
    }

    public LitmusNode Member(string name) => Optional(name) ?? throw Wrong($"member '{name}' is missing");

    public IEnumerable<LitmusNode> Items(string name)
    {
        var list = Member(name);
        if (list.Element.ValueKind != JsonValueKind.Array) throw Wrong($"'{name}' is to be a list");
        string where = Where;
        return list.Element.EnumerateArray().Select((item, i) => new LitmusNode(item, $"{where}, {name}[{i}]"));
    }

    public IEnumerable<(string Name, LitmusNode Value)> Members(string what)
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Wrong($"{what} is to be an object");
        string where = Where;
        return Element.EnumerateObject().Select(member => (member.Name, new LitmusNode(member.Value, where)));
    }

    public string Text(string name)
        => Member(name).Element is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw Wrong($"'{name}' is to be a string");

    public int Number(string name) => Member(name).Number($"'{name}'", this);

    /// <summary>This element as a number.</summary>
    public int Number(string what, LitmusNode context)
        => Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out int number) ? number : throw context.Wrong($"{what} is to be a whole number");
}
