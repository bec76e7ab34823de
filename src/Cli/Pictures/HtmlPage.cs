using System.Net;

namespace Ringcheck.Cli.Pictures;

/// <summary>A picture as one page that needs nothing but itself: it opens from a file, and asks the network for nothing.</summary>
internal static class HtmlPage
{
    const string TitlePlace = "{{title}}", StylePlace = "/*{{style}}*/", ScriptPlace = "/*{{script}}*/", DataPlace = "{{data}}";

    static readonly string[] Scripts = ["ring.js", "lanes.js", "page.js"];

    public static string Of(FailurePicture picture)
    {
        string title = picture.Monitor.Length == 0 ? picture.Scenario : $"{picture.Monitor} / {picture.Rule}";
        string script = string.Concat(Scripts.Select(PageResources.Read));
        // The data come last: nothing in them is looked at for places.
        string page = PageResources.Read("page.html").Replace(TitlePlace, WebUtility.HtmlEncode(title)).Replace(StylePlace, PageResources.Read("page.css"))
            .Replace(ScriptPlace, script);
        int at = page.IndexOf(DataPlace, StringComparison.Ordinal);
        return string.Concat(page.AsSpan(0, at), PictureJson.Of(picture), page.AsSpan(at + DataPlace.Length));
    }
}

/// <summary>The page's parts, embedded in this assembly.</summary>
internal static class PageResources
{
    public static string Read(string name)
    {
        using var stream = typeof(PageResources).Assembly.GetManifestResourceStream("page/" + name) ?? throw new InvalidOperationException($"the page has no part '{name}'");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
