using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>
/// An exploration whose process dies goes on from its last checkpoint, and ends as if nothing had happened. Here each checkpoint of a run is resumed as if it had
/// been the last; <c>tests/Deploy</c> kills real processes.
/// </summary>
public sealed class CheckpointTests
{
    static readonly ScenarioCatalog Catalog = new();

    static IScenario Ring() => Catalog.Create("spsc-4x3", "none", "sc");

    static IScenario Requests() => Catalog.Create("blk-two-requests", "odd", "sc");

    static IScenario Reduced() => Catalog.Create("spsc-2x4", "none", "arm");

    static IScenario Failing() => new ToyScenario(ToyBug.Both, produced: 4, noise: 2);

    static ExplorationResult Explore(Func<IScenario> scenario, Func<Strategy> strategy, Shard shard, int jobs, long executions, Checkpointing? checkpointing = null)
        => new Explorer(scenario, strategy, new(executions, Jobs: jobs)) { Shard = shard, Checkpointing = checkpointing }.Run(TestContext.Current.CancellationToken);

    public static TheoryData<string, string, int, int, long> Cases => new()
    {
        { "random", "requests", 1, 1, 5_000 },
        { "random", "requests", 2, 3, 5_000 },
        { "pct", "requests", 2, 1, 3_000 },
        { "coverage", "requests", 1, 1, 5_000 },
        { "coverage", "requests", 1, 2, 5_000 },
        { "portfolio", "requests", 2, 1, 3_000 },
        { "preemption", "requests", 1, 1, 5_000 },
        { "states", "requests", 1, 1, 5_000 },
        { "states", "requests", 1, 3, 5_000 },
        { "deepening", "requests", 1, 1, 5_000 },
        { "deepening", "requests", 1, 2, 5_000 },
        { "full", "ring", 1, 1, 100_000 },
        { "full", "ring", 2, 1, 100_000 },
        { "full", "ring", 2, 2, 100_000 },
        { "exhaustive", "reduced", 1, 1, 100_000 },
        { "exhaustive", "reduced", 1, 2, 100_000 },
        { "exhaustive", "reduced", 2, 3, 100_000 },
        { "deepening", "failing", 1, 1, 100_000 },
        { "full", "failing", 2, 2, 1_000_000 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_checkpoint_leads_to_the_same_end(string name, string what, int jobs, int shards, long executions)
    {
        Func<IScenario> scenario = what switch { "ring" => Ring, "requests" => Requests, "reduced" => Reduced, _ => Failing };
        var strategy = name == "full" ? () => new Exhaustive(Pruning.None) : StrategyCatalog.Create(name, 2, scenario);
        var shard = new Shard(shards, shards);
        var expected = Explore(scenario, strategy, shard, jobs, executions);
        Assert.Equal(what == "failing", expected.Violation is not null);

        var saved = new List<ReadOnlyMemory<byte>>();
        Same(expected, Explore(scenario, strategy, shard, jobs, executions, new(0, saved.Add)));
        // As if killed after the first, the one in the middle, and the last one.
        foreach (int i in new HashSet<int> { 0, saved.Count / 2, saved.Count - 1 })
        {
            // Other workers than before; and one more death on the way.
            var again = new List<ReadOnlyMemory<byte>>();
            Same(expected, Explore(scenario, strategy, shard, 3 - jobs, executions, new(0, again.Add, saved[i])));
            Same(expected, Explore(scenario, strategy, shard, jobs, executions, new(100, static _ => { }, again[again.Count / 2])));
        }
    }

    static void Same(ExplorationResult expected, ExplorationResult result)
    {
        Assert.Equal(expected.Violation, result.Violation, (one, other) => one?.Message == other?.Message && one?.Key == other?.Key);
        Assert.Equal(expected.Trace, result.Trace);
        Assert.Equal(expected.Executions, result.Executions);
        Assert.Equal(expected.Points, result.Points);
        Assert.Equal(expected.Parts, result.Parts);
        Assert.Equal(expected.Exhausted, result.Exhausted);
        Assert.Equal(expected.Interrupted, result.Interrupted);
        Assert.Equal(expected.Bounds, result.Bounds);
        Assert.Equal(expected.Coverage.Firsts, result.Coverage.Firsts);
        Assert.Equal(expected.Coverage.Rules.Select(each => (each.Rule.Name, each.First)), result.Coverage.Rules.Select(each => (each.Rule.Name, each.First)));
        // Where something was found, how often premises were met by then depends on the workers.
        if (expected.Violation is null) Assert.Equal(expected.Premises, result.Premises);
    }

    [Fact]
    public void Stopping_saves_where_it_stopped()
    {
        var strategy = StrategyCatalog.Create("random", 2, Requests);
        var expected = Explore(Requests, strategy, Shard.Whole, 1, 20_000);
        ReadOnlyMemory<byte>? last = null;
        long parts = 0;
        int stops = 0;
        ExplorationResult result;
        do
        {
            using var stop = new CancellationTokenSource();
            int runs = 0;
            IScenario Stopping() => new Counting(Requests(), () => { if (Interlocked.Increment(ref runs) == 4_000) stop.Cancel(); });
            result = new Explorer(Stopping, strategy, new(20_000, Jobs: 2)) { Checkpointing = new(100, bytes => last = bytes, last) }.Run(stop.Token);
            Assert.True(result.Executions >= parts, "an execution was lost");
            parts = result.Executions;
            stops++;
            Assert.True(stops < 200, "it does not get on");
        }
        while (result.Interrupted);
        Assert.True(stops > 1, "it was never stopped");
        Same(expected, result);
    }

    [Fact]
    public void A_strategy_that_cannot_be_saved_is_refused()
        => Assert.Contains("cannot be saved", Assert.Throws<NotSupportedException>(() => Explore(Ring, () => new Forgetful(), Shard.Whole, 1, 10, new(1, static _ => { }))).Message);

    /// <summary>Says so, whenever it has run.</summary>
    sealed class Counting(IScenario inner, Action ran) : IScenario
    {
        public Engine Engine => inner.Engine;

        public IReadOnlyList<Operation> Program { get => inner.Program; set => inner.Program = value; }

        public IReadOnlyList<Premise> Premises => inner.Premises;

        public IReadOnlyList<WatchedRule> Rules => inner.Rules;

        public string Bounds => inner.Bounds;

        public void Reset(Strategy strategy) => inner.Reset(strategy);

        public void Run()
        {
            inner.Run();
            ran();
        }

        public string Describe(Operation operation) => inner.Describe(operation);

        public IEnumerable<Operation> Simpler(Operation operation) => inner.Simpler(operation);

        public Operation? Merge(Operation first, Operation second) => inner.Merge(first, second);

        public void Dispose() => inner.Dispose();
    }

    sealed class Forgetful : Strategy
    {
        public override string Name => "forgetful";

        public override bool Begin(long execution) => true;

        public override int Choose(in ChoicePoint point, Engine engine) => point.Default;
    }
}
