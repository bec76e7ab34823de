using Ringcheck.Exploration;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;
using Ringcheck.Tests.Concurrency.Ordering;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>The yardstick is right itself: its states and graphs against enumerations that know neither the engine nor the simulated machine.</summary>
public sealed class YardstickTests
{
    /// <summary>More candidates than this are too many for the axioms.</summary>
    const double MostCandidates = 2_000;

    static void Same(string what, IEnumerable<string> wanted, IReadOnlySet<string> found)
    {
        var missing = wanted.Where(item => !found.Contains(item)).ToList();
        var extra = found.Except(wanted).ToList();
        Assert.True(missing.Count + extra.Count == 0, $"{what}\nmissing:\n{string.Join('\n', missing)}\nextra:\n{string.Join('\n', extra)}");
    }

    static GraphSet Explore(TestProgram program, MemoryModel model, bool cuts = true, long budget = long.MaxValue, int auditEvery = 0)
    {
        using var scenario = new ProgramScenario(program, ProgramScenario.MemoryOf(model));
        return GraphSet.ByYardstick(scenario, cuts, budget, auditEvery);
    }

    /// <summary>Against the enumeration of litmus tests, which steps the memory machine directly: no engine, no agents, no ports.</summary>
    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent, 2073)]
    [InlineData(MemoryModel.Tso, 2159)]
    [InlineData(MemoryModel.AArch64, 2284)]
    public void Each_litmus_test_has_the_states_and_the_graphs_of_its_enumeration(MemoryModel model, int graphs)
    {
        int found = 0;
        foreach (var test in LitmusFile.Shipped())
        {
            var program = new LitmusProgram(test);
            var wanted = new LitmusEnumerator(program, model).Run();
            var yardstick = Explore(TestProgram.Of(test), model, auditEvery: 1);
            Same(test.Name, wanted.Select(execution => program.StateOf(execution)!), yardstick.States);
            Same(test.Name, wanted.Select(execution => GraphText.Of(program, execution)), yardstick.Graphs);
            Assert.Empty(yardstick.Refused);
            Assert.Empty(yardstick.Deadlocks);
            found += yardstick.Graphs.Count;
        }
        Assert.Equal(graphs, found);
    }

    /// <summary>Against the axioms as a cat file writes them, which share nothing with the memory machine.</summary>
    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Random_straight_line_programs_have_as_many_graphs_as_the_axioms_accept_executions(MemoryModel model)
    {
        int compared = 0;
        for (int seed = 10_000; seed < 10_300; seed++)
        {
            var test = RandomTests.Make(seed);
            var oracle = new CatOracle(test, model, loadBuffering: false);
            if (oracle.Candidates > MostCandidates) continue;
            compared++;
            var found = Explore(TestProgram.Of(test), model);
            Assert.True(oracle.Executions().Count == found.Graphs.Count, $"{TestProgram.Of(test)}\nseed {seed} on {model}: {oracle.Executions().Count} executions, {found.Graphs.Count} graphs");
        }
        Assert.InRange(compared, 150, 300);
    }

    /// <summary>What it cuts was seen: without cutting it finds the same, in many more executions.</summary>
    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Cutting_loses_nothing(MemoryModel model)
    {
        long whole = 0, cut = 0;
        int compared = 0, deadlocked = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            var program = RandomPrograms.Branching(seed);
            var all = Explore(program, model, cuts: false, budget: 3_000);
            if (all.OutOfBudget) continue;
            var found = Explore(program, model, auditEvery: 1);
            Same($"{program}\non {model}, graphs", all.Graphs, found.Graphs);
            Same($"{program}\non {model}, deadlocks", all.Deadlocks, found.Deadlocks);
            Same($"{program}\non {model}, states", all.States, found.States);
            Assert.True(found.Refused.Count == 0, $"{program}\non {model}: {string.Join('\n', found.Refused)}");
            (whole, cut) = (whole + all.Executions, cut + found.Executions);
            (compared, deadlocked) = (compared + 1, deadlocked + (found.Deadlocks.Count > 0 ? 1 : 0));
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{model}: {compared} compared, {deadlocked} with deadlocks, {whole} executions, {cut} with cutting");
        Assert.InRange(compared, 150, 300);
        Assert.InRange(deadlocked, 10, 300);
        Assert.True(whole > 3 * cut, $"{whole} executions, {cut} with cutting");
    }

    /// <summary>
    /// Against plain RAM, where a load returns what was stored last and a wait ends with what is there now: the same final states as of the ordering machine
    /// that keeps every order, deadlocks included. So a value that came and went may be missed, and nothing else is lost.
    /// </summary>
    [Fact]
    public void Sequentially_consistent_memory_has_the_states_of_plain_memory()
    {
        int compared = 0, deadlocked = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            var program = RandomPrograms.Branching(seed);
            using var plain = new ProgramScenario(program, "sc", alwaysOrdered: false);
            var strategy = new Yardstick(cuts: null);
            var states = new HashSet<string>(StringComparer.Ordinal);
            long execution = 0;
            for (; execution < 3_000 && strategy.Begin(execution); execution++)
            {
                Assert.Null(Execution.Run(plain, strategy));
                states.Add(plain.FinalState());
            }
            Assert.Null(plain.Machine.Weak);
            if (execution == 3_000) continue;
            Same($"{program}\nstates", states, Explore(program, MemoryModel.SequentiallyConsistent).States);
            compared++;
            if (states.Any(state => state.Contains("waits", StringComparison.Ordinal))) deadlocked++;
        }
        Assert.InRange(compared, 300, 400);
        Assert.InRange(deadlocked, 30, 400);
    }
}
