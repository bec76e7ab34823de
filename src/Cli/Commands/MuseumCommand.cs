using System.CommandLine;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Pictures;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Terminal;
using Ringcheck.Museum;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck museum [ID…]</c>: exit code 0 when each selected exhibit was found where it should be and nowhere else, 1 when not.</summary>
internal sealed class MuseumCommand : ToolCommand
{
    const string TablePath = "docs/museum.md", StrategyOption = "--strategy", MemoryOption = "--memory";

    readonly CliContext context;
    readonly ExplorationOptions options;
    readonly Argument<string[]> ids = new("ID")
    {
        Description = "Exhibits to look for, each drawn as a page; without any, all of them",
        Arity = ArgumentArity.ZeroOrMore,
    };

    readonly Option<string?> from = new("--from") { HelpName = "FOLDER", Description = "Exhibits of your own: each .md file in this folder is one (docs/museum.md)" };
    readonly Option<string?> writeTable = Table("--write-table", "Write the table of what is found into this document");
    readonly Option<string?> checkTable = Table("--check-table", "Fail if the table in this document is not what is found");

    public MuseumCommand(CliContext context) : base("museum", "Put historic bugs back into the sources, and look whether each is found",
        "ringcheck museum WRP-02 RST-01")
    {
        this.context = context;
        Add(ids);
        Add(from);
        options = new(this, "Every exhibit, as without any ID", memoryDefault: "all that an exhibit says something of");
        Add(writeTable);
        Add(checkTable);
        SetAction(Run);
    }

    static Option<string?> Table(string name, string description) => new(name)
    {
        HelpName = "FILE",
        Description = $"{description} [default: {TablePath}]; takes all exhibits and default settings",
        Arity = ArgumentArity.ZeroOrOne,
    };

    int Run(ParseResult parsed)
    {
        try
        {
            return Show(parsed);
        }
        catch (ExhibitException exception)
        {
            throw CommandException.BadUsage(exception.Message);
        }
    }

    int Show(ParseResult parsed)
    {
        var settings = options.Read(parsed);
        string[] wanted = parsed.GetValue(ids) ?? [];
        string? folder = parsed.GetValue(from);
        var table = TableFile(parsed, wanted.Length > 0 || folder is not null);
        var all = folder is null ? ExhibitCollection.Shipped() : ExhibitCollection.FromFolder(Path.Combine(context.Folder, folder));
        bool Asks(string option) => parsed.GetResult(option) is System.CommandLine.Parsing.OptionResult { Implicit: false };
        var selected = Select(all, wanted);
        // Of all exhibits, those that say something of the memory that is asked for: not each scenario has each memory.
        if (wanted.Length == 0 && Asks(MemoryOption)) selected = [.. selected.Where(exhibit => exhibit.FoundOn.Contains(settings.Memory) || exhibit.NotOn.Contains(settings.Memory))];
        if (selected.Count == 0) throw CommandException.BadUsage($"no exhibit says anything of memory '{settings.Memory}'");
        var runner = new MuseumRunner(new()
        {
            Strategy = Asks(StrategyOption) ? settings.Strategy : null,
            Profile = settings.Profile,
            Memory = Asks(MemoryOption) ? settings.Memory : null,
            Executions = settings.Budget.Executions,
            Seconds = settings.Budget.Seconds,
            Seed = settings.Seed,
            Jobs = settings.Budget.Jobs,
        });
        var view = IsJson(parsed) ? null : new MuseumView(context.Console, selected);
        int ended = 0;
        string latest = "";
        var results = LiveProgress.During(context.Console, "museum", () => new(ended / (double)selected.Count, $"{ended} of {selected.Count}, {latest}"),
            () => runner.Run(selected, exhibit => latest = exhibit.Id, result =>
            {
                ended++;
                if (!context.Console.HasLiveDisplay) view?.Ended(result);
            }, context.Cancellation));
        bool stopped = context.Cancellation.IsCancellationRequested;
        var pages = wanted.Length == 0 ? [] : new ExhibitPages(context, all).Draw(results);
        if (view is null)
        {
            JsonReports.Write(context.Console, MuseumReport.Of(results, stopped, pages), JsonReports.Compact.MuseumReport);
        }
        else
        {
            if (context.Console.HasLiveDisplay) foreach (var result in results) view.Ended(result);
            view.AllEnded(results, stopped);
            view.Drawn(pages);
        }
        if (table is { } file && !stopped && !IsUpToDate(file, results)) return ExitCode.ViolationFound;
        return results.Count == selected.Count && results.All(result => result.IsAsExpected) ? ExitCode.NothingFound : ExitCode.ViolationFound;
    }

    /// <summary>Throws <see cref="CommandException"/> for an id that does not exist.</summary>
    internal static IReadOnlyList<Exhibit> Select(IReadOnlyList<Exhibit> all, string[] wanted)
    {
        foreach (string id in wanted)
        {
            if (!all.Any(exhibit => string.Equals(exhibit.Id, id, StringComparison.OrdinalIgnoreCase)))
                throw Nearest.Unknown("exhibit", id, [.. all.Select(exhibit => exhibit.Id)]);
        }
        return ExhibitCollection.Select(all, wanted);
    }

    /// <summary>The document to write or check, if one is asked for.</summary>
    (string Path, bool Writes)? TableFile(ParseResult parsed, bool isSelection)
    {
        bool writes = parsed.GetResult(writeTable) is not null;
        if (!writes && parsed.GetResult(checkTable) is null) return null;
        if (isSelection) throw CommandException.BadUsage("the table is about all shipped exhibits: name none, and leave --from out");
        string path = Path.Combine(context.Folder, (writes ? parsed.GetValue(writeTable) : parsed.GetValue(checkTable)) ?? TablePath);
        return File.Exists(path) ? (path, writes) : throw CommandException.BadUsage($"there is no file '{path}'");
    }

    bool IsUpToDate((string Path, bool Writes) file, IReadOnlyList<ExhibitResult> results)
    {
        string document = File.ReadAllText(file.Path);
        if (MuseumTable.IsCurrent(document, results)) return true;
        if (file.Writes)
        {
            File.WriteAllText(file.Path, MuseumTable.Write(document, results));
            return true;
        }
        context.Console.Error.WriteLine($"ringcheck: the table in {file.Path} is not what was found: run 'ringcheck museum --write-table'");
        return false;
    }
}
