namespace Ringcheck.Museum;

/// <summary>Text files embedded in this assembly, by their path in the repository; lines end in LF whatever the checkout did.</summary>
static class Resources
{
    /// <summary>All files whose path begins with <paramref name="prefix"/>, in order of path.</summary>
    public static IEnumerable<(string Path, string Text)> Under(string prefix)
    {
        var assembly = typeof(Resources).Assembly;
        return from resource in assembly.GetManifestResourceNames()
               let path = resource.Replace('\\', '/')
               where path.StartsWith(prefix, StringComparison.Ordinal)
               orderby path
               select (path, Read(assembly.GetManifestResourceStream(resource)!));
    }

    static string Read(Stream stream)
    {
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
