namespace Ringcheck.Museum;

/// <summary>Where exhibits come from: this assembly, or a folder of files.</summary>
public static class ExhibitCollection
{
    const string Folder = "museum/", Extension = ".md";

    /// <summary>The exhibits that come with the product, in order of id.</summary>
    public static IReadOnlyList<Exhibit> Shipped()
        => [.. Resources.Under(Folder).Select(file => ExhibitFile.Parse(Path.GetFileName(file.Path), file.Text))];

    /// <summary>The exhibits in a folder: each <c>.md</c> file is one.</summary>
    /// <exception cref="ExhibitException">There is no such folder, there is none in it, or one cannot be read.</exception>
    public static IReadOnlyList<Exhibit> FromFolder(string folder)
    {
        if (!Directory.Exists(folder)) throw new ExhibitException($"there is no folder '{folder}'");
        var files = Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) throw new ExhibitException($"there is no exhibit (*{Extension}) in folder '{folder}'");
        return [.. files.Select(path => ExhibitFile.Parse(Path.GetFileName(path), File.ReadAllText(path)))];
    }

    /// <summary>Those with the given ids, in the order asked for; all of them if none is asked for.</summary>
    /// <exception cref="ExhibitException">There is none with an id asked for.</exception>
    public static IReadOnlyList<Exhibit> Select(IReadOnlyList<Exhibit> exhibits, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0) return exhibits;
        return [.. ids.Select(id => exhibits.FirstOrDefault(exhibit => string.Equals(exhibit.Id, id, StringComparison.OrdinalIgnoreCase))
            ?? throw new ExhibitException($"there is no exhibit '{id}'; there are {string.Join(", ", exhibits.Select(exhibit => exhibit.Id))}"))];
    }
}
