using System.Net;
using System.Text;
using Ringcheck.Cli.Terminal;

namespace Ringcheck.Cli.Reports.Pages;

/// <summary>A page that is one file: its style and drawings are in it, it has no script, and opening it asks the network for nothing.</summary>
internal sealed class HtmlPage
{
    const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6570; --line: #d5dae0; --paper: #ffffff; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa4ae; --line: #3a424b; --paper: #14181c; } }
        body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
        p { margin: .4rem 0; } .soft { color: var(--soft); }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { padding: .2rem .7rem .2rem 0; text-align: left; border-bottom: 1px solid var(--line); }
        td.n, th.n { text-align: right; } th { font-weight: 600; } .wide { overflow-x: auto; } code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
        svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font: 12px system-ui, sans-serif; } svg .axis { stroke: var(--line); fill: none; }
        svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; } .key { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .4rem; }
        ul.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .3rem 0; } .legend .key { vertical-align: -1px; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1rem 2rem; } figure { margin: 0; } figcaption { font-weight: 600; }
        """;

    readonly StringBuilder body = new();
    readonly string title;

    public HtmlPage(string title)
    {
        this.title = title;
        Raw($"<h1>{Text(title)}</h1>");
    }

    public static string Text(string text) => WebUtility.HtmlEncode(text);

    public HtmlPage Raw(string html)
    {
        body.Append(html).Append('\n');
        return this;
    }

    public HtmlPage Heading(string text) => Raw($"<h2>{Text(text)}</h2>");

    public HtmlPage Line(string text) => Raw($"<p>{Text(text)}</p>");

    public HtmlPage Soft(string text) => Raw($"<p class=\"soft\">{Text(text)}</p>");

    /// <summary>A table; columns after the first <paramref name="texts"/> are numbers.</summary>
    public HtmlPage Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, int texts = 1)
    {
        string Class(int column) => column < texts ? "" : " class=\"n\"";
        Raw("<div class=\"wide\"><table><thead><tr>" + string.Concat(head.Select((cell, column) => $"<th{Class(column)}>{Text(cell)}</th>")) + "</tr></thead><tbody>");
        foreach (var row in rows) Raw("<tr>" + string.Concat(row.Select((cell, column) => $"<td{Class(column)}>{Text(cell)}</td>")) + "</tr>");
        return Raw("</tbody></table></div>");
    }

    public override string ToString() => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(title)}</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        {body}</body>
        </html>

        """.ReplaceLineEndings("\n");

    /// <summary>Where a page will go, found fit before anything runs. Throws <see cref="CommandException"/> with one line if it is not.</summary>
    public static string Place(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        if (name.Length == 0 || Directory.Exists(path) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))) throw CommandException.BadUsage($"cannot write a page to '{name}'");
        return path;
    }

    /// <summary>Writes the page; where that fails, a warning, because the exploration is worth more.</summary>
    public static void Write(IConsoleHost console, string path, HtmlPage page)
    {
        try
        {
            File.WriteAllText(path, page.ToString());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            console.Error.WriteLine($"ringcheck: warning: cannot write '{path}': {exception.Message}");
        }
    }
}
