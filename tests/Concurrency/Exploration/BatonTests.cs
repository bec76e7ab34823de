using Ringcheck.Exploration;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>Several CPUs on one engine: all interleavings, the same each time, a clean end, nothing left behind.</summary>
public sealed class BatonTests
{
    [Theory]
    [InlineData(2, 2, 6)] // (2 x 2)! / (2! x 2!)
    [InlineData(2, 3, 20)]
    [InlineData(3, 2, 90)]
    public void Every_interleaving_of_the_points_is_run_once(int cpus, int points, int interleavings)
    {
        using var scenario = new Counters(cpus, points);
        var orders = new HashSet<string>(StringComparer.Ordinal);
        var strategy = new Exhaustive(Pruning.None);
        int executions = 0;
        for (; strategy.Begin(executions); executions++)
        {
            Assert.Null(Execution.Run(scenario, strategy));
            orders.Add(scenario.Order);
        }
        Assert.True(strategy.IsExhaustive);
        Assert.Equal(interleavings, orders.Count);
    }

    [Fact]
    public void Pruning_sees_the_same_states()
    {
        using var scenario = new Counters(3, 3);
        var full = Search(scenario, new(Pruning.CountOnly));
        var pruned = Search(scenario, new(Pruning.SeenStates));
        Assert.True(full.SetEquals(pruned));
    }

    [Fact]
    public void A_violation_on_any_cpu_ends_the_execution_and_replays()
    {
        using var scenario = new Counters(3, 3) { FailsWhenSecondLeads = true };
        var random = new RandomWalk(7);
        Violation? found = null;
        for (int i = 0; i < 1000 && found is null; i++)
        {
            random.Begin(i);
            found = Execution.Run(scenario, random);
        }
        Assert.Equal("toy/second-leads", found?.Key);
        var replay = new Replay();
        replay.Use([.. scenario.Engine.Trace]);
        for (int i = 0; i < 3; i++)
        {
            replay.Begin(i);
            Assert.Equal("toy/second-leads", Execution.Run(scenario, replay)?.Key);
            Assert.Null(replay.FirstUnused);
        }
        Assert.Null(Execution.Run(scenario, PlainRun.Instance)); // and the next execution starts afresh
    }

    [Fact]
    public void A_cpu_that_throws_is_a_violation()
    {
        using var scenario = new Counters(2, 2) { Throws = true };
        Assert.Equal("driver-exception/InvalidOperationException", Execution.Run(scenario, PlainRun.Instance)?.Key);
    }

    [Fact]
    public void A_cpu_that_nobody_wakes_is_a_violation()
    {
        using var scenario = new Counters(2, 2) { SleepsForEver = true };
        Assert.Equal("lost-notification/nobody-runs", Execution.Run(scenario, PlainRun.Instance)?.Key);
    }

    [Fact]
    public void No_thread_is_left_behind()
    {
        var scenario = new Counters(3, 1) { SleepsForEver = true };
        Execution.Run(scenario, PlainRun.Instance);
        Execution.Run(scenario, PlainRun.Instance);
        Assert.Equal(2, scenario.Threads.Count);
        scenario.Dispose();
        Assert.All(scenario.Threads, thread => Assert.False(thread.IsAlive));
    }

    static FingerprintTable Search(Counters scenario, Exhaustive strategy)
    {
        for (int i = 0; strategy.Begin(i); i++) Execution.Run(scenario, strategy);
        return strategy.Seen;
    }

    /// <summary>Each CPU makes some points and writes its number down at each.</summary>
    sealed class Counters : IScenario, ISystem
    {
        readonly CpuAgent[] cpus;
        readonly Baton baton;
        readonly int points;
        readonly char[] order;
        int made;

        public Counters(int cpus, int points)
        {
            this.points = points;
            order = new char[cpus * points];
            this.cpus = [.. Enumerable.Range(0, cpus).Select(i => Engine.Add(new CpuAgent($"cpu{i}")))];
            baton = new(Engine, [.. this.cpus.Select((cpu, i) => (cpu, (Action)(() => Work(i))))]);
            Engine.System = this;
        }

        public bool FailsWhenSecondLeads { get; init; }

        public bool Throws { get; init; }

        public bool SleepsForEver { get; init; }

        public string Order => new(order, 0, made);

        public HashSet<Thread> Threads { get; } = [];

        public Engine Engine { get; } = new();

        public IReadOnlyList<Operation> Program { get; set; } = [];

        public IReadOnlyList<Premise> Premises => [];

        public string Bounds => "";

        void Work(int index)
        {
            if (index > 0) lock (Threads) Threads.Add(Thread.CurrentThread);
            for (int i = 0; i < points; i++)
            {
                Assert.Same(cpus[index], Engine.Running);
                cpus[index].Point();
                cpus[index].Observed(1, (ulong)i);
                order[made++] = (char)('0' + index);
                if (FailsWhenSecondLeads && Order.Count('1') > Order.Count('0') + 1) Engine.Fail(new("toy", "second-leads", [], "", ""));
                if (Throws && index == 1) throw new InvalidOperationException("on purpose");
            }
            if (SleepsForEver) cpus[index].WaitForInterrupt(ulong.MaxValue);
        }

        public void Reset(Strategy strategy)
        {
            Engine.Reset(strategy);
            made = 0;
        }

        public void Run() => baton.Run();

        public void Fold(ref StateHasher hasher)
        {
            foreach (char each in order.AsSpan(0, made)) hasher.Add(each);
        }

        public Violation LostWakeUp(CpuAgent waiting)
            => new("lost-notification", "nobody-runs", [], $"{waiting.Name} waits for {waiting.WaitsFor}", "");

        public string Describe(Operation operation) => "";

        public IEnumerable<Operation> Simpler(Operation operation) => [];

        public Operation? Merge(Operation first, Operation second) => null;

        public void Dispose() => baton.Dispose();
    }
}
