using Ringcheck.Exploration;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>Bugs of the kind that each strategy is made for, and the bounds that it states.</summary>
public sealed class PlantedBugTests
{
    const int Limit = 3_000;

    /// <summary>Executions until the planted failure, or 0.</summary>
    static int Find(IScenario scenario, Strategy strategy, int limit = Limit)
    {
        for (int i = 0; i < limit && strategy.Begin(i); i++)
        {
            if (Execution.Run(scenario, strategy) is not null) return i + 1;
        }
        return 0;
    }

    static double Median(Func<ulong, int> find)
    {
        var counts = Enumerable.Range(0, 21).Select(seed => find((ulong)seed)).Select(static count => count == 0 ? int.MaxValue : count).Order().ToList();
        return counts[10];
    }

    /// <summary>How often the turn was taken from somebody who could go on.</summary>
    static int Preemptions(IReadOnlyList<int> order, int[] steps)
    {
        var done = new int[steps.Length];
        int count = 0;
        for (int i = 0; i < order.Count; i++)
        {
            if (i > 0 && order[i] != order[i - 1] && done[order[i - 1]] < steps[order[i - 1]]) count++;
            done[order[i]]++;
        }
        return count;
    }

    /// <summary>
    /// Thirty steps of one agent between two of another: a random walk keeps still so long once in 2^30. Two preemptions of PCT, delay bounding and preemption bounding.
    /// </summary>
    static ChoiceLadder LongPause() => new([20, 30], rule: static order
        => order.Count >= 32 && order.Count(static agent => agent == 0) == 6 && order[^1] == 0 && order.SkipLast(1).TakeLast(30).All(static agent => agent == 1));

    [Theory]
    [InlineData("pct")]
    [InlineData("delay")]
    [InlineData("preemption")]
    [InlineData("deepening")]
    [InlineData("portfolio")]
    public void A_long_pause_is_found_by_those_that_switch_rarely(string strategy)
    {
        using var scenario = LongPause();
        Assert.InRange(Find(scenario, StrategyCatalog.Make(strategy, 1, 50)), 1, Limit);
    }

    [Fact]
    public void A_long_pause_is_not_found_by_a_random_walk()
    {
        using var scenario = LongPause();
        Assert.Equal(0, Find(scenario, new RandomWalk(1)));
    }

    /// <summary>
    /// Three agents read and write one place in a certain order, each after as many accesses to a place of its own as its number says: those race with nobody, and should not
    /// matter. They matter to a random walk, which lets the shortest come first; partial-order sampling sees through them.
    /// </summary>
    static ChoiceLadder RaceBehindNoise() => new([1, 3, 13], place: static (agent, step)
        => step < NoiseOf(agent) ? Footprint.Write(0x1000 + 0x100 * (ulong)agent) : Footprint.Write(0x4000),
        rule: static order => order[^1] == 0 && order.Count(static agent => agent == 2) == 13 && order.Count(static agent => agent == 1) == 3);

    static int NoiseOf(int agent) => agent switch { 0 => 0, 1 => 2, _ => 12 };

    [Fact]
    public void Partial_order_sampling_is_not_misled_by_accesses_that_race_with_nobody()
    {
        double pos = Median(static seed => Find(RaceBehindNoise(), new PartialOrderSampling(seed)));
        double random = Median(static seed => Find(RaceBehindNoise(), new RandomWalk(seed)));
        Assert.True(pos * 10 < random, $"pos {pos}, random {random}");
    }

    /// <summary>Ten places in a row where a device has four ways, of which one leads on: a random walk gets through once in 16 million executions.</summary>
    sealed class Staircase : IScenario
    {
        const int Steps = 10;

        readonly CpuAgent cpu;

        public Staircase() => cpu = Engine.Add(new CpuAgent("cpu0"));

        public Engine Engine { get; } = new();

        public IReadOnlyList<Operation> Program { get; set; } = [];

        public IReadOnlyList<Premise> Premises => [];

        public string Bounds => "";

        public void Reset(Strategy strategy) => Engine.Reset(strategy);

        public void Run()
        {
            for (int step = 0; step < Steps; step++)
            {
                cpu.Point();
                if (Engine.Choose(ChoiceKind.Device, 4) != 1 + step % 3) return;
                if (Engine.Coverage.IsOn) Engine.Coverage.Reach(Hashing.Mix(0, (ulong)step));
            }
            Engine.Fail(new("toy", "planted", [], "", ""));
        }

        public string Describe(Operation operation) => "";

        public IEnumerable<Operation> Simpler(Operation operation) => [];

        public Operation? Merge(Operation first, Operation second) => null;

        public void Dispose()
        {
        }
    }

    [Fact]
    public void New_states_lead_the_coverage_strategy_up_a_staircase()
    {
        using var first = new Staircase();
        using var second = new Staircase();
        Assert.InRange(Find(first, new CoverageGuided(1)), 1, Limit);
        Assert.Equal(0, Find(second, new RandomWalk(1)));
    }

    /// <summary>
    /// One kind of fault has to happen four times while another, which is offered as often and ends all, does not happen: with everything enabled, one spoils the other.
    /// </summary>
    sealed class SpoiltFault : IScenario
    {
        readonly CpuAgent cpu;

        public SpoiltFault() => cpu = Engine.Add(new CpuAgent("cpu0"));

        public Engine Engine { get; } = new();

        public IReadOnlyList<Operation> Program { get; set; } = [];

        public IReadOnlyList<Premise> Premises => [];

        public string Bounds => "";

        public void Reset(Strategy strategy) => Engine.Reset(strategy);

        public void Run()
        {
            int happened = 0;
            for (int i = 0; i < 12; i++)
            {
                cpu.Point();
                if (Engine.Choose(ChoiceKind.Device, 3) != 0) return;
                if (Engine.Choose(ChoiceKind.Device, 2) != 0) happened++;
            }
            if (happened >= 5) Engine.Fail(new("toy", "planted", [], "", ""));
        }

        public string Describe(Operation operation) => "";

        public IEnumerable<Operation> Simpler(Operation operation) => [];

        public Operation? Merge(Operation first, Operation second) => null;

        public void Dispose()
        {
        }
    }

    [Fact]
    public void A_swarm_leaves_out_what_spoils_the_rest()
    {
        double swarm = Median(static seed => Find(new SpoiltFault(), new Swarm(seed)));
        double random = Median(static seed => Find(new SpoiltFault(), new RandomWalk(seed)));
        Assert.True(swarm * 5 < random, $"swarm {swarm}, random {random}");
    }

    [Fact]
    public void No_execution_has_more_delays_than_the_bound_says()
    {
        int[] steps = [6, 5, 4];
        using var scenario = new ChoiceLadder(steps);
        var strategy = new DelayBounding(3, maxDelays: 2, choices: 14);
        int most = 0;
        for (int i = 0; i < 500; i++)
        {
            strategy.Begin(i);
            Assert.Null(Execution.Run(scenario, strategy));
            most = Math.Max(most, Preemptions(scenario.Order, steps));
        }
        Assert.Equal(2, most); // each delay takes the turn from one agent, and nothing else does
        Assert.Equal("at most 2 delays among 14 choices", strategy.Bounds);
    }

    /// <summary>Three agents of 2, 2 and 1 steps: 30 orders. All of them are run, those with fewer preemptions first.</summary>
    [Fact]
    public void Preemption_bounding_runs_all_orders_with_fewer_preemptions_first()
    {
        int[] steps = [2, 2, 1];
        using var scenario = new ChoiceLadder(steps);
        var orders = new HashSet<string>();
        for (int bound = 0; bound < 4; bound++)
        {
            var strategy = new Exhaustive(Pruning.None, bound, Counted.Preemptions);
            var found = new HashSet<string>();
            while (strategy.Begin(0))
            {
                Assert.Null(Execution.Run(scenario, strategy));
                Assert.InRange(Preemptions(scenario.Order, steps), 0, bound);
                Assert.True(found.Add(string.Concat(scenario.Order)));
            }
            Assert.Superset(orders, found);
            orders = found;
        }
        Assert.Equal(30, orders.Count);
    }

    [Fact]
    public void Preemption_bounding_says_how_far_it_came()
    {
        using var scenario = new ChoiceLadder([2, 2, 1]);
        var strategy = new PreemptionBounding();
        Assert.True(strategy.Begin(0));
        Assert.Equal("at most 0 preemptions (unfinished)", strategy.Bounds);
        Assert.False(strategy.IsExhaustive);
        Assert.Equal(0, Find(scenario, strategy));
        Assert.True(strategy.IsExhaustive);
        Assert.Equal("", strategy.Bounds);
    }

    /// <summary>The oracle of pruning, for a bound on preemptions: full and pruned search see the same states.</summary>
    [Theory]
    [InlineData(ToyBug.None, 1)]
    [InlineData(ToyBug.NoRecheck, 2)]
    [InlineData(ToyBug.Both, 3)]
    public void Pruning_keeps_all_states_under_a_bound_on_preemptions(ToyBug bug, int most)
    {
        (FingerprintTable Seen, SortedSet<string> Failures) Search(Pruning pruning)
        {
            using var scenario = new ToyScenario(bug);
            var strategy = new Exhaustive(pruning, most, Counted.Preemptions);
            var failures = new SortedSet<string>(StringComparer.Ordinal);
            while (strategy.Begin(0))
            {
                if (Execution.Run(scenario, strategy) is { } violation) failures.Add(violation.Key);
            }
            Assert.True(strategy.WasBounded);
            return (strategy.Seen, failures);
        }
        var full = Search(Pruning.CountOnly);
        var pruned = Search(Pruning.SeenStates);
        Assert.True(full.Seen.SetEquals(pruned.Seen));
        Assert.Equal(full.Failures, pruned.Failures);
    }
}
