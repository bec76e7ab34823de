using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Smp;

/// <summary>
/// The kernel's locks, every execution of them, and each misuse by the name that it has. Counts on sequentially consistent memory are pinned: one that changes says
/// that kernel, engine or scenario has changed.
/// </summary>
public sealed class LockScenarioTests
{
    static readonly ScenarioCatalog Catalog = new();

    [Theory]
    [InlineData("lock-spin", 807)]
    [InlineData("lock-irq", 975)]
    [InlineData("lock-ticket", 2_139)]
    [InlineData("rcu-teardown", 372)]
    public void Locks_pass_in_every_execution(string scenario, long executions) => Assert.Equal(executions, AllPass(scenario, "sc"));

    /// <summary>On weak memory too; how many executions it takes there depends on what the memory machine tells apart, and is not pinned.</summary>
    [Theory]
    [InlineData("lock-irq", "tso")]
    [InlineData("lock-irq", "arm")]
    [InlineData("rcu-teardown", "tso")]
    [InlineData("rcu-teardown", "arm")]
    public void Locks_pass_in_every_execution_on_weak_memory(string scenario, string memory) => Assert.InRange(AllPass(scenario, memory), 5_000, 50_000);

    static long AllPass(string scenario, string memory)
    {
        var result = Explore(scenario, "shipped", memory, () => new Exhaustive(Pruning.SeenStates));
        Assert.True(result.Violation is null, result.Violation?.Message);
        Assert.True(result.Exhausted);
        Assert.Empty(Vacuity.Judge(result));
        return result.Executions;
    }

    /// <summary>What is wrong, who says so, and who is named.</summary>
    [Theory]
    [InlineData("lock-spin", "no-lock", "data-integrity/lost-update", "")]
    [InlineData("lock-spin", "recursive", "locks/recursive", "waits for the lock in SpinLockProgram.CountUnderLock, line")]
    [InlineData("lock-spin", "not-holder", "locks/not-holder", "cpu1 gives the lock back in SpinLockProgram.CountUnderLock, line")]
    [InlineData("lock-spin", "two-orders", "locks/deadlock", "for the other lock, and cpu1 has it since SpinLockProgram.CountUnderBoth, line")]
    [InlineData("lock-spin", "kept", "locks/never-released", "cpu1 has it since SpinLockProgram.CountUnderLock, line")]
    [InlineData("lock-spin", "sleeps", "locks/holder-waits", "and waits for an interrupt")]
    [InlineData("lock-irq", "no-mask", "locks/self-deadlock", "the interrupt handler of cpu0 waits for the lock in IrqLockProgram.OnInterrupt, line")]
    [InlineData("lock-irq", "unmasked-early", "locks/self-deadlock", "has interrupted its holder: cpu0 has it since IrqLockProgram.CountMasked, line")]
    [InlineData("lock-ticket", "abandoned-ticket", "locks/lost-wake-up", "nobody has it, and nothing else can run")]
    [InlineData("lock-ticket", "spin", "locks/starvation", "a bound of 1, not a proof that it waits for ever")]
    [InlineData("rcu-teardown", "no-grace-period", "rcu/use-after-free", "0xdead")]
    [InlineData("rcu-teardown", "early-quiescent-state", "rcu/use-after-free", "0xdead")]
    public void Each_misuse_is_told_apart(string scenario, string wrong, string key, string words)
    {
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        Violation? found = null;
        using var built = Catalog.Create(scenario, wrong, "sc");
        var strategy = new Exhaustive(Pruning.SeenStates, maxDeviations: 3);
        for (int i = 0; strategy.Begin(i); i++)
        {
            if (Execution.Run(built, strategy) is not { } violation) continue;
            keys.Add(violation.Key);
            if (violation.Key == key && violation.Message.Contains(words, StringComparison.Ordinal)) found ??= violation;
        }
        Assert.True(found is not null, $"found: {string.Join(", ", keys)}");
        Assert.True(keys.Count <= 2, $"found: {string.Join(", ", keys)}"); // without a lock, counts are torn as well as lost; all else is one thing only
    }

    [Fact]
    public void Wrong_profiles_are_there_by_name_only_and_each_is_looked_for()
    {
        string[] wrong = [.. Catalog.Scenarios.Where(scenario => scenario.Name.StartsWith("lock-", StringComparison.Ordinal) || scenario.Name == "rcu-teardown").SelectMany(scenario => scenario.Wrong)];
        Assert.Equal(12, wrong.Length);
        Assert.All(Catalog.Scenarios, scenario => Assert.Empty(scenario.Wrong.Intersect(scenario.Profiles)));
        Assert.Throws<ArgumentException>(() => Catalog.Create("lock-spin", "spin", "sc"));
    }

    /// <summary>The oracle of pruning with several CPUs: no state and no failure is lost by it.</summary>
    [Theory]
    [InlineData("lock-spin", "shipped", "sc", 3)]
    [InlineData("lock-irq", "shipped", "arm", 2)]
    [InlineData("rcu-teardown", "no-grace-period", "arm", 2)]
    [InlineData("lock-ticket", "spin", "sc", 2)]
    public void Full_search_sees_the_same_states_and_failures_as_pruned(string scenario, string profile, string memory, int maxDeviations)
    {
        var full = Search(scenario, profile, memory, new(Pruning.CountOnly, maxDeviations));
        var pruned = Search(scenario, profile, memory, new(Pruning.SeenStates, maxDeviations));
        Assert.True(full.States.SetEquals(pruned.States), $"{full.States.Count} states and {pruned.States.Count} pruned");
        Assert.Equal(full.Failures, pruned.Failures);
    }

    [Fact]
    public void Executions_are_held_against_the_axioms()
    {
        using var scenario = Catalog.Create("lock-irq", "shipped", "arm");
        var random = new RandomWalk(3);
        for (int i = 0; i < 300; i++)
        {
            random.Begin(i);
            Assert.Null(Execution.Run(scenario, random, audited: true)?.Message);
        }
        Assert.True(scenario.Premises.Single(premise => premise.Name == "executions held against the axioms").Count >= 300);
    }

    static (FingerprintTable States, SortedSet<string> Failures) Search(string name, string profile, string memory, Exhaustive strategy)
    {
        using var scenario = Catalog.Create(name, profile, memory);
        var failures = new SortedSet<string>(StringComparer.Ordinal);
        for (int i = 0; strategy.Begin(i); i++)
        {
            if (Execution.Run(scenario, strategy) is { } violation) failures.Add(violation.Key);
        }
        return (strategy.Seen, failures);
    }

    static ExplorationResult Explore(string scenario, string profile, string memory, Func<Strategy> strategy)
        => new Explorer(() => Catalog.Create(scenario, profile, memory), strategy, new(1_000_000)).Run();
}
