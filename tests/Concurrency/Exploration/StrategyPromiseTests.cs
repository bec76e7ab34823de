using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>What each strategy promises: the same executions each time, the same result for any number of workers, and bounds that are true.</summary>
public sealed class StrategyPromiseTests
{
    static readonly ScenarioCatalog Catalog = new();

    public static TheoryData<string> All => [.. StrategyCatalog.Names];

    public static TheoryData<string> Independent => ["portfolio", "random", "uniform", "pct", "pos", "delay", "swarm"];

    static List<string> Traces(Func<IScenario> make, string strategy, ulong seed, int executions)
    {
        using var scenario = make();
        var search = StrategyCatalog.Create(strategy, seed, make)();
        var traces = new List<string>();
        for (int i = 0; i < executions && search.Begin(i); i++)
        {
            var violation = Execution.Run(scenario, search);
            traces.Add($"{violation?.Key} {string.Join(',', scenario.Engine.Trace)}");
        }
        return traces;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_same_seed_gives_the_same_executions(string strategy)
    {
        IScenario Make() => Catalog.Create("blk-two-requests", "odd", "sc");
        var first = Traces(Make, strategy, 11, 200);
        Assert.Equal(first, Traces(Make, strategy, 11, 200));
        if (StrategyCatalog.UsesSeed(strategy)) Assert.NotEqual(first, Traces(Make, strategy, 12, 200));
        else Assert.Equal(first, Traces(Make, strategy, 12, 200));
        Assert.True(first.Distinct().Count() > 100);
    }

    /// <summary>An independent strategy may begin anywhere: another worker ran what came before.</summary>
    [Theory]
    [MemberData(nameof(Independent))]
    public void Each_execution_of_an_independent_strategy_depends_on_its_number_only(string strategy)
    {
        Assert.True(StrategyCatalog.Make(strategy, 3, 10).IsIndependent);
        using var scenario = Catalog.Create("blk-two-requests", "odd", "sc");
        var search = StrategyCatalog.Make(strategy, 3, StrategyCatalog.EstimateChoices(scenario));
        var backwards = new List<string>();
        for (int i = 99; i >= 0; i--)
        {
            search.Begin(i);
            Execution.Run(scenario, search);
            backwards.Insert(0, $" {string.Join(',', scenario.Engine.Trace)}");
        }
        Assert.Equal(backwards, Traces(() => Catalog.Create("blk-two-requests", "odd", "sc"), strategy, 3, 100));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_result_does_not_depend_on_the_number_of_workers(string strategy)
    {
        ExplorationResult Explore(int jobs) => new Explorer(() => new ToyScenario(ToyBug.Both), StrategyCatalog.Create(strategy, 7, () => new ToyScenario(ToyBug.Both)),
            new(5_000, Jobs: jobs)).Run(TestContext.Current.CancellationToken);
        var one = Explore(1);
        var three = Explore(3);
        Assert.NotNull(one.Violation);
        Assert.Equal(one.Violation, three.Violation);
        Assert.Equal((one.Executions, one.Points), (three.Executions, three.Points));
        Assert.Equal(one.Trace, three.Trace);
        Assert.Equal(one.Coverage.Firsts, three.Coverage.Firsts);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Each_finds_an_index_that_is_stored_too_early(string strategy) => Finds(strategy, ToyBug.IndexBeforeSlot, "toy/wrong-value");

    /// <summary>Two choices that matter: the consumer rests at the wrong moment, and the producer looks before it has.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Each_finds_a_wake_up_that_is_lost(string strategy) => Finds(strategy, ToyBug.NoRecheck, "lost-notification/nobody-runs");

    static void Finds(string strategy, ToyBug bug, string key)
    {
        var result = new Explorer(() => new ToyScenario(bug), StrategyCatalog.Create(strategy, 7, () => new ToyScenario(bug)), new(5_000)).Run(TestContext.Current.CancellationToken);
        Assert.Equal(key, result.Violation?.Key);
    }

    [Fact]
    public void Each_name_makes_the_strategy_that_says_it_has_that_name()
        => Assert.All(StrategyCatalog.Names, static name => Assert.Equal(name, StrategyCatalog.Make(name, 0, 10).Name));

    [Fact]
    public void A_portfolio_takes_no_strategy_that_builds_on_earlier_executions()
        => Assert.Throws<ArgumentException>(static () => new Portfolio([new RandomWalk(0), new Deepening()]));

    /// <summary>Execution n is that of member n mod k, unchanged: what the table says of a member holds for its share of the portfolio.</summary>
    [Fact]
    public void A_portfolio_runs_its_members_in_turn()
    {
        IScenario Make() => Catalog.Create("blk-two-requests", "odd", "sc");
        var mixed = Traces(Make, "portfolio", 5, 100);
        Assert.Equal(mixed.Where(static (_, at) => at % 5 == 0), Traces(Make, "uniform", 5, 20));
        Assert.Equal(mixed.Where(static (_, at) => at % 5 == 1), Traces(Make, "pct", 5, 20));
        Assert.Equal(mixed.Where(static (_, at) => at % 5 == 2), Traces(Make, "pos", 5, 20));
        Assert.Equal(mixed.Where(static (_, at) => at % 5 == 3), Traces(Make, "swarm", 5, 20));
        Assert.Equal(mixed.Where(static (_, at) => at % 5 == 4), Traces(Make, "delay", 5, 20));
    }
}
