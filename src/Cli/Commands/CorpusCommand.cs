using System.CommandLine;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck corpus</c>: failures that are pinned, and replayed for ever.</summary>
internal sealed class CorpusCommand : Command
{
    public CorpusCommand(CliContext context) : base("corpus", "Pin failures into a folder, and replay all that are pinned")
    {
        Add(new CorpusAddCommand(context));
        Add(new CorpusRunCommand(context));
    }
}
