using Ringcheck.Exploration;
using Ringcheck.Ordering;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>Waits and read-modify-writes of DMA masters, on plain RAM ("plain") and on the ordering machine of each model.</summary>
public sealed class DmaWaitTests
{
    static ProgramScenario On(string memory, params ProgramStep[][] threads)
        => new(new("by hand", [0, 0], threads), memory == "plain" ? "sc" : memory, alwaysOrdered: memory != "plain");

    /// <summary>The final states of all executions.</summary>
    static SortedSet<string> StatesOf(ProgramScenario scenario)
    {
        var states = new SortedSet<string>(StringComparer.Ordinal);
        var strategy = new Yardstick(cuts: null);
        for (long execution = 0; strategy.Begin(execution); execution++)
        {
            Assert.Null(Execution.Run(scenario, strategy, audited: true));
            states.Add(scenario.FinalState());
        }
        scenario.Dispose();
        return states;
    }

    static ProgramStep Store(int location, int value, AccessOrder order = AccessOrder.Plain) => new(StepKind.Store, location, value, order);

    static ProgramStep WaitNot(int location, int value, AccessOrder order = AccessOrder.Plain) => new(StepKind.Wait, location, value, order, Keep: 0);

    public static TheoryData<string> Memories => ["plain", "sc", "tso", "arm"];

    [Theory]
    [MemberData(nameof(Memories))]
    public void A_wait_ends_with_a_value_that_satisfies_or_never(string memory)
    {
        Assert.Equal(["1,0  | 1"], StatesOf(On(memory, [Store(0, 1)], [WaitNot(0, 0)])));
        // The 1 came and went: it may be missed, and on any memory it may be read, before the 0 is stored or, where that is what memory does, after.
        Assert.Equal(["0,0  |  waits", "0,0  | 1"], StatesOf(On(memory, [Store(0, 1), Store(0, 0)], [WaitNot(0, 0)])));
        Assert.Equal(["2,0  | 1", "2,0  | 2"], StatesOf(On(memory, [Store(0, 1), Store(0, 2)], [WaitNot(0, 0)])));
        Assert.Equal(["0,1  |  waits"], StatesOf(On(memory, [Store(1, 1)], [WaitNot(0, 0)])));
    }

    /// <summary>Nothing is polled: whoever waits takes no step until a store may end its wait, however many others there are.</summary>
    [Theory]
    [MemberData(nameof(Memories))]
    public void Who_waits_is_not_ready(string memory)
    {
        using var scenario = On(memory, [.. Enumerable.Range(1, 50).Select(_ => Store(1, 1)), Store(0, 0), Store(0, 1), Store(1, 2)], [WaitNot(0, 0)]);
        var waiting = new WaitingFirst();
        Assert.Null(Execution.Run(scenario, waiting));
        Assert.Equal("1,2  | 1", scenario.FinalState());
        Assert.Equal(53u + 1, scenario.Engine.Points); // one for each access
        Assert.Equal(2, waiting.Choices); // at the start, and when a store has made the wait possible
    }

    /// <summary>The thread that waits goes first wherever it can.</summary>
    sealed class WaitingFirst : Strategy
    {
        public int Choices { get; private set; }

        public override string Name => "waiting first";

        public override bool Begin(long execution) => true;

        public override int Choose(in ChoicePoint point, Engine engine)
        {
            if (point.Kind != ChoiceKind.Schedule) return point.Default;
            Choices++;
            return 63 - System.Numerics.BitOperations.LeadingZeroCount(point.Enabled);
        }
    }

    /// <summary>A wait orders what an acquire orders, and no more.</summary>
    [Theory]
    [InlineData("arm", AccessOrder.Plain, AccessOrder.Release, true)]
    [InlineData("arm", AccessOrder.Acquire, AccessOrder.Plain, true)]
    [InlineData("arm", AccessOrder.Acquire, AccessOrder.Release, false)]
    [InlineData("tso", AccessOrder.Plain, AccessOrder.Plain, false)]
    [InlineData("sc", AccessOrder.Plain, AccessOrder.Plain, false)]
    public void A_message_behind_a_flag(string memory, AccessOrder wait, AccessOrder store, bool isLate)
    {
        var states = StatesOf(On(memory, [Store(1, 1), Store(0, 1, store)], [WaitNot(0, 0, wait), new(StepKind.Load, 1, Keep: 1)]));
        Assert.Equal(isLate ? ["1,1  | 1,0", "1,1  | 1,1"] : ["1,1  | 1,1"], states);
    }

    [Theory]
    [MemberData(nameof(Memories))]
    public void An_update_is_one_access(string memory)
    {
        ProgramStep[] add = [new(StepKind.Add, 0, 1, Keep: 0)], exchange = [new(StepKind.Exchange, 0, 7, Keep: 0)], compare = [new(StepKind.Compare, 0, 5, Keep: 0)];
        Assert.Equal(["2,0 0 | 1", "2,0 1 | 0"], StatesOf(On(memory, add, add)));
        Assert.Equal(["7,0 1 | 0", "8,0 0 | 7"], StatesOf(On(memory, exchange, add)));
        Assert.Equal(["5,0 0 | 5", "5,0 5 | 0"], StatesOf(On(memory, compare, compare)));
        // The exhibit: a load and a store in place of an update lose one.
        ProgramStep[] apart = [new(StepKind.Load, 0, Keep: 0), new(StepKind.Store, 0, Copies: true)];
        Assert.Contains("1,0 0 | 0", StatesOf(On(memory, apart, apart)));
    }

    /// <summary>Waits, updates and dependencies in the fingerprint: a search that prunes states seen ends in the same memory, and with the same threads waiting.</summary>
    [Theory]
    [MemberData(nameof(Memories))]
    public void Pruning_by_fingerprint_loses_nothing(string memory)
    {
        int compared = 0;
        for (int seed = 5_000; seed < 5_100; seed++)
        {
            var program = RandomPrograms.Branching(seed);
            using var scenario = new ProgramScenario(program, memory == "plain" ? "sc" : memory, alwaysOrdered: memory != "plain");
            var all = Ends(scenario, new Exhaustive(Pruning.None), out long executions);
            if (executions == MostExecutions) continue;
            compared++;
            var pruned = Ends(scenario, new Exhaustive(Pruning.SeenStates), out long fewer);
            Assert.True(all.SetEquals(pruned), $"{program}\non {memory}: all {string.Join("; ", all)}\npruned {string.Join("; ", pruned)}");
            Assert.True(fewer <= executions);
        }
        Assert.InRange(compared, 60, 100);
    }

    const long MostExecutions = 3_000;

    static HashSet<string> Ends(ProgramScenario scenario, Exhaustive strategy, out long executions)
    {
        var ends = new HashSet<string>(StringComparer.Ordinal);
        for (executions = 0; executions < MostExecutions && strategy.Begin(executions); executions++)
        {
            Assert.Null(Execution.Run(scenario, strategy));
            if (!scenario.Engine.Draining)
                ends.Add(string.Join(',', scenario.Code.Initial.Select((_, location) => scenario.LastValueOf(location))) + string.Concat(scenario.Threads.Select(thread => thread.IsRunning ? " waits" : " -")));
        }
        return ends;
    }

    [Theory]
    [MemberData(nameof(Memories))]
    public void Nothing_is_allocated(string memory)
    {
        using var scenario = On(memory, [Store(0, 1), new(StepKind.Add, 1, 1, Keep: 0)], [WaitNot(0, 0), new(StepKind.Compare, 1, 5, Keep: 1)], [WaitNot(1, 0), Store(0, 0)]);
        var strategy = new RandomWalk(1);
        void Run(long from, long to)
        {
            for (long execution = from; execution < to; execution++)
            {
                strategy.Begin(execution);
                Execution.Run(scenario, strategy);
            }
        }
        Run(0, 3_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(3_000, 4_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
