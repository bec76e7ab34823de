namespace Ringcheck.Exploration;

/// <summary>Found when a replayed choice is not there: the program depends on something that did not come through the one door.</summary>
public sealed class NondeterminismException(string message) : Exception(message);

/// <summary>Runs one execution of a scenario and turns whatever happens into an outcome.</summary>
public static class Execution
{
    /// <summary>Of so many executions, the first is audited, unless something else is asked for.</summary>
    public const int AuditEvery = 64;

    /// <summary>The violation found, or null.</summary>
    public static Violation? Run(IScenario scenario, Strategy strategy, bool audited = false)
    {
        var engine = scenario.Engine;
        engine.Audited = audited;
        scenario.Reset(strategy);
        LoopGuard.Watch(engine);
        engine.Reducer?.Begins();
        try
        {
            scenario.Run();
        }
        catch (ExecutionEnd)
        {
            // Its reason, if any, is in engine.Violation.
        }
        catch (Exception exception) when (exception is not (NondeterminismException or OutOfMemoryException))
        {
            engine.Crashed(exception);
        }
        if (audited && engine.Violation is null) engine.Judge(engine.System?.Audit());
        strategy.End(engine);
        return engine.Violation;
    }

    /// <summary>Runs a failing execution again, audited, and adds what the system can say about it to its violation.</summary>
    public static Violation Explained(IScenario scenario, IReadOnlyList<Deviation> choices, Violation violation)
    {
        IReadOnlyList<string> lines = [];
        var replay = new Replay();
        replay.Use(choices);
        for (int look = 0; look < 2; look++)
        {
            replay.Begin(0);
            if (Run(scenario, replay, audited: true)?.Key != violation.Key) return violation;
            lines = scenario.Engine.System?.Explain() ?? [];
            if (lines.Count == 0) break;
        }
        return violation with { Explanation = lines };
    }
}
