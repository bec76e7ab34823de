using System.Text;
using Ringcheck.Exploration;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;
using Ringcheck.Tests.Concurrency.Ordering;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>The reduction makes each graph once and misses none. What it is measured against is tested in <see cref="YardstickTests"/>.</summary>
public sealed class ReducerTests
{
    /// <summary>Fails with what differs in the first programs where something does, and in smaller ones.</summary>
    static ReductionComparison Compare(IEnumerable<TestProgram> programs, MemoryModel model, bool onCpu = false)
    {
        var comparison = new ReductionComparison(model, onCpu: onCpu);
        var failing = programs.Where(program => comparison.Difference(program) is not null).ToList();
        TestContext.Current.TestOutputHelper!.WriteLine(comparison.ToString());
        if (failing.Count == 0) return comparison;
        var text = new StringBuilder($"{failing.Count} programs fail on {model}\n");
        var again = new ReductionComparison(model, onCpu: onCpu);
        foreach (var program in failing.Take(3))
        {
            var small = SmallerProgram.Of(program, candidate => again.Difference(candidate) is not null);
            text.Append($"{program}\n{again.Difference(program)}\nsmaller: {small}\n{again.Difference(small)}\n");
        }
        Assert.Fail(text.ToString());
        return comparison;
    }

    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent, 2073)]
    [InlineData(MemoryModel.Tso, 2159)]
    [InlineData(MemoryModel.AArch64, 2284)]
    public void Each_litmus_test_has_its_graphs_once(MemoryModel model, int graphs)
    {
        var comparison = Compare(LitmusFile.Shipped().Select(TestProgram.Of), model);
        Assert.Equal((447, 0, graphs, 0, 0), (comparison.Compared, comparison.LeftOut, comparison.Graphs, comparison.Deadlocks, comparison.Blocked));
    }

    /// <summary>Barriers, acquire and release, dependencies, updates.</summary>
    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Random_straight_line_programs_have_their_graphs_once(MemoryModel model)
    {
        var comparison = Compare(Enumerable.Range(20_000, 400).Select(seed => TestProgram.Of(RandomTests.Make(seed))), model);
        Assert.InRange(comparison.Compared, 330, 400);
    }

    /// <summary>The same, and accesses that happen or not and go here or there by what was read or chosen, and waits.</summary>
    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Random_programs_with_branches_waits_choices_and_updates_have_their_graphs_once(MemoryModel model)
    {
        var comparison = Compare(Enumerable.Range(0, 2_100).Select(RandomPrograms.Branching), model);
        Assert.InRange(comparison.Compared, 2_000, 2_100);
        Assert.InRange(comparison.Deadlocks, 1_000, long.MaxValue); // these are compared too, and there are some
        Assert.InRange(comparison.Audited, 3_000, long.MaxValue);
    }

    /// <summary>The first thread as driver code: its waits are polling loops.</summary>
    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Random_programs_on_a_CPU_have_their_graphs_once(MemoryModel model)
    {
        var comparison = Compare(Enumerable.Range(40_000, 600).Select(RandomPrograms.Branching), model, onCpu: true);
        Assert.InRange(comparison.Compared, 500, 600);
        Assert.InRange(comparison.Deadlocks, 100, long.MaxValue);
    }

    /// <summary>
    /// An iteration that fails on an older value must not leave its mark: the release of 0 that it acquires would show the 1 as well, but an iteration that sees the
    /// 2 at once need not.
    /// </summary>
    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void A_failed_iteration_leaves_nothing_behind(MemoryModel model)
        => Compare([new("by hand", [0, 0], [
            [new(StepKind.Wait, 0, 0, AccessOrder.Acquire, Keep: 0), new(StepKind.Load, 1, Keep: 1)],
            [new(StepKind.Store, 1, 1), new(StepKind.Store, 0, 0, AccessOrder.Release), new(StepKind.Store, 0, 2)]])], model, onCpu: true);

    /// <summary>What the reduction decides is noted as choices, and these replay: a failure that it finds has a replay line like any other.</summary>
    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Each_execution_is_replayed_by_its_choices(MemoryModel model)
    {
        int replayed = 0;
        for (int seed = 30_000; seed < 30_150; seed++)
        {
            var program = RandomPrograms.Branching(seed);
            using var scenario = new ProgramScenario(program, ProgramScenario.MemoryOf(model));
            var traces = new List<(string Graph, string State, IReadOnlyList<Deviation> Choices)>();
            var recorder = new GraphRecorder(scenario);
            var found = GraphSet.ByReduction(scenario, new(new()), ReductionComparison.Budget,
                whole: () => traces.Add((recorder.Text(), scenario.FinalState(), [.. scenario.Engine.Trace])));
            if (found.OutOfBudget) continue;
            var replay = new Replay();
            foreach (var (graph, state, choices) in traces)
            {
                replay.Use(choices);
                replay.Begin(0);
                scenario.Engine.Audited = true;
                scenario.Reset(replay);
                scenario.Run();
                string what = $"{program}\non {model}: {string.Join(',', choices)}";
                Assert.True(replay.FirstUnused is null, $"{what} does not meet {replay.FirstUnused}\n{graph}\n{recorder.Text()}");
                Assert.True(recorder.Text() == graph && scenario.FinalState() == state, $"{what} replays another execution\n{graph} {state}\n{recorder.Text()} {scenario.FinalState()}");
                replayed++;
            }
        }
        Assert.InRange(replayed, 2_000, int.MaxValue);
    }
}
