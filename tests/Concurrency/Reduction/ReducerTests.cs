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

    /// <summary>Fails with what differs, for the first program where something does, and for a smaller one.</summary>
    static Tally Compare(IEnumerable<TestProgram> programs, MemoryModel model)
    {
        var tally = new Tally();
        var failing = programs.Where(program => Difference(program, model, tally) is not null).ToList();
        TestContext.Current.TestOutputHelper!.WriteLine($"{model}: {tally}");
        if (failing.Count == 0) return tally;
        var text = new System.Text.StringBuilder($"{failing.Count} programs fail on {model}\n");
        foreach (var program in failing.Take(3))
        {
            var small = SmallerProgram.Of(program, candidate => Difference(candidate, model, new()) is not null);
            text.Append($"{program}\n{Difference(program, model, new())}\nsmaller: {small}\n{Difference(small, model, new())}\n");
        }
        Assert.Fail(text.ToString());
        return tally;
    }

    /// <summary>What the reduction does wrong, in words; null if nothing, or if the yardstick takes too long.</summary>
    static string? Difference(TestProgram program, MemoryModel model, Tally tally)
    {
        using var scenario = new ProgramScenario(program, ProgramScenario.MemoryOf(model));
        var wanted = GraphSet.ByYardstick(scenario, budget: Budget);
        if (wanted.OutOfBudget)
        {
            tally.LeftOut++;
            return null;
        }
        var search = new ReductionSearch { Classes = [] };
        var found = GraphSet.ByReduction(scenario, search, 10 * Budget, auditEvery: 7);
        if (found.OutOfBudget) return "the reduction does not end";
        string difference = Sets("graphs", wanted.Graphs, found.Graphs) + Sets("deadlocks", wanted.Deadlocks, found.Deadlocks) + Sets("states", wanted.States, found.States);
        if (found.Duplicates > 0) difference += $"{found.Duplicates} graphs made twice ({search.Duplicates} by its own count): {found.Twice}\n";
        else if (search.Duplicates > 0) difference += $"{search.Duplicates} classes run twice by its own count, and no graph made twice\n";
        if (search.Unfit > 0) difference += $"{search.Unfit} plans could not be carried out\n";
        difference += string.Join('\n', found.Refused);
        if (difference.Length > 0) return difference;
        tally.Compared++;
        tally.Graphs += found.Graphs.Count;
        tally.Deadlocks += found.Deadlocks.Count;
        tally.Executions += search.Executions;
        tally.Blocked += search.Blocked;
        tally.Wasted += search.Wasted;
        tally.Unreduced += wanted.Executions;
        return null;
    }

    static string Sets(string what, IReadOnlySet<string> wanted, IReadOnlySet<string> found)
    {
        if (wanted.SetEquals(found)) return "";
        var (missing, extra) = (wanted.Except(found).ToList(), found.Except(wanted).ToList());
        return $"{what}: {wanted.Count} are right, {missing.Count} of them are missing, {extra.Count} others were found\n"
            + string.Concat(missing.Take(3).Select(graph => $"  missing {graph}\n")) + string.Concat(extra.Take(3).Select(graph => $"  wrong {graph}\n"));
    }

    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Each_litmus_test_has_its_graphs_once(MemoryModel model)
    {
        var tally = Compare(LitmusFile.Shipped().Select(TestProgram.Of), model);
        Assert.Equal((447, 0, 0), (tally.Compared, tally.LeftOut, tally.Blocked));
        Assert.Equal(tally.Graphs, tally.Executions);
    }

    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Random_straight_line_programs_have_their_graphs_once(MemoryModel model)
    {
        var tally = Compare(Enumerable.Range(20_000, 400).Select(seed => TestProgram.Of(RandomTests.Make(seed))), model);
        Assert.InRange(tally.Compared, 350, 400);
    }

    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Random_programs_with_branches_waits_choices_and_updates_have_their_graphs_once(MemoryModel model)
    {
        var tally = Compare(Enumerable.Range(0, 2_100).Select(RandomPrograms.Branching), model);
        Assert.InRange(tally.Compared, 2_000, 2_100);
        Assert.InRange(tally.Deadlocks, 1_000, long.MaxValue);
    }
}
