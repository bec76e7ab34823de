using System.Globalization;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// How good the shrinker is, on bugs put into the real queue: over 60 seeds each, the length of the optimum (found by
/// <see cref="BruteForce"/>) is reached in at least 58, and the median of executions while shrinking is below 100.
/// </summary>
public sealed class ShrinkerQualityTests(ITestOutputHelper output)
{
    const int Seeds = 60, Reached = 58, MedianExecutions = 100, Tests = 400, LongestOptimum = 7;

    public static TheoryData<string> Mutants => [.. RingMutants.Functional.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Mutants))]
    public void The_optimum_is_reached(string name)
    {
        var trial = new RingTrial(RingMutants.Functional.Single(mutant => mutant.Name == name).Compile());
        var property = RingSequenceTests.Property(name, trial, RingSequences.Honest);
        var brute = new BruteForce(trial.Run);
        var optimum = brute.Shortest(LongestOptimum);
        Assert.NotNull(optimum);

        var executions = new List<int>();
        var lengths = new List<int>();
        var found = new List<int>();
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var counterexample = Checked.Find(property, Tests, seed * 7919, startSize: 100);
            Assert.True(counterexample is not null, $"seed {seed}: the bug is not found in {Tests} sequences");
            executions.Add(counterexample.ShrinkExecutions);
            lengths.Add(counterexample.Shrunk.Count);
            found.Add(counterexample.Found.Count);
            if (counterexample.Shrunk.Count > optimum.Count) output.WriteLine($"seed {seed}: " + string.Join("; ", counterexample.Shrunk.Select(RingVerbs.Describe)));
            if (seed == 1) output.WriteLine(Checked.Report(property, counterexample));
        }
        executions.Sort();
        found.Sort();
        int reached = lengths.Count(length => length == optimum.Count);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | seeds {Seeds} | optimum {optimum.Count} ({brute.Executions} sequences tried) | reached {reached} | longest {lengths.Max()} | median length as found {found[Seeds / 2]} | executions median {executions[Seeds / 2]}, max {executions[^1]} |"));
        output.WriteLine("optimum: " + string.Join("; ", optimum.Select(RingVerbs.Describe)));
        Assert.True(lengths.Min() >= optimum.Count, "the shrinker found something shorter than what was said to be shortest");
        Assert.True(reached >= Reached, $"{reached} of {Seeds}");
        Assert.True(executions[Seeds / 2] < MedianExecutions, $"median {executions[Seeds / 2]}");
    }
}
