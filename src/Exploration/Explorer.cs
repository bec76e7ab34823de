using System.Diagnostics;

namespace Ringcheck.Exploration;

/// <summary>How much to explore. Executions, not seconds, are what makes a result the same each time.</summary>
public sealed record ExplorationBudget(long Executions, double Seconds = double.PositiveInfinity, int Jobs = 1)
{
    /// <summary>Executions for each scenario and profile when nothing else is asked for.</summary>
    public const long Default = 10_000;

    /// <summary>Of so many executions, the first is recorded and audited: see <see cref="Engine.Audited"/>.</summary>
    public int AuditEvery { get; init; } = Execution.AuditEvery;

    /// <summary>
    /// Whether coverage is followed in this execution: in the first 1,000, where most of it is found, and in one of eight after that. Following it everywhere
    /// cost 6 % (blk-two-requests, CPU time, on a busy machine). A strategy that lives on it has it always.
    /// </summary>
    public static bool IsCovered(long execution) => execution < 1_000 || execution % 8 == 0;

    /// <summary>A worker whose driver code shows no sign of life for this long is given up, as a last resort.</summary>
    public double HangSeconds { get; init; } = 20;
}

/// <summary>What an exploration found and how far it went.</summary>
public sealed record ExplorationResult
{
    public required string Strategy { get; init; }

    /// <summary>Executions run; when something was found, up to and including the one that found it.</summary>
    public required long Executions { get; init; }

    public required long Points { get; init; }

    /// <summary>Time spent exploring.</summary>
    public required double Seconds { get; init; }

    /// <summary>True if nothing was left out. Anything else is bounded, however long it ran.</summary>
    public required bool Exhausted { get; init; }

    /// <summary>True if Ctrl-C or the time limit ended it early.</summary>
    public required bool Interrupted { get; init; }

    public required string Bounds { get; init; }

    public required IReadOnlyList<Premise> Premises { get; init; }

    /// <summary>What was right and more than is needed, in any execution, each once.</summary>
    public IReadOnlyList<Violation> Advice { get; init; } = [];

    public Violation? Violation { get; init; }

    /// <summary>Model states and premises of rules that the executions came to, the same for any number of workers.</summary>
    public CoverageResult Coverage { get; init; } = CoverageResult.Nothing;

    public IReadOnlyList<Operation> Program { get; init; } = [];

    public IReadOnlyList<Deviation> Trace { get; init; } = [];
}

/// <summary>Runs a scenario under a strategy until something is found, nothing is left, or the budget is used up.</summary>
public sealed class Explorer(Func<IScenario> makeScenario, Func<Strategy> makeStrategy, ExplorationBudget limits)
{
    const int Chunk = 256;

    readonly Func<IScenario> scenarios = makeScenario;
    readonly Func<Strategy> strategies = makeStrategy;
    readonly ExplorationBudget budget = limits;
    readonly Lock gate = new();
    readonly SortedDictionary<long, long> pointsOfChunk = [];
    long nextChunk, executionsDone, failedAt = long.MaxValue;
    Violation? violation;
    IReadOnlyList<Operation> program = [];
    IReadOnlyList<Deviation> trace = [];
    Exception? broken;
    volatile bool stop, exhausted;
    string bounds = "";
    Premise[] premises = [];
    readonly CoverageSum coverage = new();
    IReadOnlyList<WatchedRule> rules = [];
    Worker[] running = [];
    readonly SortedDictionary<string, Violation> advice = new(StringComparer.Ordinal);

    /// <summary>Executions so far, for progress displays. May be read from any thread.</summary>
    public long ExecutionsDone => Interlocked.Read(ref executionsDone);

    /// <summary>Model states that one worker has reached so far, at least, for progress displays. May be read from any thread.</summary>
    public int StatesReached => running.Select(static worker => worker.Coverage?.States ?? 0).DefaultIfEmpty().Max();

    /// <summary>Rules whose premise one worker has met so far, in the same way.</summary>
    public int RulesMet => running.Select(static worker => worker.Coverage?.Rules ?? 0).DefaultIfEmpty().Max();

    public ExplorationResult Run(CancellationToken cancellation = default)
    {
        var watch = Stopwatch.StartNew();
        var probe = strategies();
        int workers = probe.IsIndependent ? Math.Max(1, budget.Jobs) : 1;
        using var onCancel = cancellation.Register(() => stop = true);
        running = [.. Enumerable.Range(0, workers).Select(_ => new Worker(this))];
        foreach (var worker in running) Await(worker, watch);
        watch.Stop();
        if (broken is not null) throw new InvalidOperationException(broken.Message, broken);
        long executions = failedAt != long.MaxValue ? failedAt + 1 : ExecutionsDone;
        return new()
        {
            Strategy = probe.Name,
            Executions = executions,
            Points = pointsOfChunk.Where(chunk => chunk.Key <= failedAt).Sum(chunk => chunk.Value),
            Seconds = watch.Elapsed.TotalSeconds,
            Exhausted = exhausted && violation is null,
            Interrupted = violation is null && !exhausted && executions < budget.Executions,
            Bounds = bounds,
            Premises = premises,
            Coverage = coverage.Of(executions, rules),
            Advice = [.. advice.Values],
            Violation = violation,
            Program = program,
            Trace = trace,
        };
    }

    void Await(Worker worker, Stopwatch watch)
    {
        while (!worker.Thread.Join(50))
        {
            if (watch.Elapsed.TotalSeconds > budget.Seconds) stop = true;
            if (worker.SilentSeconds < budget.HangSeconds) continue;
            worker.GiveUp();
            return;
        }
    }

    sealed class Worker
    {
        readonly Explorer explorer;
        IScenario? scenario;
        long execution;
        (long Execution, uint Points) lastSeen;
        readonly Stopwatch silent = Stopwatch.StartNew();

        public Worker(Explorer explorer)
        {
            this.explorer = explorer;
            // A deep stack: recursion without end is caught with room to spare, not by the process dying.
            Thread = new Thread(Run, 16 << 20) { IsBackground = true, Name = "explorer" };
            Thread.Start();
        }

        public Thread Thread { get; }

        public Coverage? Coverage => scenario?.Engine.Coverage;

        /// <summary>How long this worker has made no scheduling point.</summary>
        public double SilentSeconds
        {
            get
            {
                var now = (Interlocked.Read(ref execution), scenario?.Engine.Points ?? 0);
                if (now != lastSeen || scenario is null)
                {
                    lastSeen = now;
                    silent.Restart();
                }
                return silent.Elapsed.TotalSeconds;
            }
        }

        /// <summary>Driver code does not come back. Its thread is left behind; what it had chosen so far replays it.</summary>
        public void GiveUp()
        {
            var engine = scenario!.Engine;
            lock (explorer.gate)
            {
                explorer.stop = true;
                explorer.Report(execution, new("progress", "hang", [],
                    $"driver code made no access to the machine for {explorer.budget.HangSeconds:F0} s of wall-clock time",
                    "Bound the loop that does not come back."), scenario.Program, [.. engine.Trace]);
            }
        }

        void Run()
        {
            try
            {
                Explore();
            }
            catch (Exception exception)
            {
                explorer.broken = exception;
                explorer.stop = true;
            }
        }

        void Explore()
        {
            using var built = explorer.scenarios();
            scenario = built;
            var strategy = explorer.strategies();
            while (explorer.TakeChunk(out long first, out long end))
            {
                long points = 0;
                for (long i = first; i < end && !explorer.stop; i++)
                {
                    Interlocked.Exchange(ref execution, i);
                    built.Engine.Coverage.Number(i, isWanted: ExplorationBudget.IsCovered(i));
                    if (!strategy.Begin(i))
                    {
                        explorer.stop = true;
                        explorer.exhausted = strategy.IsExhaustive;
                        break;
                    }
                    var found = Execution.Run(built, strategy, audited: i % explorer.budget.AuditEvery == 0);
                    points += built.Engine.Points;
                    Interlocked.Increment(ref explorer.executionsDone);
                    if (found is null) continue;
                    lock (explorer.gate) explorer.Report(i, found, built.Program, [.. built.Engine.Trace]);
                    break;
                }
                lock (explorer.gate) explorer.pointsOfChunk[first] = points;
            }
            lock (explorer.gate) explorer.Finish(built, strategy);
        }
    }

    bool TakeChunk(out long first, out long end)
    {
        lock (gate)
        {
            first = nextChunk;
            end = Math.Min(first + Chunk, budget.Executions);
            nextChunk = end;
            return !stop && first < end && first < failedAt;
        }
    }

    /// <summary>The failure of the lowest execution number counts, so that the result does not depend on the number of workers.</summary>
    void Report(long execution, Violation found, IReadOnlyList<Operation> ofProgram, IReadOnlyList<Deviation> ofTrace)
    {
        if (execution >= failedAt) return;
        (failedAt, violation, program, trace) = (execution, found, ofProgram, ofTrace);
    }

    void Finish(IScenario scenario, Strategy strategy)
    {
        bounds = string.Join("; ", new[] { scenario.Bounds, strategy.Bounds }.Where(text => text.Length > 0));
        scenario.Engine.Coverage.AddTo(coverage);
        rules = scenario.Rules;
        foreach (var each in scenario.Advice) advice.TryAdd(each.Message, each);
        var met = scenario.Premises;
        if (premises.Length == 0) premises = [.. met];
        else for (int i = 0; i < premises.Length; i++) premises[i] = premises[i] with { Count = premises[i].Count + met[i].Count };
    }
}
