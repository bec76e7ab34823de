using Ringcheck.Exploration;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// <see cref="FailureShrinker"/> on a toy: two devices each take three steps, one CPU takes as many as its program says. The failing
/// schedules are known, so that the least number of choices is too.
/// </summary>
public sealed class FailureShrinkerTests
{
    /// <summary>Steps of the CPU, each a scheduling point; device steps in between are counted.</summary>
    sealed class Toy : IScenario
    {
        public const byte StepCode = 1, NoiseCode = 2;

        readonly CpuAgent cpu;
        readonly ActionAgent left, right;
        int leftSteps, rightSteps;

        public Toy(Func<Toy, bool> fails)
        {
            Fails = fails;
            cpu = Engine.Add(new CpuAgent("cpu0"));
            left = Engine.Add(new ActionAgent("left", () => Taken(ref leftSteps, left!)));
            right = Engine.Add(new ActionAgent("right", () => Taken(ref rightSteps, right!)));
            Engine.System = new Shared(this);
        }

        /// <summary>How far the devices are decides the future, and they have no history of their own.</summary>
        sealed class Shared(Toy toy) : ISystem
        {
            public void Fold(ref StateHasher hasher)
            {
                hasher.Add((ulong)toy.leftSteps);
                hasher.Add((ulong)toy.rightSteps);
            }

            public Violation LostWakeUp(CpuAgent waiting) => new("toy", "lost", [], "", "");
        }

        Func<Toy, bool> Fails { get; }

        public int Left => leftSteps;

        public int Right => rightSteps;

        /// <summary>Number of the CPU's step.</summary>
        public int At { get; private set; }

        public Engine Engine { get; } = new();

        public IReadOnlyList<Operation> Program { get; set; } = [];

        public IReadOnlyList<Premise> Premises => [];

        public string Bounds => "";

        public void Reset(Strategy strategy)
        {
            Engine.Reset(strategy);
            (leftSteps, rightSteps, At) = (0, 0, 0);
            Engine.Unblock(left);
            Engine.Unblock(right);
        }

        public void Run()
        {
            foreach (var operation in Program)
            {
                if (operation.Code != StepCode) continue;
                cpu.Point();
                cpu.Observed(1, (ulong)(leftSteps * 8 + rightSteps)); // what the CPU sees is part of its history
                At++;
                if (Fails(this)) Engine.Fail(new("toy", "wrong", [], $"at step {At}", ""));
            }
            cpu.Finish();
            Engine.RunToRest();
        }

        void Taken(ref int steps, Agent agent)
        {
            if (++steps < 3) Engine.Unblock(agent);
            else Engine.Block(agent);
        }

        public string Describe(Operation operation) => operation.Code == StepCode ? "step" : "noise";

        public IEnumerable<Operation> Simpler(Operation operation) => [];

        public Operation? Merge(Operation first, Operation second) => null;

        public void Dispose()
        {
        }
    }

    static Operation[] Steps(int count, int noise = 0)
        => [.. Enumerable.Repeat(new Operation(Toy.NoiseCode), noise), .. Enumerable.Repeat(new Operation(Toy.StepCode), count)];

    static ShrunkFailure Shrink(Toy toy, Operation[] program, out IReadOnlyList<Deviation> found)
    {
        toy.Program = program;
        var walk = new RandomWalk(11);
        for (int execution = 0; execution < 10_000; execution++)
        {
            walk.Begin(execution);
            if (Execution.Run(toy, walk) is not { } violation) continue;
            found = [.. toy.Engine.Trace];
            var shrunk = new FailureShrinker(toy, violation.Key).Shrink(program, found);
            Assert.NotNull(shrunk);
            Replays(toy, shrunk);
            return shrunk;
        }
        throw new InvalidOperationException("the toy does not fail");
    }

    /// <summary>What a shrinker hands out has to fail, in the same way, each time.</summary>
    static void Replays(Toy toy, ShrunkFailure shrunk)
    {
        var replay = new Replay();
        replay.Use(shrunk.Trace);
        replay.Begin(0);
        toy.Program = shrunk.Program;
        Assert.Equal(shrunk.Violation.Key, Execution.Run(toy, replay)?.Key);
        Assert.Null(replay.FirstUnused);
    }

    [Fact]
    public void A_failure_without_a_condition_needs_no_choice_and_one_operation()
    {
        using var toy = new Toy(_ => true);
        var shrunk = Shrink(toy, Steps(6, noise: 4), out _);
        Assert.Equal(Steps(1), shrunk.Program);
        Assert.Empty(shrunk.Trace);
        Assert.True(shrunk.ChoicesAreMinimal);
    }

    [Fact]
    public void One_step_of_one_device_is_as_few_choices_as_there_are()
    {
        using var toy = new Toy(now => now is { Left: 1, Right: 0 });
        var shrunk = Shrink(toy, Steps(8, noise: 3), out var found);
        Assert.Equal(Steps(1), shrunk.Program);
        Assert.InRange(shrunk.Trace.Count, 1, 2); // away, and back before the next step of the device
        Assert.True(shrunk.Trace.Count <= found.Count);
        Assert.True(shrunk.ChoicesAreMinimal);
    }

    [Fact]
    public void The_list_of_choices_is_as_short_as_a_search_of_all_executions_finds()
    {
        using var toy = new Toy(now => now is { At: 3, Left: 2, Right: 1 });
        var shrunk = Shrink(toy, Steps(6, noise: 2), out _);
        Assert.Equal(Steps(3), shrunk.Program);
        Assert.True(shrunk.ChoicesAreMinimal);
        Assert.Equal(FewestDeviations(toy, shrunk), shrunk.Trace.Count);
    }

    [Fact]
    public void What_does_not_fail_again_is_not_shrunk()
    {
        using var toy = new Toy(_ => false);
        Assert.Null(new FailureShrinker(toy, "toy/wrong").Shrink(Steps(3), []));
    }

    [Fact]
    public void Another_violation_does_not_count()
    {
        using var toy = new Toy(_ => true);
        Assert.Null(new FailureShrinker(toy, "toy/other").Shrink(Steps(3), []));
    }

    /// <summary>All executions with 0, 1, 2... deviations, unpruned.</summary>
    static int FewestDeviations(Toy toy, ShrunkFailure shrunk)
    {
        toy.Program = shrunk.Program;
        for (int bound = 0; bound <= shrunk.Trace.Count; bound++)
        {
            var all = new Exhaustive(Pruning.None, bound);
            while (all.Begin(0))
            {
                if (Execution.Run(toy, all)?.Key == shrunk.Violation.Key) return bound;
            }
        }
        return int.MaxValue;
    }
}
