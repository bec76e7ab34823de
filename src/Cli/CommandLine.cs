using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Ringcheck.Cli.Commands;
using Ringcheck.Cli.Reports;

namespace Ringcheck.Cli;

/// <summary>Parses a command line and runs it; every error is one line on standard error.</summary>
internal static class CommandLine
{
    static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    public static int Run(IReadOnlyList<string> arguments, CliContext context)
    {
        var root = Build(context);
        var parsed = root.Parse(arguments, Parsing);
        try
        {
            if (!IsAsking(root, parsed) && Error(root, parsed, arguments) is { } error) throw error;
            return parsed.Invoke(Writers(context));
        }
        catch (CommandException exception)
        {
            return Refuse(context, arguments, exception.ExitCode, exception.Message);
        }
        catch (Exception exception)
        {
            return Refuse(context, arguments, ExitCode.Environment, $"internal error: {exception.GetType().Name}: {exception.Message}");
        }
    }

    static RootCommand Build(CliContext context)
    {
        var root = new RootCommand("Explores the interleavings of virtio drivers and devices, checks their models, and makes failures small.\n\n" +
            "Exit codes: 0 nothing found, 1 violation found, 2 bad usage or input, 3 the environment failed.\n" +
            "Ctrl-C stops cleanly with a summary; the exit code then says what was found so far. A second one ends at once.")
        {
            new ListCommand(context),
            new ExploreCommand(context),
            new MergeCommand(context),
            new CheckCommand(context),
            new ReplayCommand(context),
            new ShrinkCommand(context),
            new MuseumCommand(context),
            new CompareCommand(context),
            new LitmusCommand(context),
            new BarriersCommand(context),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        return root;
    }

    static InvocationConfiguration Writers(CliContext context) => new()
    {
        Output = context.Console.Out,
        Error = context.Console.Error,
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };

    /// <summary>True for --help and --version, which need nothing else to be right.</summary>
    static bool IsAsking(RootCommand root, ParseResult parsed)
        => root.Options.Any(option => (option is HelpOption or VersionOption) && parsed.GetResult(option) is not null);

    /// <summary>The first thing that is wrong, in our words where the parser's would not help.</summary>
    static CommandException? Error(RootCommand root, ParseResult parsed, IReadOnlyList<string> arguments)
    {
        var command = parsed.CommandResult.Command;
        var commands = root.Subcommands.Select(known => known.Name).ToList();
        if (command == root)
        {
            if (arguments.FirstOrDefault(argument => !argument.StartsWith('-')) is { } unknown) return Nearest.Unknown("command", unknown, commands);
            if (arguments.Count > 0 && arguments[0] != "--json") return UnknownOption(arguments[0], root);
            return CommandException.BadUsage($"no command; known: {string.Join(", ", commands)} ('ringcheck --help' says more)");
        }
        if (parsed.UnmatchedTokens.Concat(parsed.Tokens.Where(token => token.Type == System.CommandLine.Parsing.TokenType.Argument).Select(token => token.Value))
            .FirstOrDefault(token => token.StartsWith("--")) is { } option) return UnknownOption(option, command);
        if (parsed.UnmatchedTokens.Count > 0) return CommandException.BadUsage($"'{command.Name}' does not take '{parsed.UnmatchedTokens[0]}'");
        if (parsed.Errors.Count > 0) return CommandException.BadUsage(parsed.Errors[0].Message.ReplaceLineEndings(" "));
        return null;
    }

    static CommandException UnknownOption(string option, Command command)
        => Nearest.Unknown("option", option, [.. command.Options.Select(known => known.Name)]);

    static int Refuse(CliContext context, IReadOnlyList<string> arguments, int exitCode, string line)
    {
        context.Console.Error.WriteLine($"ringcheck: {line.ReplaceLineEndings(" ")}");
        if (arguments.Contains("--json")) JsonReports.Write(context.Console, new ErrorReport(line), JsonReports.Compact.ErrorReport);
        return exitCode;
    }

    /// <summary>The usual help, and the command's example below it.</summary>
    sealed class HelpWithExample(HelpAction usual) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int code = usual.Invoke(parseResult);
            if (parseResult.CommandResult.Command is not ToolCommand command) return code;
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Example:");
            output.WriteLine($"  {command.Example}");
            return code;
        }
    }
}
