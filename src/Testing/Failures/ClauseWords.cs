using Ringcheck.Models.Rules;

namespace Ringcheck.Testing;

/// <summary>Clauses of the standard as people read them.</summary>
public static class ClauseWords
{
    /// <summary>The id, where it stands in the standard, and what it says.</summary>
    public static string Describe(string id)
    {
        if (ClauseTable.Find(id) is not { } clause) return id;
        string where = $"{id} (virtio 1.4, {clause.Section} {clause.Title}, {clause.Strength})";
        return clause.Summary.Length == 0 ? where : $"{where}: {clause.Summary}";
    }
}
