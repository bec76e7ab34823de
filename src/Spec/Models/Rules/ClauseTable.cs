using System.Collections.Frozen;
using System.Text.Json;

namespace Ringcheck.Models.Rules;

/// <summary>A normative clause of the standard.</summary>
/// <param name="Id">Its id in <c>data/clauses.json</c>.</param>
/// <param name="Section">Section number in version 1.4.</param>
/// <param name="Title">Section title.</param>
/// <param name="Strength">MUST, SHOULD or MAY.</param>
/// <param name="Summary">One line in our words; empty for clauses that have none.</param>
public sealed record Clause(string Id, string Section, string Title, string Strength, string Summary);

/// <summary>The clauses of <c>data/clauses.json</c>, which is embedded; read at the first look-up.</summary>
public static class ClauseTable
{
    private static readonly Lazy<FrozenDictionary<string, Clause>> _clauses = new(Load);

    public static int Count => _clauses.Value.Count;

    /// <summary>The clause of an id, or null where there is none.</summary>
    public static Clause? Find(string id) => _clauses.Value.GetValueOrDefault(id);

    private static FrozenDictionary<string, Clause> Load()
    {
        using var stream = typeof(ClauseTable).Assembly.GetManifestResourceStream("clauses.json")
            ?? throw new InvalidOperationException("data/clauses.json is not embedded.");
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.GetProperty("clauses").EnumerateArray().Select(Read).ToFrozenDictionary(static c => c.Id);
    }

    private static Clause Read(JsonElement element) => new(
        Text(element, "id"), Text(element, "section"), Text(element, "section_title"), Text(element, "strength"), Text(element, "summary"));

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
