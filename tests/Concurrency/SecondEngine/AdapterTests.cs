using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Ringcheck.Tests.Concurrency.Cli;
using Ringcheck.Tests.Coyote;
using Xunit;
using ToyBug = Ringcheck.Tests.Concurrency.Exploration.ToyBug;
using ToyRing = Ringcheck.Tests.Concurrency.Exploration.ToyScenario;

namespace Ringcheck.Tests.Concurrency.SecondEngine;

/// <summary>What the adapter maps, and what it refuses to call a result.</summary>
public sealed class AdapterTests
{
    static readonly ScenarioCatalog Catalog = new();

    static ControlledResult Run(Func<IScenario> make, IControlledRuntime? runtime = null, uint iterations = 300, bool toCompletion = false)
        => new ControlledExploration(runtime ?? new StandInRuntime(), make).Run(new("random", iterations, 3), toCompletion);

    static IScenario Race() => new ToyRing(ToyBug.IndexBeforeSlot);

    [Fact]
    public void A_failure_of_the_other_engine_replays_on_ours()
    {
        var found = Run(Race).Result;
        Assert.Equal("toy/wrong-value", found.Violation?.Key);
        using var scenario = Race();
        var replay = new Replay();
        replay.Use(found.Trace);
        replay.Begin(0);
        Assert.Equal("toy/wrong-value", Execution.Run(scenario, replay)?.Key);
        Assert.Null(replay.FirstUnused);
    }

    [Fact]
    public void The_same_seed_gives_the_same_result()
    {
        var (one, two) = (Run(Race), Run(Race));
        Assert.Equal(one.Result.Executions, two.Result.Executions);
        Assert.Equal(one.Result.Trace, two.Result.Trace);
        Assert.Equal(one.Decisions, two.Decisions);
    }

    /// <summary>Device freedom, interrupts, timers, several CPUs: whatever asks, the runtime answers.</summary>
    [Theory]
    [InlineData("blk-two-requests", "odd")]
    [InlineData("cpu-unmap", "shoot-down")]
    public void Scenarios_run_as_they_are(string name, string profile)
    {
        var run = Run(() => Catalog.Create(name, profile, "sc"), iterations: 40);
        Assert.Null(run.Result.Violation);
        Assert.Equal(40, run.Result.Executions);
        Assert.True(run.Decisions > 40);
    }

    [Fact]
    public void To_completion_goes_on_after_a_failure()
    {
        var all = Run(Race, toCompletion: true);
        Assert.Equal(300, all.Result.Executions);
        Assert.Equal(["toy/wrong-value"], all.Keys);
        Assert.NotEmpty(all.FinalStates);
    }

    [Fact]
    public void A_run_in_which_nothing_was_controlled_is_an_error()
    {
        Assert.Contains("nothing", Refused(static () => new ToyCatalog().Create(ToyCatalog.Idle, "strict", "sc")));
        Assert.Contains("nothing was controlled", Refused(Race, new Broken(static run => new Broken.Tampered(run) { LetsAllPass = true })));
        Assert.Contains("ran nothing", Refused(Race, new Broken(static run => new Broken.Tampered(run)) { RunsNothing = true }));
    }

    [Fact]
    public void A_premise_that_was_never_met_is_an_error()
        => Assert.Contains("the counter was incremented", Refused(static () => new ToyCatalog().Create(ToyCatalog.Vacuous, "strict", "sc")));

    [Fact]
    public void What_the_runtime_reports_must_be_what_our_monitors_saw()
    {
        Assert.Contains("did not take toy/wrong-value for a bug", Refused(Race, new Broken(static run => new Broken.Tampered(run) { SwallowsBugs = true })));
        Assert.Contains("our monitors did not", Refused(static () => new ToyRing(ToyBug.None), new Broken(static run => new Broken.Tampered(run)) { Bug = "a deadlock" }));
        Assert.Contains("failed itself: out of luck", Refused(Race, new Broken(static run => new Broken.Tampered(run)) { Error = "out of luck" }));
    }

    [Fact]
    public void Operations_that_are_left_behind_and_steps_without_end_are_errors_of_the_runtime()
    {
        Assert.Equal("the test ended with 1 operations still there", new StandInRuntime().Run(new("random", 1, 0), static run => run.Begin(static () => false, static () => false)).InternalError);
        Assert.Contains("deadlock", new StandInRuntime().Run(new("random", 1, 0), static run => run.PauseUntil(static () => false)).InternalError);
        var bounded = new ControlledExploration(new StandInRuntime(), Race);
        Assert.Contains("more than 5 steps", Assert.Throws<UncontrolledException>(() => bounded.Run(new("random", 10, 0, MaxSteps: 5))).Message);
        Assert.Throws<UncontrolledException>(() => bounded.Run(new("no-such", 10, 0)));
    }

    static string Refused(Func<IScenario> make, IControlledRuntime? runtime = null)
        => Assert.Throws<UncontrolledException>(() => Run(make, runtime)).Message;

    /// <summary>The stand-in, with one thing about it that is wrong.</summary>
    sealed class Broken(Func<IControlledRun, IControlledRun> wrap) : IControlledRuntime
    {
        readonly StandInRuntime inner = new();

        public bool RunsNothing { get; init; }

        public string? Bug { get; init; }

        public string? Error { get; init; }

        public string Name => "broken";

        public IReadOnlyList<string> Strategies => inner.Strategies;

        public RuntimeReport Run(RuntimeSettings settings, Action<IControlledRun> test)
        {
            if (RunsNothing) return new(settings.Iterations, null, null, Exhausted: false);
            var report = inner.Run(settings, run => test(wrap(run)));
            return report with { Bug = Bug ?? report.Bug, InternalError = Error ?? report.InternalError };
        }

        public sealed class Tampered(IControlledRun inner) : IControlledRun
        {
            /// <summary>As when no testing engine is attached: nothing ever waits.</summary>
            public bool LetsAllPass { get; init; }

            public bool SwallowsBugs { get; init; }

            public void Begin(Func<bool> condition, Func<bool> step) => inner.Begin(condition, step);

            public void PauseUntil(Func<bool> condition)
            {
                if (!LetsAllPass) inner.PauseUntil(condition);
            }

            public int Integer(int bound) => inner.Integer(bound);

            public void Fail(string message)
            {
                if (!SwallowsBugs) inner.Fail(message);
            }

            public bool IsEnd(Exception exception) => inner.IsEnd(exception);
        }
    }
}
