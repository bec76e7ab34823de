using System.Diagnostics;

namespace Ringcheck.Exploration;

/// <summary>Runs a scenario under a strategy until something is found, nothing is left, or the budget is used up.</summary>
public sealed class Explorer(Func<IScenario> makeScenario, Func<Strategy> makeStrategy, ExplorationBudget limits)
{
    const int LookMs = 20;

    readonly ExplorationBudget budget = limits;
    ExplorationWorker[] workers = [];
    long executionsBefore;

    /// <summary>What this process has to do of the exploration.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>Null: the exploration ends with its process.</summary>
    public Checkpointing? Checkpointing { get; init; }

    /// <summary>Executions so far, for progress displays. May be read from any thread.</summary>
    public long ExecutionsDone => Volatile.Read(ref executionsBefore) + Volatile.Read(ref workers).Sum(static worker => worker.Executions);

    /// <summary>Model states that one worker has reached so far, at least, for progress displays. May be read from any thread.</summary>
    public int StatesReached => Volatile.Read(ref workers).Select(static worker => worker.StatesReached).DefaultIfEmpty().Max();

    /// <summary>Rules whose premise one worker has met so far, in the same way.</summary>
    public int RulesMet => Volatile.Read(ref workers).Select(static worker => worker.RulesMet).DefaultIfEmpty().Max();

    /// <summary>True if shards can divide what this strategy does.</summary>
    public static bool CanShard(Strategy strategy) => strategy.IsNumbered || strategy is IShardable;

    /// <summary>Throws <see cref="NotSupportedException"/> if the strategy cannot be divided or saved and is asked to be.</summary>
    public ExplorationResult Run(CancellationToken cancellation = default)
    {
        var watch = Stopwatch.StartNew();
        var probe = makeStrategy();
        if (!Shard.IsWhole && !CanShard(probe)) throw new NotSupportedException($"strategy '{probe.Name}' cannot be divided over shards");
        if (Checkpointing is not null && !probe.CanSave) throw new NotSupportedException($"strategy '{probe.Name}' cannot be saved, so there are no checkpoints");
        int jobs = Math.Max(1, budget.Jobs);
        bool isShared = probe.IsIndependent || (!probe.IsNumbered && probe is IShardable { PartsShareNothing: true });
        var ledger = new Ledger(Shard, isShared ? jobs : 1);
        if (Checkpointing?.Resume is { } saved) ledger.Load(saved);
        Volatile.Write(ref executionsBefore, ledger.Executions);
        var shared = new SharedWork
        {
            Scenarios = makeScenario,
            Strategies = makeStrategy,
            Budget = budget,
            Ledger = ledger,
            CutsTree = !probe.IsNumbered && (!Shard.IsWhole || isShared), // for one worker too: what is resumed may be so with more
            Share = probe.IsNumbered ? new Blocks(budget.Executions).Share(Shard) : Shard.ShareOf(budget.Executions),
            Tickets = executionsBefore,
        };
        using (cancellation.Register(() => shared.Stop = true))
        {
            if (!ledger.HasEnded) Volatile.Write(ref workers, [.. Enumerable.Range(0, isShared ? jobs : 1).Select(i => new ExplorationWorker(shared, i))]);
            Await(shared, watch);
        }
        watch.Stop();
        if (shared.Broken is { } broken) throw new InvalidOperationException(broken.Message, broken);
        Save(ledger, watch);
        return Result(probe, shared, watch);
    }

    static ExplorationResult Result(Strategy probe, SharedWork shared, Stopwatch watch)
    {
        var ledger = shared.Ledger;
        var parts = ledger.Parts;
        var covered = ledger.Coverage.Record();
        long executions = parts.Sum(static part => part.Executions);
        return new()
        {
            Strategy = probe.Name,
            Executions = executions,
            Points = parts.Sum(static part => part.Points),
            Seconds = ledger.SecondsBefore + watch.Elapsed.TotalSeconds,
            Exhausted = ledger is { HasEnded: true, IsExhaustive: true, Failure: null },
            Interrupted = ledger is { HasEnded: false, Failure: null } && executions < shared.Share,
            Bounds = ledger.Bounds,
            Premises = ledger.Premises,
            Advice = ledger.Advice,
            Coverage = covered.Within(parts),
            Covered = covered,
            Violation = ledger.Failure?.Violation,
            Program = ledger.Failure?.Program ?? [],
            Trace = ledger.Failure?.Trace ?? [],
            Parts = parts,
            FailedPart = ledger.Failure?.Part,
        };
    }

    /// <summary>Until all workers are done or given up; on the way, the ledger is saved from time to time.</summary>
    void Await(SharedWork shared, Stopwatch watch)
    {
        var alive = workers.ToList();
        double lastSaved = 0;
        while (alive.Count > 0)
        {
            alive[0].Thread.Join(LookMs);
            foreach (var worker in alive.Where(each => each.SilentSeconds >= budget.HangSeconds && each.Thread.IsAlive)) worker.GiveUp();
            alive.RemoveAll(each => !each.Thread.IsAlive || each.SilentSeconds >= budget.HangSeconds);
            double seconds = watch.Elapsed.TotalSeconds;
            if (shared.Ledger.SecondsBefore + seconds > budget.Seconds) shared.Stop = true;
            if (Checkpointing is null || seconds - lastSaved < Checkpointing.EverySeconds) continue;
            if (shared.Round == SavedRound) shared.Round++;
            if (alive.Exists(each => each.AnsweredRound != shared.Round)) continue;
            lastSaved = seconds;
            SavedRound = shared.Round;
            Save(shared.Ledger, watch);
        }
    }

    /// <summary>The last round that went into a checkpoint.</summary>
    int SavedRound { get; set; }

    void Save(Ledger ledger, Stopwatch watch) => Checkpointing?.Save(ledger.Save(ledger.SecondsBefore + watch.Elapsed.TotalSeconds));
}
