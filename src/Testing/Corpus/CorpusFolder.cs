namespace Ringcheck.Testing;

/// <summary>An entry, and the name of its file in its folder.</summary>
public sealed record CorpusItem(string File, CorpusEntry Entry);

/// <summary>A folder of pinned failures.</summary>
public static class CorpusFolder
{
    /// <summary>Where the command line keeps them unless told otherwise.</summary>
    public const string DefaultName = "ringcheck-corpus";

    /// <summary>All entries, in order of their file names.</summary>
    /// <exception cref="BadInputException">There is no such folder, no entry in it (a corpus that replays nothing would pass for ever), or one cannot be read.</exception>
    public static IReadOnlyList<CorpusItem> Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new BadInputException($"there is no corpus folder '{folder}'");
        var items = Directory.GetFiles(folder, "*" + CorpusEntry.Extension).Order(StringComparer.Ordinal)
            .Select(static path => new CorpusItem(Path.GetFileName(path), CorpusEntry.Read(path))).ToList();
        return items.Count > 0 ? items : throw new BadInputException($"there is no entry (*{CorpusEntry.Extension}) in corpus folder '{folder}'");
    }

    /// <summary>Puts an entry into a folder, which is made if there is none. The same failure is the same file.</summary>
    /// <returns>The path of its file.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static string Add(string folder, CorpusEntry entry)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, FailureFiles.NameFor(entry.Line) + CorpusEntry.Extension);
        entry.Write(path);
        return path;
    }
}
