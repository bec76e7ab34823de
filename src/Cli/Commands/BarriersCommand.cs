using System.CommandLine;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Terminal;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck barriers [SCENARIO…]</c>: exit code 1 if the driver fails as it is mapped, 0 otherwise, whatever its barriers turn out to be.</summary>
internal sealed class BarriersCommand : ToolCommand
{
    /// <summary>Of data from a device that breaks the standard nothing is judged, so it shows no barrier to be needed.</summary>
    const string LeftOut = "hostile";

    const string DefaultMemory = "arm";

    /// <summary>Shrinking one of many failures must not take as long as finding them all.</summary>
    const double MostShrinkSeconds = 5;

    public const long DefaultExecutions = 100;

    readonly CliContext context;
    readonly Argument<string[]> scenarios = new("SCENARIO")
    {
        Description = "Scenarios whose barriers are weakened; without any, those of the shipped code, on all scenarios that reach them",
        Arity = ArgumentArity.ZeroOrMore,
    };

    readonly Option<string> memory = new("--memory")
    {
        HelpName = "M",
        Description = "Memory of the machine: " + string.Join(", ", ExplorationOptions.Memories),
        DefaultValueFactory = static _ => DefaultMemory,
    };

    readonly Option<string?> profile = new("--profile") { HelpName = "P", Description = $"How the device uses its freedom [default: each profile but {LeftOut}]" };

    readonly Option<long?> executions = new("--executions")
    {
        HelpName = "N",
        Description = $"Random executions for each instruction tried, scenario and profile [default: {DefaultExecutions}]",
        CustomParser = static result => ExplorationOptions.Number<long>(result, "--executions", 1),
    };

    readonly Option<ulong?> seed = new("--seed")
    {
        HelpName = "N",
        Description = "Seed of the random executions [default: 0]",
        CustomParser = static result => ExplorationOptions.Number<ulong>(result, "--seed", 0),
    };

    readonly Option<int?> jobs = new("--jobs")
    {
        HelpName = "N",
        Description = "Worker threads; results do not depend on it [default: one a processor]",
        CustomParser = static result => ExplorationOptions.Number(result, "--jobs", 1, ExplorationOptions.MostJobs),
    };

    readonly Option<string?> writeTable = new("--write-table") { HelpName = "FILE", Description = "Write the table of the shipped driver, or of the CPU system, into FILE: whichever it has markers for" };

    public BarriersCommand(CliContext context) : base("barriers", "Weaken each barrier of driver and kernel, and look which of them are needed", "ringcheck barriers ring-naive")
    {
        this.context = context;
        Add(scenarios);
        Option[] options = [memory, profile, executions, seed, jobs, writeTable];
        foreach (var option in options) Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        string[] names = parsed.GetValue(scenarios) ?? [];
        string? file = parsed.GetValue(writeTable);
        if (file is not null && names.Length > 0) throw CommandException.BadUsage("the table is about all scenarios of the shipped code: name none");
        string wanted = parsed.GetValue(memory)!;
        if (!ExplorationOptions.Memories.Contains(wanted)) throw Nearest.Unknown("memory", wanted, ExplorationOptions.Memories);
        var settings = new StudySettings(wanted, parsed.GetValue(executions) ?? DefaultExecutions, parsed.GetValue(seed) ?? 0,
            parsed.GetValue(jobs) ?? Environment.ProcessorCount);
        IReadOnlyList<string>? rooms = names.Length > 0 ? null : file is not null ? [BarrierTableDocument.RoomOf(file)] : [CodeSite.Driver, CodeSite.CpuSystem];
        var study = new BarrierStudy(context.Catalog, Plan(names, parsed.GetValue(profile), wanted), settings) { Rooms = rooms, AlsoTogether = true };
        var result = LiveProgress.During(context.Console, "barriers", () => new(study.Progress.Share, study.Progress.Words), () => study.Run(context.Cancellation));
        if (file is not null)
        {
            if (result.Stopped) throw CommandException.BadUsage("stopped: the table was not written");
            BarrierTableDocument.WriteInto(file, result);
            context.Console.Out.WriteLine($"wrote the barriers into {file}");
        }
        else
        {
            var findings = Shrink(result);
            if (IsJson(parsed)) JsonReports.Write(context.Console, BarriersReport.Of(result, findings), JsonReports.Compact.BarriersReport);
            else BarriersView.Show(new(context.Console), result, findings);
        }
        return result.Failures.Count > 0 ? ExitCode.ViolationFound : ExitCode.NothingFound;
    }

    List<StudyRun> Plan(string[] names, string? wantedProfile, string wantedMemory)
    {
        var runs = RunPlan.Of(context.Catalog.Scenarios, names, wantedProfile, all: true, wantedMemory).Where(run => wantedProfile is not null || run.Profile != LeftOut);
        var plan = runs.Select(run => new StudyRun(run.Scenario, run.Profile))
            .Where(run => HasBarriers(run, wantedMemory, mustExist: names.Length > 0)).ToList();
        return plan.Count > 0 ? plan : throw CommandException.BadUsage($"{string.Join(", ", names)}: no driver code there that asks for barriers");
    }

    /// <summary>Not each scenario is there on each memory; one that is named must be.</summary>
    bool HasBarriers(StudyRun run, string onMemory, bool mustExist)
    {
        try
        {
            using var scenario = ReplayStage.Create(context.Catalog, run.Scenario, run.Profile, onMemory);
            return scenario is IBarrierScenario;
        }
        catch (CommandException) when (!mustExist)
        {
            return false;
        }
    }

    /// <summary>Everything that failed, made small, by what replays it.</summary>
    Dictionary<ReplayString, Finding> Shrink(StudyResult result)
    {
        var failed = result.Sites.SelectMany(site => site.Candidates).Select(candidate => candidate.Trial).Append(result.Together?.Trial)
            .Where(trial => trial is { Passes: false }).Select(trial => (trial!.Violation, trial.Replay))
            .Concat(result.Failures.Select(failure => ((Violation?)failure.Violation, (ReplayString?)failure.Replay))).ToList();
        int done = 0;
        return LiveProgress.During(context.Console, "shrinking", () => new(done / (double)failed.Count, $"{done} of {failed.Count}"), () =>
        {
            var findings = new Dictionary<ReplayString, Finding>();
            foreach (var (violation, replay) in failed)
            {
                var stage = new ShrinkStage(context.CatalogFor(replay!.Exhibit), Math.Min(context.ShrinkSeconds, MostShrinkSeconds), context.Cancellation);
                findings[replay] = stage.Shrink(replay, violation!);
                done++;
            }
            return findings;
        });
    }
}
