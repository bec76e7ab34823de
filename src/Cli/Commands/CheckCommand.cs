using System.CommandLine;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Terminal;
using Ringcheck.Models;
using Ringcheck.Models.Checking;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck check MODEL</c>.</summary>
internal sealed class CheckCommand : ToolCommand
{
    readonly CliContext context;
    readonly Argument<string?> model = new("MODEL") { Description = "The model to check; 'ringcheck list' names them", Arity = ArgumentArity.ZeroOrOne };

    readonly Option<int?> size = new("--size")
    {
        HelpName = "N",
        Description = "What it counts is said by 'ringcheck list' [default: one that ends within seconds]",
        CustomParser = static result => ExplorationOptions.Number(result, "--size", 1),
    };

    readonly Option<long?> states = new("--states")
    {
        HelpName = "N",
        Description = "Stop, as bounded, once this many states were found [default: no limit]",
        CustomParser = static result => ExplorationOptions.Number<long>(result, "--states", 1),
    };

    readonly Option<int?> jobs = new("--jobs")
    {
        HelpName = "N",
        Description = "Worker threads; counts do not depend on it [default: one a processor]",
        CustomParser = static result => ExplorationOptions.Number(result, "--jobs", 1, ExplorationOptions.MostJobs),
    };

    readonly Option<bool> compact = new("--compact")
    {
        Description = "Keep 64-bit fingerprints in the place of states: less memory, and no longer exact",
    };

    public CheckCommand(CliContext context) : base("check", "Check a model of the standard: every state, shortest counterexample", "ringcheck check ring --size 2")
    {
        this.context = context;
        Add(model);
        Option[] options = [size, states, jobs, compact];
        foreach (var option in options) Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var chosen = Choose(parsed.GetValue(model));
        int wanted = parsed.GetValue(size) ?? chosen.DefaultSize;
        if (!chosen.Sizes.Contains(wanted))
            throw CommandException.BadUsage($"model '{chosen.Name}' has no size {wanted}; its sizes are {string.Join(", ", chosen.Sizes)}");
        var latest = new Latest();
        var options = new CheckOptions
        {
            Workers = parsed.GetValue(jobs) ?? 0,
            Compacted = parsed.GetValue(compact),
            MaxStates = parsed.GetValue(states) ?? long.MaxValue,
            Progress = latest.Set,
            Cancellation = context.Cancellation,
        };
        var result = LiveProgress.During(context.Console, $"{chosen.Name}, size {wanted}", latest.Look, () => chosen.Check(wanted, options));
        if (IsJson(parsed)) JsonReports.Write(context.Console, CheckReport.Of(result), JsonReports.Compact.CheckReport);
        else CheckView.Show(new(context.Console), result);
        return result.Violations.Count > 0 ? ExitCode.ViolationFound : ExitCode.NothingFound;
    }

    CatalogModel Choose(string? name)
    {
        var names = context.Models.Select(known => known.Name).ToList();
        if (name is null) throw CommandException.BadUsage($"check which model? known: {string.Join(", ", names)}");
        return context.Models.FirstOrDefault(known => known.Name == name) ?? throw Nearest.Unknown("model", name, names);
    }

    /// <summary>The last progress of the checker's thread, for the display's.</summary>
    sealed class Latest
    {
        volatile string words = "";

        public void Set(CheckProgress now) => words = now.Phase == "states"
            ? $"{Numbers.Count(now.States)} states, {Numbers.Rate(now.States, now.Seconds)}, depth {Numbers.Count(now.Depth)}, {Numbers.Count(now.Queue)} to go"
            : $"{Numbers.Count(now.States)} states, judging progress";

        public Progress Look() => new(null, words);
    }
}
