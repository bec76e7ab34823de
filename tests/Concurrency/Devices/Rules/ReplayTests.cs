using Ringcheck.Devices;
using Ringcheck.Exploration;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>What weak memory chose is part of a trace: written down, read back, and the same execution again. Nothing of one execution is left in the next.</summary>
public sealed class ReplayTests
{
    static List<Deviation> FindFailure(RuleBench bench)
    {
        var random = new UniformWalk(3);
        for (int i = 0; i < 100_000; i++)
        {
            random.Begin(i);
            if (Execution.Run(bench, random)?.Key == Race.Failure) return [.. bench.Engine.Trace];
        }
        throw new InvalidOperationException("100,000 executions under seed 3 did not fail");
    }

    [Fact]
    public void A_failure_by_older_loads_earlier_stores_and_late_writes_happens_again()
    {
        using var bench = Race.On("arm");
        var trace = FindFailure(bench);
        var kinds = trace.Select(choice => choice.Kind).ToHashSet();
        Assert.Superset(new HashSet<ChoiceKind> { ChoiceKind.Source, ChoiceKind.Coherence, ChoiceKind.Posted }, kinds);
        (string outcome, uint points) = (bench.Outcome, bench.Engine.Points);

        string line = new ReplayString("", "race", "none", "arm", Engine.DefaultMaxPoints, 3, null, trace).ToString();
        Assert.True(ReplayString.TryParse(line, out var read, out string error), error);
        Assert.Equal(trace, read!.Choices);

        using var again = Race.On("arm");
        var replay = new Replay();
        replay.Use(read.Choices);
        for (int i = 0; i < 3; i++)
        {
            replay.Begin(i);
            Assert.Equal(Race.Failure, Execution.Run(again, replay, audited: i == 2)?.Key);
            Assert.Null(replay.FirstUnused);
            Assert.Equal((trace, outcome, points), ([.. again.Engine.Trace], again.Outcome, again.Engine.Points), new SameRun());
        }
    }

    sealed class SameRun : EqualityComparer<(List<Deviation> Trace, string Outcome, uint Points)>
    {
        public override bool Equals((List<Deviation> Trace, string Outcome, uint Points) x, (List<Deviation> Trace, string Outcome, uint Points) y)
            => x.Trace.SequenceEqual(y.Trace) && x.Outcome == y.Outcome && x.Points == y.Points;

        public override int GetHashCode((List<Deviation> Trace, string Outcome, uint Points) run) => 0;
    }

    [Theory]
    [InlineData(ChoiceKind.Source, "R2@5=1")]
    [InlineData(ChoiceKind.Coherence, "C0@17=63")]
    [InlineData(ChoiceKind.Posted, "P0@3=1")]
    public void Deviations_of_memory_read_back_as_they_were_written(ChoiceKind kind, string text)
    {
        Assert.True(Deviation.TryParse(text, out var read));
        Assert.Equal((kind, text), (read.Kind, read.ToString()));
    }

    [Theory]
    [InlineData("R2@5=64")]
    [InlineData("Q2@5=1")]
    [InlineData("P0@3")]
    [InlineData("C@17=1")]
    public void What_is_no_deviation_is_refused(string text) => Assert.False(Deviation.TryParse(text, out _));

    /// <summary>An execution that ends with a write on its way, and the next one on the same machine.</summary>
    [Fact]
    public void A_write_on_its_way_when_an_execution_ends_does_not_arrive_in_the_next()
    {
        bool fails = true;
        using var bench = new RuleBench("arm", bench =>
        {
            var a = bench.PlugNoting("a");
            bench.Do = () =>
            {
                if (fails)
                {
                    bench.Cpu.WriteRegister32(a.Command, 1);
                    bench.Engine.Fail(new("test", "ended", [], "", ""));
                }
                bench.Cpu.WriteRegister32(a.Command, 2);
            };
        });
        var late = new Late();
        Assert.Equal("test/ended", Execution.Run(bench, late)?.Key);
        Assert.Equal(1, bench.Machine.Weak!.PostedWrites);
        fails = false;
        Assert.Null(Execution.Run(bench, PlainRun.Instance));
        Assert.Equal("a2", bench.Outcome);
        Assert.Null(Execution.Run(bench, late));
        Assert.Equal("a2", bench.Outcome);
    }

    /// <summary>Every write takes its time, and everything else is plain.</summary>
    sealed class Late : Strategy
    {
        public override string Name => "late";

        public override bool Begin(long execution) => true;

        public override int Choose(in ChoicePoint point, Engine engine) => point.Kind == ChoiceKind.Posted ? 1 : point.Default;
    }

    /// <summary>A second search on the same machine finds what the first did.</summary>
    [Theory]
    [InlineData("tso")]
    [InlineData("arm")]
    public void A_machine_that_was_used_gives_the_same_executions_as_a_new_one(string memory)
    {
        using var used = Race.On(memory);
        var random = new UniformWalk(5);
        for (int i = 0; i < 500; i++)
        {
            using var fresh = Race.On(memory);
            random.Begin(i);
            Execution.Run(used, random);
            random.Begin(i);
            Execution.Run(fresh, random);
            Assert.True(used.Engine.Trace.SequenceEqual(fresh.Engine.Trace) && used.Outcome == fresh.Outcome, $"execution {i} of seed 5");
        }
    }
}
