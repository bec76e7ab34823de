using Ringcheck.Models;
using Ringcheck.Models.Checking;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Models;

/// <summary>The checker against graphs whose answers are plain to see.</summary>
public sealed class CheckerTests
{
    private const int None = -1;

    [Fact]
    public void A_counterexample_is_a_shortest_one()
    {
        var model = new GraphModel
        {
            Edges = [(0, 1, None), (1, 2, None), (2, 3, None), (3, 9, None), (0, 4, None), (4, 9, None), (9, 0, None)],
            Bad = 1UL << 9,
        };
        var result = model.Check();
        Assert.Equal(CheckOutcome.Violated, result.Outcome);
        Assert.Equal(["0>4", "4>9"], Assert.Single(result.Violations).Trace);
        Assert.Equal(3, result.Depth);
    }

    [Fact]
    public void An_initial_state_can_be_a_counterexample()
    {
        var result = new GraphModel { Edges = [(0, 0, None)], Bad = 1 }.Check();
        Assert.Empty(Assert.Single(result.Violations).Trace);
        Assert.Equal(1, result.Depth);
    }

    [Fact]
    public void Initial_states_and_duplicates_are_counted_as_generated()
    {
        var result = new GraphModel { Edges = [(0, 1, None), (0, 1, None), (1, 0, None), (1, 2, None), (2, 2, None)] }.Check();
        Assert.Equal((CheckOutcome.Verified, 3, 6, 3), (result.Outcome, result.States, result.Generated, result.Depth));
    }

    [Fact]
    public void A_state_without_successor_is_a_deadlock_unless_it_is_final()
    {
        (int, int, int)[] edges = [(0, 1, None), (1, 2, None)];
        var stuck = Assert.Single(new GraphModel { Edges = edges }.Check().Violations);
        Assert.Equal("deadlock", stuck.Property);
        Assert.Equal(["0>1", "1>2"], stuck.Trace);
        Assert.Equal(CheckOutcome.Verified, new GraphModel { Edges = edges, Final = 1 << 2 }.Check().Outcome);
    }

    [Fact]
    public void A_witness_never_reached_fails_the_check()
    {
        (int, int, int)[] edges = [(0, 1, None), (1, 0, None)];
        Assert.Equal(CheckOutcome.Verified, new GraphModel { Edges = edges, Seen = 1 << 1 }.Check().Outcome);
        var result = new GraphModel { Edges = edges, Seen = 1 << 2 }.Check();
        Assert.Equal(CheckOutcome.Violated, result.Outcome);
        Assert.Equal("seen", Assert.Single(result.Violations).Property);
    }

    [Fact]
    public void Progress_may_need_fairness_and_hold_with_it()
    {
        // Spinning at 1 is possible for ever, but class a is enabled all the time and leads out.
        Assert.Equal(CheckOutcome.Verified, Spin(leaves: 0).Check().Outcome);
        var result = Spin(leaves: None).Check();
        var violation = Assert.Single(result.Violations);
        Assert.Equal(("gets-there", 1), (violation.Property, violation.CycleStart));

        static GraphModel Spin(int leaves) => new()
        {
            Edges = [(0, 1, 0), (1, 1, None), (1, 2, leaves), (2, 2, None)],
            Pending = 1 << 0,
            Reached = 1 << 2,
        };
    }

    [Fact]
    public void A_cycle_that_is_fair_breaks_progress()
    {
        // a leads out of 1 only, and the cycle 1, 3 disables it again and again.
        var model = new GraphModel
        {
            Edges = [(0, 1, None), (1, 2, 0), (1, 3, 1), (3, 1, 1), (2, 2, None)],
            Pending = 1 << 0,
            Reached = 1 << 2,
        };
        var fromStart = Assert.Single((model with { Edges = [.. model.Edges, (0, 0, None)] }).Check().Violations);
        Assert.True(fromStart.CycleStart <= 1);
        var violation = Assert.Single((model with { Edges = [(0, 1, 0), .. model.Edges[1..]] }).Check().Violations);
        Assert.Equal(["0>1", "1>3", "3>1"], violation.Trace);
        Assert.Equal(1, violation.CycleStart);
    }

    [Fact]
    public void Taking_each_class_once_a_round_is_fair_and_leaving_one_out_is_not()
    {
        // Both classes are taken on the way round 1, 2, 3; the exit at 3 is of class b, so weak fairness does not force it.
        (int, int, int)[] round = [(0, 1, 0), (1, 2, 0), (2, 3, 0), (3, 1, 1), (1, 4, 1), (2, 4, 1), (3, 4, 1), (4, 4, None)];
        var broken = Assert.Single(new GraphModel { Edges = round, Pending = 1, Reached = 1 << 4 }.Check().Violations);
        Assert.Equal(["1>2", "2>3", "3>1"], broken.Trace.Skip(broken.CycleStart).Order(StringComparer.Ordinal));
        // With the way back of class a, b is enabled for ever and never taken: unfair, so progress holds.
        round[3] = (3, 1, 0);
        Assert.Equal(CheckOutcome.Verified, new GraphModel { Edges = round, Pending = 1, Reached = 1 << 4 }.Check().Outcome);
    }

    [Fact]
    public void An_execution_may_stop_where_nothing_fair_is_enabled()
    {
        var stops = new GraphModel { Edges = [(0, 1, 0), (1, 2, None), (2, 2, None)], Pending = 1, Reached = 1 << 2 };
        var violation = Assert.Single(stops.Check().Violations);
        Assert.Equal(["0>1"], violation.Trace);
        Assert.Equal(1, violation.CycleStart);
    }

    [Fact]
    public void Progress_is_not_called_verified_without_exact_states()
    {
        var model = new GraphModel { Edges = [(0, 1, 0), (1, 1, 0)], Pending = 1, Reached = 1 << 1 };
        Assert.Equal(CheckOutcome.Verified, model.Check().Outcome);
        var result = model.Check(new CheckOptions { Workers = 1, Compacted = true });
        Assert.Equal(CheckOutcome.Bounded, result.Outcome);
        Assert.Equal(["gets-there"], result.Unchecked);
    }

    [Fact]
    public void A_bound_or_a_stop_is_never_a_verification()
    {
        var ring = ModelCatalog.Of("ring");
        var bounded = ring.Check(2, new CheckOptions { Workers = 1, MaxStates = 1000 });
        Assert.Equal(CheckOutcome.Bounded, bounded.Outcome);
        Assert.InRange(bounded.States, 1000, 12_034);
        Assert.NotEmpty(bounded.Unchecked);

        using var stop = new CancellationTokenSource();
        var calls = 0;
        var stopped = ring.Check(2, new CheckOptions
        {
            Workers = 2,
            ProgressIntervalMs = 0,
            Cancellation = stop.Token,
            Progress = _ =>
            {
                if (++calls == 20)
                    stop.Cancel();
            },
        });
        Assert.Equal(CheckOutcome.Stopped, stopped.Outcome);
        Assert.Equal(21, stopped.Depth);
        Assert.Empty(stopped.Violations);
    }

    [Fact]
    public void An_unknown_model_or_size_is_told_in_one_line()
    {
        Assert.DoesNotContain('\n', Assert.Throws<ArgumentException>(() => ModelCatalog.Of("rong")).Message);
        var size = Assert.Throws<ArgumentException>(() => ModelCatalog.Of("ownership").Check(3, new CheckOptions()));
        Assert.Equal("Model ownership has no size 3; its sizes are 1, 2, 4.", size.Message);
    }
}
