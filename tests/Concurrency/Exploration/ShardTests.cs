using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>An exploration cut into shards: the shards together run what one process runs, and no execution twice.</summary>
public sealed class ShardTests
{
    static readonly ScenarioCatalog Catalog = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static IScenario Ring() => Catalog.Create("spsc-4x3", "none", "sc");

    /// <summary>What a shard ran: a scenario that writes down the choices of each execution that counts.</summary>
    sealed class Recorder(Strategy inner, List<string> into) : Strategy, IShardable
    {
        public override string Name => inner.Name;

        public override bool IsNumbered => inner.IsNumbered;

        public override bool IsIndependent => inner.IsIndependent;

        public override bool NeedsFingerprints => inner.NeedsFingerprints;

        public override bool IsExhaustive => inner.IsExhaustive;

        public override bool Begin(long execution) => inner.Begin(execution);

        public override int Choose(in ChoicePoint point, Engine engine) => inner.Choose(point, engine);

        public bool PartsShareNothing => false; // one list

        public bool IsScouting => inner is IShardable { IsScouting: true };

        public long Part => ((IShardable)inner).Part;

        public void Restrict(Func<long> next) => ((IShardable)inner).Restrict(next);

        public override void End(Engine engine)
        {
            if (!IsScouting) into.Add(string.Join(',', engine.Trace) + (engine.Draining ? " pruned" : ""));
        }
    }

    static ExplorationResult Explore(Func<Strategy> strategy, Shard shard, Func<IScenario> scenario, long executions = long.MaxValue, int jobs = 1)
        => new Explorer(scenario, strategy, new(executions, Jobs: jobs)) { Shard = shard }.Run(Cancellation);

    static List<string> Executions(Func<Strategy> strategy, Shard shard, long executions = long.MaxValue)
    {
        var list = new List<string>();
        var result = Explore(() => new Recorder(strategy(), list), shard, Ring, executions);
        Assert.Equal(list.Count, result.Executions);
        Assert.Equal(list.Count, result.Parts.Sum(part => part.Executions));
        return list;
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void ShardsOfADepthFirstSearchAreItsExecutions(int of)
    {
        static Strategy Search() => new Exhaustive(Pruning.None);
        var whole = Executions(Search, Shard.Whole);
        Assert.Equal(whole.Count, whole.Distinct().Count());
        var shards = Enumerable.Range(1, of).Select(i => Executions(Search, new(i, of))).ToList();
        Assert.Equal(whole.Order(StringComparer.Ordinal), shards.SelectMany(each => each).Order(StringComparer.Ordinal));
        Assert.True(shards.Max(each => each.Count) < 2 * whole.Count / of, "the parts are too uneven");
    }
}
