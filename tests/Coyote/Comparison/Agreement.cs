using Ringcheck.Exploration;

namespace Ringcheck.Tests.Coyote;

/// <summary>What one engine found on a scenario: final states of good executions, and every violation.</summary>
/// <param name="IsComplete">True if every execution was tried; otherwise no new final state was met for a while.</param>
internal sealed record EngineView(string Engine, HashSet<Fingerprint> FinalStates, SortedSet<string> Keys, long Executions, double Seconds, bool IsComplete);

/// <summary>
/// Two engines on one scenario, small enough to be exhausted. Ours tries every schedule; where those are more than <see cref="Unpruned"/>, it leaves out what leads
/// to states that it has seen. The other one tries every schedule too ("dfs"), or runs at random until no new final state has come for <see cref="Quiet"/> executions.
/// </summary>
internal sealed record Agreement(string Scenario, EngineView Ours, EngineView Theirs)
{
    /// <summary>Executions without a new final state after which there are no more to come, as far as chance can tell.</summary>
    public const int Quiet = 1_000;

    /// <summary>Executions that ours may take without pruning.</summary>
    const long Unpruned = 20_000;

    const uint Batch = 250;

    public bool Holds => Ours.FinalStates.SetEquals(Theirs.FinalStates) && Ours.Keys.SetEquals(Theirs.Keys);

    /// <summary>One line, with what differs.</summary>
    public string Words
    {
        get
        {
            string verdict = Ours.Keys.Count == 0 ? "nothing found" : string.Join(", ", Ours.Keys);
            string theirs = $"{Theirs.Executions:N0} by {Theirs.Engine} ({(Theirs.IsComplete ? "all" : $"until {Quiet:N0} brought nothing new")})";
            string counts = $"{Scenario}: {Ours.FinalStates.Count} final states and {verdict} in {Ours.Executions:N0} executions by {Ours.Engine} (all)";
            return Holds ? $"{counts}, the same in {theirs}"
                : $"{counts}, but {Theirs.FinalStates.Count} final states ({Theirs.FinalStates.Except(Ours.FinalStates).Count()} that ours has not) and {string.Join(", ", Theirs.Keys.DefaultIfEmpty("nothing found"))} in {theirs}";
        }
    }

    /// <summary>Runs both engines on one scenario.</summary>
    /// <param name="theirBudget">Executions of the other engine, at most.</param>
    public static Agreement On(string name, Func<IScenario> make, IControlledRuntime runtime, string strategy, uint theirBudget, uint seed = 1)
        => new(name, All(make), strategy == "dfs" ? Exhausted(make, runtime, theirBudget) : UntilQuiet(make, runtime, strategy, theirBudget, seed));

    static EngineView All(Func<IScenario> make) => All(make, Pruning.None, Unpruned) ?? All(make, Pruning.SeenStates, long.MaxValue)!;

    /// <summary>Null if that takes more than <paramref name="most"/> executions.</summary>
    static EngineView? All(Func<IScenario> make, Pruning pruning, long most)
    {
        using var scenario = make();
        var (states, keys) = (new HashSet<Fingerprint>(), new SortedSet<string>(StringComparer.Ordinal));
        var recorder = new FinalStateRecorder(new Exhaustive(pruning), states);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        long executions = 0;
        for (; recorder.Begin(executions); executions++)
        {
            if (executions == most) return null;
            if (Execution.Run(scenario, recorder) is { } violation) keys.Add(violation.Key);
        }
        return new(pruning == Pruning.None ? "Ringcheck" : "Ringcheck with pruning", states, keys, executions, watch.Elapsed.TotalSeconds, IsComplete: true);
    }

    static EngineView Exhausted(Func<IScenario> make, IControlledRuntime runtime, uint budget)
    {
        var found = new ControlledExploration(runtime, make).Run(new("dfs", budget, 0), toCompletion: true);
        return new(runtime.Name, found.FinalStates, found.Keys, found.Result.Executions, found.Result.Seconds, found.TriedAll);
    }

    static EngineView UntilQuiet(Func<IScenario> make, IControlledRuntime runtime, string strategy, uint budget, uint seed)
    {
        var view = new EngineView(runtime.Name, [], new(StringComparer.Ordinal), 0, 0, IsComplete: false);
        for (long quiet = 0; quiet < Quiet && view.Executions < budget; seed++)
        {
            var found = new ControlledExploration(runtime, make).Run(new(strategy, Batch, seed), toCompletion: true);
            int before = view.FinalStates.Count + view.Keys.Count;
            view.FinalStates.UnionWith(found.FinalStates);
            view.Keys.UnionWith(found.Keys);
            quiet = view.FinalStates.Count + view.Keys.Count > before ? 0 : quiet + found.Result.Executions;
            view = view with { Executions = view.Executions + found.Result.Executions, Seconds = view.Seconds + found.Result.Seconds };
        }
        return view;
    }

    /// <summary>Another strategy, whose executions' final states are kept.</summary>
    sealed class FinalStateRecorder(Strategy inner, HashSet<Fingerprint> states) : Strategy
    {
        public override string Name => inner.Name;

        public override bool NeedsFingerprints => true;

        public override bool Begin(long execution) => inner.Begin(execution);

        public override int Choose(in ChoicePoint point, Engine engine) => inner.Choose(point, engine);

        public override void End(Engine engine)
        {
            inner.End(engine);
            if (engine.Violation is null && !engine.Draining) states.Add(ControlledStrategy.Final(engine));
        }
    }
}
