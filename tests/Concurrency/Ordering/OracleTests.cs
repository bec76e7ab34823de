using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Ordering;

/// <summary>The memory machine and the axioms of the product against oracles that share no code with either.</summary>
public sealed class OracleTests
{
    const MemoryModel Sc = MemoryModel.SequentiallyConsistent, Tso = MemoryModel.Tso, Arm = MemoryModel.AArch64;

    /// <summary>A test with more candidates than this is left out; the numbers left out are asserted.</summary>
    const double MostCandidates = 5_000;

    static readonly IReadOnlyList<LitmusTest> Shipped = LitmusFile.Shipped();

    static HashSet<string> Keys(IEnumerable<LitmusExecution> executions) => executions.Select(execution => execution.Key).ToHashSet(StringComparer.Ordinal);

    static HashSet<string> Machine(LitmusTest test, MemoryModel model) => Keys(new LitmusEnumerator(new(test), model).Run());

    static void Same(LitmusTest test, MemoryModel model, IReadOnlySet<string> wanted, IReadOnlySet<string> found)
        => Assert.True(wanted.SetEquals(found), $"{test.Name} on {model}: missing {string.Join(" ", wanted.Except(found))}, extra {string.Join(" ", found.Except(wanted))}");

    [Theory]
    [InlineData(Sc)]
    [InlineData(Tso)]
    [InlineData(Arm)]
    public void Each_shipped_test_of_up_to_three_threads_has_the_executions_of_the_axioms(MemoryModel model)
    {
        var small = Shipped.Where(test => test.Threads.Count <= 3).ToList();
        Assert.Equal((447, 431), (Shipped.Count, small.Count));
        foreach (var test in small)
        {
            var oracle = new CatOracle(test, model, loadBuffering: false);
            Assert.InRange(oracle.Candidates, 1, MostCandidates); // none is left out
            Same(test, model, oracle.Executions(), Machine(test, model));
        }
    }

    [Fact]
    public void With_late_reads_they_are_those_of_AArch64_with_load_buffering()
    {
        foreach (var test in Shipped.Where(test => test.Threads.Count <= 3))
        {
            var program = new LitmusProgram(test);
            var executions = new LitmusEnumerator(program, Arm).Run();
            var late = new LateReads(program, Arm).Beyond(executions);
            Same(test, Arm, new CatOracle(test, Arm, loadBuffering: true).Executions(), Keys(executions.Concat(late)));
        }
    }

    [Fact]
    public void TSO_has_the_states_of_store_buffers()
    {
        foreach (var test in Shipped.Where(test => test.Threads.Count <= 3).Concat(Enumerable.Range(0, 150).Select(RandomTests.Make)))
        {
            var program = new LitmusProgram(test);
            Same(test, Tso, new StoreBufferMachine(test).States(), new LitmusEnumerator(program, Tso).Run().Select(execution => program.StateOf(execution)!).ToHashSet());
        }
    }

    [Theory]
    [InlineData(Sc)]
    [InlineData(Tso)]
    [InlineData(Arm)]
    public void Random_programs_have_the_executions_of_the_axioms(MemoryModel model)
    {
        int compared = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            var test = RandomTests.Make(seed);
            var oracle = new CatOracle(test, model, loadBuffering: false);
            if (oracle.Candidates > MostCandidates) continue;
            compared++;
            Same(test, model, oracle.Executions(), Machine(test, model));
        }
        Assert.Equal(RandomCompared, compared);
    }

    /// <summary>Of 400; the others have too many candidates.</summary>
    const int RandomCompared = 270;

    /// <summary>AxiomaticCheck judges every candidate as the oracle does: what it accepts, and what it refuses.</summary>
    [Theory]
    [InlineData(Sc)]
    [InlineData(Tso)]
    [InlineData(Arm)]
    public void The_axioms_of_the_product_judge_every_candidate_alike(MemoryModel model)
    {
        double candidates = 0;
        int accepted = 0;
        foreach (var test in Shipped.Concat(Enumerable.Range(1_000, 200).Select(RandomTests.Make)))
        {
            var oracle = new CatOracle(test, model, loadBuffering: true);
            if (oracle.Candidates > 1_000) continue;
            var judged = Keys(new AxiomaticEnumeration(new(test), model).Run());
            Same(test, model, oracle.Executions(), judged);
            (candidates, accepted) = (candidates + oracle.Candidates, accepted + judged.Count);
        }
        Assert.True(accepted > 3_000 && candidates - accepted > 3_000, $"{candidates} candidates, {accepted} accepted");
    }

    /// <summary>Late reads show nothing that the axioms forbid, and none of these programs needs two reads to move at once, which they would miss.</summary>
    [Fact]
    public void Late_reads_of_random_programs()
    {
        int all = 0, missed = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            var test = RandomTests.Make(seed);
            var oracle = new CatOracle(test, Arm, loadBuffering: true);
            if (oracle.Candidates > MostCandidates) continue;
            var program = new LitmusProgram(test);
            var executions = new LitmusEnumerator(program, Arm).Run();
            var late = Keys(new LateReads(program, Arm).Beyond(executions));
            var wanted = oracle.Executions().Except(Keys(executions)).ToHashSet();
            Assert.True(late.IsSubsetOf(wanted), test.Name);
            (all, missed) = (all + wanted.Count, missed + wanted.Count - late.Count);
        }
        Assert.Equal((104, 0), (all, missed));
    }

    [Fact]
    public void Repeats_cut_nothing_off()
    {
        foreach (var model in Enum.GetValues<MemoryModel>())
        {
            foreach (var test in Shipped.Concat(Enumerable.Range(0, 100).Select(RandomTests.Make).Where(test => test.Threads.Sum(code => code.Count(step => step.IsAccess)) <= 7)))
                Same(test, model, Keys(new LitmusEnumerator(new(test), model, cutsRepeats: false).Run()), Machine(test, model));
        }
    }

    /// <summary>The oracles can fire: each of these programs lacks one order that the machine is given, or has one too many.</summary>
    [Theory]
    [InlineData("MP+dmb.sy+dmb.ld", 1, Arm)]
    [InlineData("SB+dsb.sys", 0, Tso)]
    [InlineData("SB+dsb.sys", 1, Arm)]
    public void A_machine_that_forgets_a_barrier_is_caught(string name, int thread, MemoryModel model)
    {
        var test = Shipped.Single(test => test.Name == name);
        var threads = test.Threads.ToList();
        threads[thread] = [.. threads[thread].Where(step => step.Kind != LitmusKind.Fence)];
        var forgetful = test with { Threads = threads };
        Assert.False(new CatOracle(test, model, loadBuffering: false).Executions().SetEquals(Machine(forgetful, model)));
        Assert.False(new CatOracle(forgetful, model, loadBuffering: false).Executions().SetEquals(Machine(test, model)));
        if (model != Tso) return;
        var program = new LitmusProgram(forgetful);
        Assert.False(new StoreBufferMachine(test).States().SetEquals(new LitmusEnumerator(program, Tso).Run().Select(execution => program.StateOf(execution)!)));
    }
}
