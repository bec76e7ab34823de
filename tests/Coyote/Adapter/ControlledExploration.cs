using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Ringcheck.Exploration;

namespace Ringcheck.Tests.Coyote;

/// <summary>What a run under a controlled runtime found.</summary>
/// <param name="Result">As our own explorer reports it; its trace replays on our engine.</param>
/// <param name="Decisions">Scheduling decisions that the runtime took.</param>
/// <param name="FinalStates">Of executions in which nothing was found.</param>
/// <param name="Keys">Every violation met, as monitor/rule; at most one unless run to completion.</param>
/// <param name="TriedAll">True if the runtime tried every schedule, whatever was found.</param>
internal sealed record ControlledResult(ExplorationResult Result, long Decisions, HashSet<Fingerprint> FinalStates, SortedSet<string> Keys, bool TriedAll);

/// <summary>Runs one of our scenarios under a controlled runtime, and maps what that reports to what our monitors saw.</summary>
internal sealed class ControlledExploration(IControlledRuntime runtime, Func<IScenario> make)
{
    /// <summary>Runs the scenario again and again, until the settings or a violation end it.</summary>
    /// <param name="toCompletion">True: a violation does not end the run, so that all verdicts and final states are met.</param>
    /// <exception cref="UncontrolledException">The runtime controlled nothing, failed itself, or reports something else than our monitors.</exception>
    public ControlledResult Run(RuntimeSettings settings, bool toCompletion = false)
    {
        using var scenario = make();
        using var thread = HasSeveralCpus(scenario) ? new ScenarioThread<ChoicePoint>() : null;
        var strategy = new ControlledStrategy($"{runtime.Name}/{settings.Strategy}", tryAll: settings.Strategy == "dfs");
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        Violation? first = null;
        IReadOnlyList<Deviation> trace = [];
        long decisions = 0, points = 0, executions = 0;
        Exception? broken = null;

        void Test(IControlledRun run)
        {
            if (broken is not null) return;
            try
            {
                var operations = new AgentOperations(run);
                Execute(scenario, strategy, thread, point => strategy.Serve(point, run, operations));
                operations.Join();
                decisions += operations.Decisions;
            }
            catch (Exception exception) when (!run.IsEnd(exception))
            {
                broken = exception; // the runtime would report it as a bug of the scenario
                return;
            }
            executions++;
            points += scenario.Engine.Points;
            if (scenario.Engine.Violation is not { } violation) return;
            keys.Add(violation.Key);
            if (first is null) (first, trace) = (violation, [.. scenario.Engine.Trace]);
            if (!toCompletion) run.Fail(violation.Key);
        }

        var watch = Stopwatch.StartNew();
        var report = runtime.Run(settings, Test);
        var result = new ExplorationResult
        {
            Strategy = strategy.Name,
            Executions = executions,
            Points = points,
            Seconds = watch.Elapsed.TotalSeconds,
            Exhausted = report.Exhausted && first is null,
            Interrupted = false,
            Bounds = scenario.Bounds,
            Premises = scenario.Premises,
            Violation = first,
            Program = scenario.Program,
            Trace = trace,
        };
        if (broken is not null) throw broken as UncontrolledException ?? new UncontrolledException($"{runtime.Name}: {broken.Message}", broken);
        Check(report, result, decisions, toCompletion);
        return new(result, decisions, strategy.FinalStates, keys, report.Exhausted);
    }

    /// <summary>The threads of several CPUs are known once the engine has been reset.</summary>
    static bool HasSeveralCpus(IScenario scenario)
    {
        scenario.Reset(PlainRun.Instance);
        return scenario.Engine.Agents.OfType<CpuAgent>().Count() > 1;
    }

    /// <summary>One execution. What serving a question throws must not pass through driver code, which would be blamed for it: it is thrown at the end.</summary>
    static void Execute(IScenario scenario, ControlledStrategy strategy, ScenarioThread<ChoicePoint>? thread, Func<ChoicePoint, int> serve)
    {
        Exception? refused = null;
        int? Answer(ChoicePoint point)
        {
            try
            {
                if (refused is null) return serve(point);
            }
            catch (Exception exception)
            {
                refused = exception;
            }
            return null;
        }

        strategy.Ask = thread is null ? Answer : thread.Ask;
        if (thread is null) Execution.Run(scenario, strategy);
        else thread.Run(() => Execution.Run(scenario, strategy), Answer);
        if (refused is not null) ExceptionDispatchInfo.Throw(refused);
    }

    void Check(RuntimeReport report, ExplorationResult result, long decisions, bool toCompletion)
    {
        if (report.InternalError is { } error) throw new UncontrolledException($"{runtime.Name} failed itself: {error}");
        if (report.Iterations == 0 || result.Executions == 0) throw new UncontrolledException($"{runtime.Name} ran nothing");
        if (report.Bug is { } bug && (result.Violation is null || toCompletion || !bug.Contains(result.Violation.Key, StringComparison.Ordinal)))
            throw new UncontrolledException($"{runtime.Name} reports a bug that our monitors did not: {bug}");
        if (report.Bug is null && result.Violation is not null && !toCompletion)
            throw new UncontrolledException($"{runtime.Name} did not take {result.Violation.Key} for a bug");
        // A search may learn that nothing is left in one more iteration, which it breaks off.
        if (report.Iterations - result.Executions is not 0 and var early && !(report.Exhausted && early == 1))
            throw new UncontrolledException($"{runtime.Name} counts {report.Iterations} iterations, of which {result.Executions} came to an end");
        // What fails before there is anything to decide fails without control as well.
        if (decisions == 0 && result.Violation is null) throw new UncontrolledException($"{runtime.Name} decided nothing in {result.Executions} executions: nothing was controlled, or there was nothing to control");
        if (Vacuity.Judge(result) is [var vacuous, ..]) throw new UncontrolledException($"{runtime.Name}: {vacuous.Message}");
    }
}
