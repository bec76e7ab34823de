using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Ringcheck.Testing;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>
/// How many classes of executions there are, exactly: fewer is as wrong as more. The first two programs have counts from elsewhere (the paper's tool needs 256 for
/// the first one on a memory like TSO's); those of the driver are its own, and shift when its accesses do.
/// </summary>
public sealed class PinnedCountTests
{
    [Theory]
    [InlineData("spsc-2x4", "sc", 225)]
    [InlineData("spsc-2x4", "tso", 256)]
    [InlineData("spsc-2x4", "arm", 225)]
    [InlineData("split-2x3", "sc", 61)]
    [InlineData("split-2x3", "tso", 73)]
    [InlineData("split-2x3", "arm", 73)]
    public void Reference_programs_have_so_many_classes_for_any_number_of_workers(string scenario, string memory, long classes)
    {
        IScenario Build() => new ScenarioCatalog().Create(scenario, "none", memory);
        foreach (int jobs in (int[])[1, 2])
        {
            var result = new Explorer(Build, StrategyCatalog.Create("exhaustive", 0, Build), new(1_000_000, Jobs: jobs)).Run(TestContext.Current.CancellationToken);
            Assert.Null(result.Violation);
            Assert.Equal(("exhaustive", classes, true, ""), (result.Strategy, result.Executions, result.Exhausted, result.Bounds.Split("; ")[^1] is var last && last.Contains("class", StringComparison.Ordinal) ? last : ""));
        }
    }

    [Theory]
    [InlineData("blk-ring-2", "sc", 1, 8)]
    [InlineData("blk-ring-2", "tso", 1, 8)]
    [InlineData("blk-ring-2", "arm", 1, 10)]
    [InlineData("blk-ring-2", "sc", 2, 708)]
    [InlineData("blk-ring-2", "tso", 2, 914)]
    [InlineData("blk-ring-2", "arm", 2, 1_483)]
    [InlineData("blk-ring-2", "sc", 3, 89_573)]
    [InlineData("blk-ring-2-polling", "sc", 1, 2)]
    [InlineData("blk-ring-2-polling", "tso", 1, 2)]
    [InlineData("blk-ring-2-polling", "arm", 1, 2)]
    [InlineData("blk-ring-2-polling", "sc", 2, 24)]
    [InlineData("blk-ring-2-polling", "tso", 2, 24)]
    [InlineData("blk-ring-2-polling", "arm", 2, 28)]
    [InlineData("blk-ring-2-polling", "sc", 3, 344)]
    [InlineData("blk-ring-2-polling", "tso", 3, 352)]
    [InlineData("blk-ring-2-polling", "arm", 3, 496)]
    [InlineData("blk-ring-4", "sc", 1, 8)]
    [InlineData("blk-ring-4", "tso", 1, 8)]
    [InlineData("blk-ring-4", "arm", 1, 10)]
    [InlineData("blk-ring-4", "sc", 2, 2_510)]
    [InlineData("blk-ring-4", "tso", 2, 4_146)]
    [InlineData("blk-ring-4", "arm", 2, 6_780)]
    public void The_shipped_driver_is_exhausted(string scenario, string memory, int requests, long classes)
    {
        using var built = new ScenarioCatalog().Create(scenario, "strict", memory);
        var (read, kick) = (built.Program[0], built.Program[1]);
        built.Program = [read, .. Enumerable.Range(1, requests - 1).SelectMany(next => (Operation[])[kick, read with { A = read.A + (uint)next }])];
        Exhaust(built, classes, blocked: 0);
    }

    /// <summary>Going through PCI, initialisation, and one request that ends by a message.</summary>
    [Theory]
    [InlineData("blk-pci-ring-2", "sc", 8)]
    [InlineData("blk-pci-ring-2", "tso", 8)]
    [InlineData("blk-pci-ring-2", "arm", 8)]
    public void Pci_initialisation_and_a_request_with_messages_are_exhausted(string scenario, string memory, long classes)
    {
        using var built = new ScenarioCatalog().Create(scenario, "strict", memory);
        Exhaust(built, classes, blocked: 0);
    }

    /// <summary>
    /// virtio-entropy, whose driver and device are built on what any device can use. Two requests one after the other: as many as virtio-blk has on its smallest ring, since rings and
    /// events are all that is shared.
    /// </summary>
    [Theory]
    [InlineData("entropy-ring-1", "sc", 708)]
    [InlineData("entropy-ring-1", "tso", 914)]
    [InlineData("entropy-ring-1", "arm", 1_483)]
    [InlineData("entropy-ring-2", "sc", 10)]
    [InlineData("entropy-ring-2", "tso", 10)]
    [InlineData("entropy-ring-2", "arm", 10)]
    [InlineData("entropy-pci-ring-1", "sc", 8)]
    [InlineData("entropy-pci-ring-1", "tso", 8)]
    [InlineData("entropy-pci-ring-1", "arm", 8)]
    public void The_entropy_driver_is_exhausted(string scenario, string memory, long classes)
    {
        using var built = new ScenarioCatalog().Create(scenario, "strict", memory);
        Exhaust(built, classes, blocked: 0);
    }

    /// <summary>With a reset while the request is in flight, at each point at which the device may be stopped.</summary>
    [Theory]
    [InlineData("sc", 432)]
    [InlineData("tso", 432)]
    [InlineData("arm", 540)]
    public void The_shipped_driver_is_exhausted_through_a_reset(string memory, long classes)
    {
        using var built = new ScenarioCatalog().Create("blk-ring-2-reset", "strict", memory);
        Exhaust(built, classes, blocked: 54);
    }

    /// <summary>The same program on a ring of 4: as many, since only one request is in flight at a time.</summary>
    [Theory]
    [InlineData("sc", 432)]
    [InlineData("tso", 432)]
    [InlineData("arm", 540)]
    public void A_ring_of_4_is_exhausted_through_a_reset(string memory, long classes)
    {
        using var reset = new ScenarioCatalog().Create("blk-ring-2-reset", "strict", memory);
        using var built = new ScenarioCatalog().Create("blk-ring-4", "strict", memory);
        built.Program = reset.Program;
        Exhaust(built, classes, blocked: 54);
    }

    /// <summary>In parts, over two workers, as the command line does it.</summary>
    [Theory]
    [InlineData("blk-ring-2", "sc")]
    [InlineData("blk-ring-2", "arm")]
    [InlineData("blk-ring-2-polling", "tso")]
    [InlineData("blk-ring-2-reset", "arm")]
    public void Parts_add_up_to_the_whole(string name, string memory)
    {
        IScenario Build() => new ScenarioCatalog().Create(name, "strict", memory);
        var search = new ReductionSearch();
        var reducer = new Reducer(search);
        using var scenario = Build();
        for (long i = 0; reducer.Begin(i); i++) Assert.Null(Execution.Run(scenario, reducer));
        var result = new Explorer(Build, StrategyCatalog.Create("exhaustive", 0, Build), new(1_000_000, Jobs: 2)).Run(TestContext.Current.CancellationToken);
        Assert.True(result.Exhausted && reducer.IsExhaustive);
        Assert.Equal(search.Executions, result.Executions);
    }

    /// <summary>On sc another execution that ends in the same way is, and the report says so.</summary>
    [Theory]
    [InlineData("sc")]
    [InlineData("tso")]
    [InlineData("arm")]
    public void What_it_finds_is_replayed_and_shrunk(string memory)
    {
        var plan = new ExplorationPlan { Scenario = "lock-spin", Profile = "no-lock", Memory = memory, Strategy = "exhaustive", Executions = 1_000, Seed = 0 };
        var finding = Assert.Single(new ScenarioExploration(new ScenarioCatalog(), plan).Run(TestContext.Current.CancellationToken).Findings);
        Assert.Contains(finding.Shrinking, (Shrinking[])[Shrinking.Done, Shrinking.DoneAndMinimal]);
        Assert.Equal(memory == "sc", FailureText.ShrinkingNote(finding)!.Contains("another execution", StringComparison.Ordinal));
    }

    /// <summary>With fewer choices that are not the first ones there are fewer executions, and what was left out is said.</summary>
    [Fact]
    public void A_bound_on_deviations_bounds()
    {
        IScenario Build() => new ScenarioCatalog().Create("spsc-2x4", "none", "arm");
        long before = 0;
        foreach (int jobs in (int[])[1, 2])
        {
            before = 0;
            foreach (int depth in (int[])[0, 1, 2, 4, 64])
            {
                var result = new Explorer(Build, StrategyCatalog.Create($"exhaustive:{depth}", 0, Build), new(1_000_000, Jobs: jobs)).Run(TestContext.Current.CancellationToken);
                Assert.Equal(depth == 64, result.Exhausted);
                Assert.Equal(depth != 64, result.Bounds.Contains($"at most {depth} choices", StringComparison.Ordinal));
                Assert.InRange(result.Executions, before + 1, 225);
                before = result.Executions;
            }
            Assert.Equal(225, before);
        }
    }

    /// <summary>
    /// Several CPUs. Two that draw three tickets each draw them in 6! / (3! 3!) orders, and nothing else is left to chance; what waits leaves nothing behind. The others are as many
    /// as they are.
    /// </summary>
    [Theory]
    [InlineData("lock-ticket", "sc", 20, 0)]
    [InlineData("lock-ticket", "tso", 20, 0)]
    [InlineData("lock-ticket", "arm", 20, 0)]
    [InlineData("lock-spin", "sc", 60, 6, 3)]
    [InlineData("lock-spin", "tso", 60, 6, 3)]
    [InlineData("lock-spin", "arm", 60, 6, 3)]
    [InlineData("rcu-teardown", "sc", 21, 13)]
    [InlineData("rcu-teardown", "tso", 21, 17)]
    [InlineData("rcu-teardown", "arm", 21, 13)]
    public void The_locks_of_two_CPUs_are_exhausted(string scenario, string memory, long classes, long blocked, long wasted = 0)
    {
        using var built = new ScenarioCatalog().Create(scenario, "shipped", memory);
        Exhaust(built, classes, blocked, wasted);
    }

    /// <summary>
    /// A count that is known beforehand: n CPUs draw r tickets each in (n r)! / (r!)^n orders, and all but the first one then say in (n - 1)! orders that they are done. Nothing else is
    /// left to chance.
    /// </summary>
    [Theory]
    [InlineData("sc", 3, 1)]
    [InlineData("tso", 3, 1)]
    [InlineData("arm", 3, 1)]
    [InlineData("sc", 4, 1)]
    [InlineData("arm", 4, 1)]
    [InlineData("tso", 3, 2)]
    [InlineData("arm", 3, 2)]
    public void A_ticket_lock_is_taken_in_each_order_once(string memory, int cpus, int rounds)
    {
        using var built = new SmpScenario(new TicketLockProgram(LockProgram.Shipped, cpus, rounds), MachineMemory.Of(memory));
        Exhaust(built, Factorial(cpus * rounds) / (long)Math.Pow(Factorial(rounds), cpus) * Factorial(cpus - 1), blocked: 0);
    }

    static long Factorial(int n) => n <= 1 ? 1 : n * Factorial(n - 1);

    static void Exhaust(IScenario scenario, long classes, long blocked, long wasted = 0)
    {
        var search = new ReductionSearch { Classes = [] };
        var reducer = new Reducer(search);
        for (long i = 0; reducer.Begin(i); i++)
        {
            var violation = Execution.Run(scenario, reducer, audited: i % Execution.AuditEvery == 0);
            if (violation is not null) Assert.Fail($"{violation.Key}: {violation.Message} {string.Join(',', scenario.Engine.Trace)}");
        }
        Assert.True(reducer.IsExhaustive, reducer.Bounds);
        Assert.Equal((classes, blocked, wasted, 0L, 0L), (search.Complete, search.Blocked, search.Wasted, search.Unfit, search.Duplicates));
    }
}
