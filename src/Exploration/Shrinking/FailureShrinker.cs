namespace Ringcheck.Exploration;

/// <summary>A failure made small: the program, the choices, and what it cost to get there.</summary>
public sealed record ShrunkFailure(IReadOnlyList<Operation> Program, IReadOnlyList<Deviation> Trace, Violation Violation, long Executions)
{
    /// <summary>True if all executions of this program with fewer deviations were searched: no shorter list of choices fails it.</summary>
    public bool ChoicesAreMinimal { get; init; }
}

/// <summary>
/// Shrinks operations and choices in turn until neither helps. Choices: chunks, singles and pairs are removed by key, then all
/// executions with 0, 1, 2... deviations are searched, which is minimal by construction. A smaller program has other
/// steps, so a candidate whose recorded choices no longer fail gets a short search of its own.
/// </summary>
public sealed class FailureShrinker(IScenario scenario, string violationKey, CancellationToken cancellation = default)
{
    /// <summary>Executions that a candidate program may take until it is called not failing.</summary>
    const int CandidateBudget = 3_000;

    /// <summary>Executions for the last search, which makes the list of choices minimal.</summary>
    const int SearchBudget = 60_000;

    /// <summary>Failures with more choices than this are not searched for at candidates: it would not end.</summary>
    const int CandidateDeviations = 3;

    readonly Replay replay = new();
    IReadOnlyList<Deviation> trace = [];
    Violation? violation;
    long executions;
    bool audited;

    /// <summary>Null if the failure does not happen again under these choices.</summary>
    public ShrunkFailure? Shrink(IReadOnlyList<Operation> program, IReadOnlyList<Deviation> failing)
    {
        trace = failing;
        if (!Fails(program, failing))
        {
            audited = true; // some failures only the audit of an execution shows
            if (!Fails(program, failing)) return null;
        }
        bool minimal;
        while (true)
        {
            minimal = ShrinkChoices(program);
            var shrinker = new SequenceShrinker<Operation>(StillFails, scenario.Simpler, scenario.Merge);
            var smaller = shrinker.Shrink(program);
            if (cancellation.IsCancellationRequested || smaller.SequenceEqual(program)) break;
            program = smaller;
        }
        Fails(program, trace);
        violation = Execution.Explained(scenario, trace, violation!);
        return new(program, trace, violation, executions) { ChoicesAreMinimal = minimal };
    }

    bool StillFails(IReadOnlyList<Operation> program)
    {
        if (cancellation.IsCancellationRequested) return false;
        return Fails(program, trace) || Search(program, Math.Min(trace.Count, CandidateDeviations), CandidateBudget, out _);
    }

    /// <summary>Runs a program under a list of choices; adopts the choices that it really took if it fails.</summary>
    bool Fails(IReadOnlyList<Operation> program, IReadOnlyList<Deviation> choices)
    {
        scenario.Program = program;
        replay.Use(choices);
        replay.Begin(0);
        executions++;
        return Adopt(Execution.Run(scenario, replay, audited));
    }

    bool Adopt(Violation? found)
    {
        if (found?.Key != violationKey) return false;
        violation = found;
        trace = [.. scenario.Engine.Trace];
        return true;
    }

    /// <summary>All executions with 0, 1... up to <paramref name="most"/> deviations. Complete only if it says so.</summary>
    bool Search(IReadOnlyList<Operation> program, int most, int budget, out bool complete)
    {
        scenario.Program = program;
        complete = false;
        for (int bound = 0; bound <= most; bound++)
        {
            var strategy = new Exhaustive(Pruning.SeenStates, bound);
            while (strategy.Begin(0))
            {
                if (budget-- == 0 || cancellation.IsCancellationRequested) return false;
                executions++;
                if (Adopt(Execution.Run(scenario, strategy, audited))) return true;
            }
        }
        complete = true;
        return false;
    }

    /// <summary>True if no shorter list exists.</summary>
    bool ShrinkChoices(IReadOnlyList<Operation> program)
    {
        for (int chunk = Math.Max(1, trace.Count / 2); chunk >= 1; chunk /= 2)
        {
            for (int start = 0; start < trace.Count;)
            {
                if (!TryWithout(program, start, Math.Min(chunk, trace.Count - start))) start += chunk;
            }
        }
        RemovePairs(program);
        if (trace.Count == 0) return true;
        return Search(program, trace.Count - 1, SearchBudget, out bool complete) || complete;
    }

    /// <summary>Deviations come in pairs, away and back: neither can go alone.</summary>
    void RemovePairs(IReadOnlyList<Operation> program)
    {
        if (trace.Count > 64) return;
        for (int i = 0; i < trace.Count; i++)
        {
            for (int j = i + 1; j < trace.Count; j++)
            {
                var candidate = trace.ToList();
                candidate.RemoveAt(j);
                candidate.RemoveAt(i);
                if (!TryList(program, candidate)) continue;
                i = -1;
                break;
            }
        }
    }

    bool TryWithout(IReadOnlyList<Operation> program, int start, int count)
    {
        var candidate = trace.ToList();
        candidate.RemoveRange(start, count);
        return TryList(program, candidate);
    }

    bool TryList(IReadOnlyList<Operation> program, List<Deviation> candidate)
    {
        if (cancellation.IsCancellationRequested) return false;
        var before = trace;
        if (!Fails(program, candidate)) return false;
        if (trace.Count < before.Count) return true;
        trace = before;
        return false;
    }
}
