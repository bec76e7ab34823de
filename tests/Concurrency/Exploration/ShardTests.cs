using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>An exploration cut into shards: together they run what one process runs, and no execution twice.</summary>
public sealed class ShardTests
{
    static readonly ScenarioCatalog Catalog = new();

    static IScenario Ring() => Catalog.Create("spsc-4x3", "none", "sc");

    static ExplorationResult Explore(Func<IScenario> scenario, Func<Strategy> strategy, Shard shard, long executions = long.MaxValue, int jobs = 1)
        => new Explorer(scenario, strategy, new(executions, Jobs: jobs)) { Shard = shard }.Run(TestContext.Current.CancellationToken);

    static IEnumerable<Shard> Shards(int of) => Enumerable.Range(1, of).Select(i => new Shard(i, of));

    /// <summary>The choices of each execution that counts.</summary>
    static List<string> Executions(Func<Strategy> strategy, Shard shard, long executions = long.MaxValue)
    {
        var list = new List<string>();
        var result = Explore(Ring, () => new Recorder(strategy(), list), shard, executions);
        Assert.Null(result.Violation);
        Assert.Equal(list.Count, result.Executions);
        Assert.All(result.Parts, part => Assert.True(shard.Has(part.Part) && part.Executions > 0));
        return list;
    }

    static void UnionIsWhole(Func<Strategy> strategy, int of, long executions = long.MaxValue)
    {
        var whole = Executions(strategy, Shard.Whole, executions);
        var shards = Shards(of).Select(shard => Executions(strategy, shard, executions)).ToList();
        Assert.Equal(whole.Order(StringComparer.Ordinal), shards.SelectMany(each => each).Order(StringComparer.Ordinal));
        Assert.True(shards.Max(each => each.Count) < 2 * whole.Count / of, "the shares are too uneven: " + string.Join(", ", shards.Select(each => each.Count)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Shards_of_a_tree_are_its_executions(int of)
    {
        static Strategy Search() => new Exhaustive(Pruning.None);
        UnionIsWhole(Search, of);
        var whole = Executions(Search, Shard.Whole);
        Assert.Equal(whole.Count, whole.Distinct().Count()); // so equal lists mean that no execution is in two shards
    }

    [Theory]
    [InlineData("random", 2)]
    [InlineData("uniform", 3)]
    [InlineData("pct", 7)]
    public void Shards_of_numbers_are_its_executions(string strategy, int of) => UnionIsWhole(StrategyCatalog.Create(strategy, 3, Ring), of, 5_000);

    [Fact]
    public void More_shards_than_parts_leave_some_with_nothing()
    {
        static Strategy Search() => new Exhaustive(Pruning.None);
        var results = Shards(40).Select(shard => Explore(() => new ToyScenario(ToyBug.None, produced: 1), Search, shard)).ToList();
        var whole = Explore(() => new ToyScenario(ToyBug.None, produced: 1), Search, Shard.Whole);
        Assert.Equal(whole.Executions, results.Sum(each => each.Executions));
        Assert.Equal(whole.Points, results.Sum(each => each.Points));
        Assert.All(results, each => Assert.True(each.Exhausted));
        Assert.Contains(results, each => each.Executions == 0);
    }

    /// <summary>Premises are counted inside the scenario: those of the executions that look for the parts must not be in them.</summary>
    [Theory]
    [InlineData(Pruning.None, 1)]
    [InlineData(Pruning.None, 3)]
    public void Counts_of_shards_and_workers_add_up(Pruning pruning, int jobs)
    {
        Strategy Search() => new Exhaustive(pruning);
        var whole = Explore(Ring, Search, Shard.Whole);
        var shards = Shards(3).Select(shard => Explore(Ring, Search, shard, jobs: jobs)).ToList();
        Assert.True(whole.Exhausted && shards.All(each => each.Exhausted));
        Assert.Equal(whole.Executions, shards.Sum(each => each.Executions));
        Assert.Equal(whole.Points, shards.Sum(each => each.Points));
        var covered = CoverageRecord.Join(shards.Select(each => each.Covered)).Within([.. shards.SelectMany(each => each.Parts)]);
        Assert.Equal(whole.Coverage.Firsts, covered.Firsts);
        for (int i = 0; i < whole.Premises.Count; i++) Assert.Equal(whole.Premises[i].Count, shards.Sum(each => each.Premises[i].Count));
    }

    /// <summary>Whoever finds what first: the failure of the lowest part is the one that an undivided search stops at.</summary>
    [Theory]
    [InlineData("random", 2)]
    [InlineData("pct", 3)]
    [InlineData("deepening", 2)]
    [InlineData("deepening", 5)]
    [InlineData("preemption", 2)]
    [InlineData("states", 2)]
    [InlineData("states", 5)]
    [InlineData("portfolio", 2)]
    [InlineData("full", 3)]
    public void The_first_failure_is_the_same(string name, int of)
    {
        static IScenario Toy() => new ToyScenario(ToyBug.Both, noise: 1);
        var strategy = name == "full" ? () => new Exhaustive(Pruning.None) : StrategyCatalog.Create(name, 5, Toy);
        var whole = Explore(Toy, strategy, Shard.Whole, 100_000);
        var shards = Shards(of).Select(shard => Explore(Toy, strategy, shard, 100_000)).ToList();
        var first = shards.Where(each => each.FailedPart is not null).MinBy(each => each.FailedPart)!;
        Assert.NotNull(whole.Violation);
        Assert.Equal(whole.Violation, first.Violation);
        Assert.Equal(whole.Trace, first.Trace);
        if (name is "deepening" or "preemption" or "states") return; // how much is pruned depends on what a shard has seen
        var parts = shards.SelectMany(each => each.Parts).Where(part => part.Part <= first.FailedPart).ToList();
        Assert.Equal(whole.Executions, parts.Sum(part => part.Executions));
        Assert.Equal(whole.Points, parts.Sum(part => part.Points));
    }

    /// <summary>The oracle of pruning across shards: they find every failure that a search without shards finds, and see no other states.</summary>
    [Theory]
    [InlineData(ToyBug.Both, int.MaxValue)]
    [InlineData(ToyBug.Both, 3)]
    [InlineData(ToyBug.None, int.MaxValue)]
    public void Pruned_shards_find_every_failure(ToyBug bug, int maxDeviations)
    {
        IScenario Toy() => new ToyScenario(bug, noise: 1);
        var whole = new Exhaustive(Pruning.SeenStates, maxDeviations);
        var wholeFailures = AllFailures(Toy, whole);
        var failures = new SortedSet<string>(StringComparer.Ordinal);
        long states = 0;
        bool bounded = false;
        foreach (var shard in Shards(3))
        {
            var search = new Exhaustive(Pruning.SeenStates, maxDeviations);
            long next = shard.Index - 1 - shard.Of;
            search.Restrict(() => next += shard.Of);
            failures.UnionWith(AllFailures(Toy, search));
            bounded |= !search.IsExhaustive;
            Assert.True(search.Seen.IsSubsetOf(whole.Seen), "a shard saw a state that the whole search did not");
            states += search.States;
        }
        Assert.Equal(wholeFailures, failures);
        Assert.Equal(whole.IsExhaustive, !bounded);
        Assert.True(states >= whole.States - (TreeSplit.Wanted * TreeSplit.LongestPrefix), "what is missing lies above the parts");
    }

    static SortedSet<string> AllFailures(Func<IScenario> make, Exhaustive strategy)
    {
        using IScenario scenario = make(), aside = make();
        var failures = new SortedSet<string>(StringComparer.Ordinal);
        for (long i = 0; strategy.Begin(i); i++)
        {
            if (Execution.Run(strategy.IsScouting ? aside : scenario, strategy) is { } found && !strategy.IsScouting) failures.Add(found.Key);
        }
        return failures;
    }

    [Fact]
    public void A_strategy_that_says_nothing_about_shards_is_refused()
        => Assert.Contains("cannot be divided", Assert.Throws<NotSupportedException>(() => Explore(Ring, () => new Secretive(), new(1, 2), 10)).Message);

    [Theory]
    [InlineData("1/1", true)]
    [InlineData("3/8", true)]
    [InlineData("0/8", false)]
    [InlineData("9/8", false)]
    [InlineData("1/0", false)]
    [InlineData("-1/2", false)]
    [InlineData("1/2/3", false)]
    [InlineData("1", false)]
    [InlineData("1/2000000", false)]
    [InlineData(" 1/2", false)]
    [InlineData("", false)]
    public void Shards_are_read_strictly(string text, bool isOne)
    {
        Assert.Equal(isOne, Shard.TryParse(text, out var shard));
        if (isOne) Assert.Equal(text, shard.ToString());
    }

    sealed class Secretive : Strategy
    {
        public override string Name => "secretive";

        public override bool Begin(long execution) => true;

        public override int Choose(in ChoicePoint point, Engine engine) => point.Default;
    }

    /// <summary>Writes down the executions of another strategy that count.</summary>
    sealed class Recorder(Strategy inner, List<string> into) : Strategy, IShardable
    {
        public override string Name => inner.Name;

        public override bool IsNumbered => inner.IsNumbered;

        public override bool NeedsFingerprints => inner.NeedsFingerprints;

        public override bool IsExhaustive => inner.IsExhaustive;

        public bool PartsShareNothing => false; // all write into one list

        public bool IsScouting => inner is IShardable { IsScouting: true };

        public long Part => ((IShardable)inner).Part;

        public void Restrict(Func<long> next) => ((IShardable)inner).Restrict(next);

        public override bool Begin(long execution) => inner.Begin(execution);

        public override int Choose(in ChoicePoint point, Engine engine) => inner.Choose(point, engine);

        public override void End(Engine engine)
        {
            if (!IsScouting) into.Add(string.Join(',', engine.Trace));
        }
    }
}
