using Ringcheck.Exploration;
using Ringcheck.Ordering.Axioms;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>What an exploration of a program found: graphs of whole executions, graphs in which somebody waits for ever, final states.</summary>
sealed class GraphSet
{
    public HashSet<string> Graphs { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Deadlocks { get; } = new(StringComparer.Ordinal);

    /// <summary>Final states, of deadlocks too.</summary>
    public HashSet<string> States { get; } = new(StringComparer.Ordinal);

    /// <summary>Executions, those cut short included.</summary>
    public long Executions { get; private set; }

    /// <summary>Executions held against the axioms.</summary>
    public long Audited { get; private set; }

    /// <summary>Graphs that an earlier execution had made already: wasted work, for an exploration that makes each once.</summary>
    public long Duplicates { get; private set; }

    /// <summary>One of those graphs.</summary>
    public string? Twice { get; private set; }

    /// <summary>Executions whose record the axioms refuse, in words.</summary>
    public List<string> Refused { get; } = [];

    /// <summary>It has not ended within the budget: the sets are not whole.</summary>
    public bool OutOfBudget { get; private set; }

    /// <summary>All executions, by the yardstick.</summary>
    public static GraphSet ByYardstick(ProgramScenario scenario, bool cuts = true, long budget = long.MaxValue, int auditEvery = 0)
    {
        var recorder = new GraphRecorder(scenario);
        var strategy = new Yardstick(cuts ? recorder : null);
        return new GraphSet().Explore(scenario, strategy, () => !strategy.IsCut, recorder, budget, auditEvery);
    }

    /// <summary>One execution of each class, by the reduction.</summary>
    public static GraphSet ByReduction(ProgramScenario scenario, Reducer reducer, long budget = long.MaxValue, int auditEvery = 0, Action? whole = null)
    {
        var search = reducer.Search;
        var found = new GraphSet();
        long complete = 0, learning = 0;
        bool Counts()
        {
            if (search.Learning != learning)
            {
                // The search begins again with what it has learned.
                found.Forget();
                (complete, learning) = (0, search.Learning);
                return false;
            }
            bool counts = search.Complete != complete;
            complete = search.Complete;
            return counts;
        }
        return found.Explore(scenario, reducer, Counts, new(scenario), budget, auditEvery, whole);
    }

    void Forget()
    {
        Graphs.Clear();
        Deadlocks.Clear();
        States.Clear();
        Duplicates = 0;
    }

    /// <summary>Runs a strategy to its end.</summary>
    /// <param name="scenario">The program.</param>
    /// <param name="strategy">Who decides.</param>
    /// <param name="counts">Whether the last execution was run to its end, so that its graph is whole.</param>
    /// <param name="recorder">Of the scenario.</param>
    /// <param name="budget">Executions.</param>
    /// <param name="auditEvery">Of so many whole executions, the first is held against the axioms; 0 for none.</param>
    /// <param name="whole">Called after each whole execution.</param>
    GraphSet Explore(ProgramScenario scenario, Strategy strategy, Func<bool> counts, GraphRecorder recorder, long budget, int auditEvery, Action? whole = null)
    {
        long ended = 0;
        var check = new AxiomaticCheck(scenario.Machine.Memory.Model);
        for (; strategy.Begin(Executions); Executions++)
        {
            OutOfBudget = Executions >= budget;
            if (OutOfBudget) break;
            scenario.Engine.Audited = true; // the record is the graph
            scenario.Reset(strategy);
            try
            {
                scenario.Run();
            }
            catch (ExecutionEnd)
            {
                // The CPU waits, and nobody is left.
            }
            strategy.End(scenario.Engine);
            if (!counts()) continue;
            bool isNew = (scenario.IsDeadlocked ? Deadlocks : Graphs).Add(recorder.Text());
            if (!isNew)
            {
                Duplicates++;
                Twice = recorder.Text();
            }
            States.Add(scenario.FinalState());
            whole?.Invoke();
            if (auditEvery == 0 || ended++ % auditEvery != 0) continue;
            Audited++;
            var record = scenario.Machine.Weak!.Audit.Record;
            var result = check.Check(record);
            if (!result.IsConsistent) Refused.Add($"{result.Describe(record)} in {recorder.Text()}");
        }
        return this;
    }
}
