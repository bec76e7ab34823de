namespace Ringcheck.Cli;

/// <summary>What a mistyped word may have meant.</summary>
internal static class Nearest
{
    /// <summary>One line for a word that names nothing: what was nearest, and what there is.</summary>
    public static CommandException Unknown(string kind, string word, IReadOnlyCollection<string> known)
    {
        string meant = To(word, known) is { } near ? $"did you mean '{near}'? " : "";
        return CommandException.BadUsage($"unknown {kind} '{word}'; {meant}known: {string.Join(", ", known)}");
    }

    /// <summary>The word at the least edit distance, if that is at most a third of its length.</summary>
    public static string? To(string word, IReadOnlyCollection<string> known)
    {
        var best = known.Select(candidate => (candidate, distance: Distance(word, candidate))).OrderBy(pair => pair.distance).FirstOrDefault();
        return best.candidate is not null && best.distance <= Math.Max(1, best.candidate.Length / 3) ? best.candidate : null;
    }

    /// <summary>Levenshtein distance.</summary>
    static int Distance(string a, string b)
    {
        int[] above = [.. Enumerable.Range(0, b.Length + 1)], row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, 1 + Math.Min(above[j], row[j - 1]));
            }
            (above, row) = (row, above);
        }
        return above[b.Length];
    }
}
