using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Terminal;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Exploring;

/// <summary>An exploration that has ended, with its failures made small and put into words.</summary>
internal sealed record RunOutcome(PlannedRun Run, ExplorationSettings Settings, ExplorationResult Result, IReadOnlyList<Finding> Findings)
{
    /// <summary>True if the user stopped it (and not a budget).</summary>
    public bool StoppedByUser { get; init; }
}

/// <summary>Explores one scenario under one profile, and shrinks what it finds.</summary>
internal sealed class ScenarioRun(CliContext context, PlannedRun run, ExplorationSettings settings)
{
    readonly IScenarioCatalog catalog = context.Catalog;

    /// <summary>Throws <see cref="CommandException"/> if the catalog refuses the scenario, or the strategy what is asked of it.</summary>
    public RunOutcome Explore(string title, Checkpointing? checkpointing = null, Func<TourProgress>? tour = null)
    {
        uint maxPoints;
        using (var probe = ReplayStage.Create(catalog, run.Scenario, run.Profile, settings.Memory))
            maxPoints = probe.Engine.MaxPoints;
        IScenario Build() => catalog.Create(run.Scenario, run.Profile, settings.Memory);
        var strategies = StrategyCatalog.Create(settings.Strategy, settings.Seed, Build);
        var strategy = strategies();
        if (!settings.Shard.IsWhole && !Explorer.CanShard(strategy)) throw CommandException.BadUsage($"strategy '{strategy.Name}' cannot be divided: it takes no --shard");
        if (checkpointing is not null && !strategy.CanSave) throw CommandException.BadUsage($"strategy '{strategy.Name}' cannot be saved and resumed: it takes no checkpoint");
        var explorer = new Explorer(Build, strategies, settings.Budget) { Shard = settings.Shard, Checkpointing = checkpointing };
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var result = LiveProgress.During(context.Console, title, () => HowFar(explorer, watch.Elapsed.TotalSeconds, tour),
            () => explorer.Run(context.Cancellation));
        return new(run, settings, result, Findings(result, maxPoints))
        {
            StoppedByUser = result.Interrupted && context.Cancellation.IsCancellationRequested,
        };
    }

    Progress HowFar(Explorer explorer, double seconds, Func<TourProgress>? tour)
    {
        long executions = explorer.ExecutionsDone;
        var budget = settings.Budget;
        double share = Math.Max(executions / (double)settings.Shard.ShareOf(budget.Executions), seconds / budget.Seconds);
        string states = explorer.StatesReached is var reached and > 0 ? $", {Numbers.Count(reached, "model state")}, {Numbers.Count(explorer.RulesMet, "rule")}" : "";
        return new(share, $"{Numbers.Count(executions)} executions, {Numbers.Rate(executions, seconds)}{(tour?.Invoke() ?? new(0, 1, seconds)).TimeLeft(Math.Min(share, 1))}{states}");
    }

    IReadOnlyList<Finding> Findings(ExplorationResult result, uint maxPoints)
    {
        // A shard has met what it happened to meet: whether anything is missing, only the whole can say.
        if (result.Violation is null && !settings.Shard.IsWhole) return [];
        if (result.Violation is null) return [.. Vacuity.Judge(result).Select(Finding.OfExploration)];
        var failing = new ReplayString("", run.Scenario, run.Profile, settings.Memory, maxPoints, settings.Seed, result.Program, result.Trace);
        var shrink = new ShrinkStage(catalog, context.ShrinkSeconds, context.Cancellation);
        var finding = LiveProgress.During(context.Console, $"shrinking {result.Violation.Key}", static () => new(null, ""),
            () => shrink.Shrink(failing, result.Violation, result.Strategy));
        return [finding];
    }
}
