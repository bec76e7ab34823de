using System.CommandLine;
using Ringcheck.Cli.Failures;

namespace Ringcheck.Cli.Pictures;

/// <summary>Options of a command that has one execution to show: which pictures of it to write, and where.</summary>
internal sealed class PictureOptions
{
    readonly (Option<string?> Option, Func<FailurePicture, string> Draw)[] all;

    public PictureOptions(Command command)
    {
        all =
        [
            (File("--html", "Draw the failure as a page for a browser, which needs nothing but the file"), HtmlPage.Of),
            (File("--text", "Write all its steps as text"), TextTimeline.Of),
            (File("--mermaid", "Draw it as a Mermaid sequence diagram"), MermaidDiagram.Of),
            (File("--json-trace", "Write all that is known of its steps as JSON (docs/pictures.md)"), PictureJson.Of),
        ];
        foreach (var (option, _) in all) command.Add(option);
    }

    static Option<string?> File(string name, string description) => new(name) { HelpName = "FILE", Description = description };

    /// <summary>Writes what is asked for. Throws <see cref="CommandException"/> if that cannot be done.</summary>
    public void Write(ParseResult parsed, CliContext context, Finding? finding, FailurePicture? picture)
    {
        if (!all.Any(each => parsed.GetValue(each.Option) is not null)) return;
        if (finding is null) throw CommandException.BadUsage("this execution ends well: there is no failure to draw");
        if (picture is null) throw CommandException.BadUsage("this failure cannot be drawn: its system keeps no record, or its code makes no scheduling point");
        foreach (var (option, draw) in all)
        {
            if (parsed.GetValue(option) is { } file) Store(Path.Combine(context.Folder, file), draw(picture));
        }
    }

    static void Store(string path, string text)
    {
        try
        {
            System.IO.File.WriteAllText(path, text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CommandException(ExitCode.Environment, $"cannot write '{path}': {exception.Message}");
        }
    }
}
