namespace Ringcheck.Ordering.Litmus;

/// <summary>The final states of a test on the machine, held against those that it should have.</summary>
/// <param name="Test">The test.</param>
/// <param name="States">How many final states the machine shows (late reads included, if asked for).</param>
/// <param name="Executions">How many executions (sources and coherence orders) it showed.</param>
/// <param name="IsCompared">False if there is nothing to compare with: brute force would have to judge too many candidates.</param>
/// <param name="Missing">States that the machine should show and does not.</param>
/// <param name="Extra">States that it shows and should not.</param>
/// <param name="IsLoadBuffering">Every missing state appears with late reads.</param>
public sealed record LitmusComparison(LitmusTest Test, int States, int Executions, bool IsCompared, IReadOnlyList<string> Missing,
    IReadOnlyList<string> Extra, bool IsLoadBuffering)
{
    /// <summary>More candidates than this are not judged one by one.</summary>
    public const double MostCandidates = 1e6;

    public bool IsEqual => IsCompared && Missing.Count == 0 && Extra.Count == 0;

    /// <summary>Nothing is wrong with it: equal, not compared, or short of load buffering only where late reads were not asked for.</summary>
    public bool IsGood(bool lateReads) => Extra.Count == 0 && (Missing.Count == 0 || (!lateReads && IsLoadBuffering));

    /// <summary>
    /// Runs a test. AArch64 is compared with the states that the file gives; SC and TSO, whose verdicts follow from their definitions, with
    /// brute force over the axioms.
    /// </summary>
    public static LitmusComparison Of(LitmusTest test, MemoryModel model, bool lateReads, CancellationToken cancellation = default)
    {
        var program = new LitmusProgram(test);
        var executions = new LitmusEnumerator(program, model).Run(cancellation);
        var shown = StatesOf(program, executions);
        int count = executions.Count;
        if (lateReads)
        {
            var late = new LateReads(program, model).Beyond(executions, cancellation);
            count += late.Count;
            shown.UnionWith(StatesOf(program, late));
        }
        var wanted = Wanted(program, model, cancellation);
        if (wanted is null) return new(test, shown.Count, count, false, [], [], false);
        List<string> missing = [.. wanted.Except(shown).Order(StringComparer.Ordinal)], extra = [.. shown.Except(wanted).Order(StringComparer.Ordinal)];
        bool isLoadBuffering = missing.Count > 0 && !lateReads
            && !missing.Except(StatesOf(program, new LateReads(program, model).Beyond(executions, cancellation))).Any();
        return new(test, shown.Count, count, true, missing, extra, isLoadBuffering);
    }

    static HashSet<string> StatesOf(LitmusProgram program, IReadOnlyList<LitmusExecution> executions)
        => executions.Select(execution => program.StateOf(execution) ?? throw new InvalidOperationException("an execution whose values depend on themselves"))
            .ToHashSet(StringComparer.Ordinal);

    static IReadOnlySet<string>? Wanted(LitmusProgram program, MemoryModel model, CancellationToken cancellation)
    {
        if (model == MemoryModel.AArch64) return program.Test.Expected ?? throw new LitmusException($"test '{program.Test.Name}': no states are given to compare with");
        var axioms = new AxiomaticEnumeration(program, model);
        return axioms.Candidates > MostCandidates ? null : StatesOf(program, axioms.Run(cancellation));
    }
}
