using System.CommandLine;

namespace Ringcheck.Cli;

/// <summary>A command whose help ends with an example. Every one also takes <c>--json</c>.</summary>
internal class ToolCommand : Command
{
    readonly Option<bool> json = new("--json") { Description = "One JSON object on standard output, and nothing else there" };

    public ToolCommand(string name, string description, string example) : base(name, description)
    {
        Example = example;
        Add(json);
    }

    public string Example { get; }

    /// <summary>Whether the report is to be JSON.</summary>
    public bool IsJson(ParseResult parsed) => parsed.GetValue(json);
}
