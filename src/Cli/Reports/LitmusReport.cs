using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;

namespace Ringcheck.Cli.Reports;

/// <summary>What <c>litmus</c> did.</summary>
/// <param name="Source">Where the tests come from, in words.</param>
/// <param name="Wanted">How many tests there are; more than results if the user stopped it.</param>
internal sealed record LitmusRun(string Source, MemoryModel Model, bool LateReads, int Wanted, IReadOnlyList<LitmusComparison> Results, double Seconds)
{
    public bool IsStopped => Results.Count < Wanted;
}

/// <summary><c>litmus --json</c>; the members that the issue fixes come first.</summary>
/// <param name="Tests">Tests that were run.</param>
/// <param name="Equal">Tests whose states are exactly those wanted.</param>
/// <param name="Missing">Names of tests with a state that did not appear.</param>
/// <param name="Extra">Names of tests with a state that must not appear.</param>
/// <param name="LoadBuffering">Those of <paramref name="Missing"/> whose missing states all appear with late reads.</param>
/// <param name="NotCompared">Names of tests that were run and had nothing to be compared with.</param>
/// <param name="Reference">What they were compared with: "file" (the states it gives) or "axioms" (brute force).</param>
internal sealed record LitmusReport(int Tests, int Equal, IReadOnlyList<string> Missing, IReadOnlyList<string> Extra, double Seconds, string Memory, bool LateReads,
    string Reference, IReadOnlyList<string> LoadBuffering, IReadOnlyList<string> NotCompared, int States, int Executions, bool Stopped)
{
    public static LitmusReport Of(LitmusRun run, string memory)
    {
        IReadOnlyList<string> Names(Func<LitmusComparison, bool> those) => [.. run.Results.Where(those).Select(result => result.Test.Name)];
        return new(run.Results.Count, run.Results.Count(result => result.IsEqual), Names(result => result.Missing.Count > 0), Names(result => result.Extra.Count > 0),
            run.Seconds, memory, run.LateReads, run.Model == MemoryModel.AArch64 ? "file" : "axioms", Names(result => result.IsLoadBuffering),
            Names(result => !result.IsCompared), run.Results.Sum(result => result.States), run.Results.Sum(result => result.Executions), run.IsStopped);
    }
}
