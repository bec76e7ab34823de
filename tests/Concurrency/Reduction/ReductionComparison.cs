using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>
/// The reduction against unreduced enumeration on the same engine and machine: the same graphs, each once, the same deadlocks and final states, no plan that cannot be
/// carried out; and the axioms accept a sample of what it made.
/// </summary>
sealed class ReductionComparison(MemoryModel model, ReductionFlaw flaw = ReductionFlaw.None, bool onCpu = false)
{
    /// <summary>Executions of the yardstick for one program; programs that need more are left out, and counted.</summary>
    public const long Budget = 3_000;

    const int AuditEvery = 7;

    public long Compared { get; private set; }

    public long LeftOut { get; private set; }

    public long Graphs { get; private set; }

    public long Deadlocks { get; private set; }

    /// <summary>Of the reduction, those that were given up included.</summary>
    public long Executions { get; private set; }

    /// <summary>In which somebody waits, whom another execution shows going on.</summary>
    public long Blocked { get; private set; }

    /// <summary>That memory refused.</summary>
    public long Wasted { get; private set; }

    /// <summary>Of the yardstick.</summary>
    public long Unreduced { get; private set; }

    /// <summary>Held against the axioms.</summary>
    public long Audited { get; private set; }

    public override string ToString()
        => $"{model}: {Compared} programs compared, {LeftOut} left out; {Graphs} graphs, {Deadlocks} deadlocks in {Executions} executions ({Blocked} blocked, {Wasted} wasted), "
            + $"unreduced {Unreduced}; {Audited} audited";

    /// <summary>What the reduction does wrong, in words; null if nothing, or if the yardstick takes too long.</summary>
    public string? Difference(TestProgram program)
    {
        using var scenario = new ProgramScenario(program, ProgramScenario.MemoryOf(model), onCpu: onCpu);
        var wanted = GraphSet.ByYardstick(scenario, budget: Budget);
        if (wanted.OutOfBudget)
        {
            LeftOut++;
            return null;
        }
        var search = new ReductionSearch { Classes = [] };
        var found = GraphSet.ByReduction(scenario, new(search) { Flaw = flaw }, 10 * Budget, AuditEvery);
        if (found.OutOfBudget) return "the reduction does not end\n";
        string difference = Sets("graphs", wanted.Graphs, found.Graphs) + Sets("deadlocks", wanted.Deadlocks, found.Deadlocks) + Sets("states", wanted.States, found.States);
        if (found.Duplicates > 0) difference += $"{found.Duplicates} graphs made twice ({search.Duplicates} by its own count): {found.Twice}\n";
        else if (search.Duplicates > 0) difference += $"{search.Duplicates} classes run twice by its own count, and no graph made twice\n";
        if (search.Unfit > 0) difference += $"{search.Unfit} plans could not be carried out\n";
        difference += string.Join('\n', found.Refused);
        if (difference.Length > 0) return difference;
        Compared++;
        Graphs += found.Graphs.Count;
        Deadlocks += found.Deadlocks.Count;
        Executions += search.Executions;
        Blocked += search.Blocked;
        Wasted += search.Wasted;
        Unreduced += wanted.Executions;
        Audited += found.Audited;
        return null;
    }

    static string Sets(string what, IReadOnlySet<string> wanted, IReadOnlySet<string> found)
    {
        if (wanted.SetEquals(found)) return "";
        var (missing, extra) = (wanted.Except(found).ToList(), found.Except(wanted).ToList());
        return $"{what}: {wanted.Count} are right, {missing.Count} of them are missing, {extra.Count} others were found\n"
            + string.Concat(missing.Take(3).Select(graph => $"  missing {graph}\n")) + string.Concat(extra.Take(3).Select(graph => $"  wrong {graph}\n"));
    }
}
