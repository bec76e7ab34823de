using Spectre.Console;

namespace Ringcheck.Cli.Terminal;

/// <summary>Styled lines on a console: colours where it has them, plain text elsewhere, and never a line broken by us.</summary>
internal sealed class Screen
{
    /// <summary>Wider than any line: a terminal breaks long lines itself, and a copied one stays whole.</summary>
    const int NoWrapping = 1_000_000;

    readonly IAnsiConsole styled;
    readonly TextWriter plain;

    public Screen(IConsoleHost host)
    {
        plain = host.Out;
        styled = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(host.Out),
            Ansi = host.HasColours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = host.HasColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        styled.Profile.Width = NoWrapping;
    }

    /// <summary>A line with Spectre markup; escape foreign text with <see cref="Text"/>.</summary>
    public void Line(string markup = "") => styled.MarkupLine(markup);

    /// <summary>A table as wide as what is in it.</summary>
    public void Table(Table table) => styled.Write(table);

    /// <summary>A line exactly as it is, for what users copy.</summary>
    public void Raw(string text) => plain.WriteLine(text);

    public static string Text(string text) => Markup.Escape(text);
}
