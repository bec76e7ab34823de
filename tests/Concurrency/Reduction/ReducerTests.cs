using Ringcheck.Exploration;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;
using Ringcheck.Tests.Concurrency.Ordering;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>
/// The reduction against unreduced enumeration on the same engine and machine: the same graphs, each once, the same deadlocks and the same final states; no execution
/// is wasted on what memory refuses more than the bound asserted; and the axioms accept what it made.
/// </summary>
public sealed class ReducerTests
{
    /// <summary>Executions of the yardstick for one program; programs that need more are left out, and counted.</summary>
    const long Budget = 3_000;

    /// <summary>What a set of programs came to, on one memory.</summary>
    sealed class Tally
    {
        public long Compared, LeftOut, Graphs, Deadlocks, Executions, Blocked, Wasted, Unreduced;

        public override string ToString()
            => $"{Compared} programs compared, {LeftOut} left out; {Graphs} graphs, {Deadlocks} deadlocks in {Executions} executions ({Blocked} blocked, {Wasted} wasted), unreduced {Unreduced}";
    }

    static void Compare(TestProgram program, MemoryModel model, Tally tally)
    {
        using var scenario = new ProgramScenario(program, ProgramScenario.MemoryOf(model));
        var wanted = GraphSet.ByYardstick(scenario, budget: Budget);
        if (wanted.OutOfBudget)
        {
            tally.LeftOut++;
            return;
        }
        string what = $"{program}\non {model}";
        var search = new ReductionSearch { Classes = [] };
        var found = GraphSet.ByReduction(scenario, search, 10 * Budget, auditEvery: 7);
        Assert.False(found.OutOfBudget, $"{what}: the reduction does not end");
        Same(what + ", graphs", wanted.Graphs, found.Graphs);
        Same(what + ", deadlocks", wanted.Deadlocks, found.Deadlocks);
        Same(what + ", states", wanted.States, found.States);
        Assert.True(found.Duplicates == 0 && search.Duplicates == 0, $"{what}: {found.Duplicates} graphs made twice ({search.Duplicates} by its own count)");
        Assert.True(search.Unfit == 0, $"{what}: {search.Unfit} plans could not be carried out");
        Assert.True(found.Refused.Count == 0, $"{what}: {string.Join('\n', found.Refused)}");
        tally.Compared++;
        tally.Graphs += found.Graphs.Count;
        tally.Deadlocks += found.Deadlocks.Count;
        tally.Executions += search.Executions;
        tally.Blocked += search.Blocked;
        tally.Wasted += search.Wasted;
        tally.Unreduced += wanted.Executions;
    }

    static void Same(string what, IReadOnlySet<string> wanted, IReadOnlySet<string> found)
    {
        var missing = wanted.Except(found).ToList();
        var extra = found.Except(wanted).ToList();
        Assert.True(missing.Count + extra.Count == 0, $"{what}, of {wanted.Count}\nmissing:\n{string.Join('\n', missing)}\nextra:\n{string.Join('\n', extra)}");
    }

    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Each_litmus_test_has_its_graphs_once(MemoryModel model)
    {
        var tally = new Tally();
        foreach (var test in LitmusFile.Shipped()) Compare(TestProgram.Of(test), model, tally);
        TestContext.Current.TestOutputHelper!.WriteLine($"{model}: {tally}");
        Assert.Equal((447, 0, 0), (tally.Compared, tally.LeftOut, tally.Blocked));
        Assert.Equal(tally.Graphs, tally.Executions);
    }

    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Random_straight_line_programs_have_their_graphs_once(MemoryModel model)
    {
        var tally = new Tally();
        for (int seed = 20_000; seed < 20_400; seed++) Compare(TestProgram.Of(RandomTests.Make(seed)), model, tally);
        TestContext.Current.TestOutputHelper!.WriteLine($"{model}: {tally}");
        Assert.InRange(tally.Compared, 350, 400);
    }

    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Random_programs_with_branches_waits_choices_and_updates_have_their_graphs_once(MemoryModel model)
    {
        var tally = new Tally();
        for (int seed = 0; seed < 2_100; seed++) Compare(RandomPrograms.Branching(seed), model, tally);
        TestContext.Current.TestOutputHelper!.WriteLine($"{model}: {tally}");
        Assert.InRange(tally.Compared, 2_000, 2_100);
        Assert.InRange(tally.Deadlocks, 1_000, long.MaxValue);
    }
}
