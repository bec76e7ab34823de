using System.Runtime.CompilerServices;
using Ringcheck.Models.Rules;

namespace Ringcheck.Models.Checking;

/// <summary>
/// Explicit-state checking of a model: all reachable states, breadth first, so that a counterexample is a shortest one; then progress
/// on the whole graph.
/// </summary>
public static class Checker
{
    /// <summary>Checks each property of a model.</summary>
    /// <exception cref="ArgumentException">The state type cannot be compared by its bytes.</exception>
    public static CheckResult Check<TModel, TState>(in TModel model, CheckOptions options)
        where TModel : struct, IModel<TState>
        where TState : unmanaged
    {
        if (Unsafe.SizeOf<TState>() % sizeof(ulong) != 0)
            throw new ArgumentException($"{typeof(TState).Name} is not a whole number of 8-byte words.", nameof(model));
        using var host = new CheckHost(options.Workers);
        using var explorer = new Explorer<TModel, TState>(in model, options, host);
        var traces = new Traces<TModel, TState>(model, explorer.Shards);
        var end = explorer.Run();
        var violations = Violations(in model, explorer, traces);
        var notJudged = new List<string>();
        if (end == Explorer<TModel, TState>.End.Complete)
        {
            for (var i = 0; i < model.Witnesses.Count; i++)
            {
                if ((explorer.Witnessed >> i & 1) == 0)
                    violations.Add(NeverReached(model.Witnesses[i]));
            }
            if (model.Progress.Count > 0 && options.Compacted)
                notJudged.AddRange(model.Progress.Select(static p => p.Name));
            else if (model.Progress.Count > 0)
                new ProgressCheck<TModel, TState>(in model, explorer.Shards, options, host).Run(violations, notJudged, traces);
        }
        else
        {
            notJudged.AddRange(model.Invariants.Concat(model.Witnesses).Concat(model.Progress).Select(static p => p.Name)
                .Where(name => !violations.Exists(v => v.Property == name)));
        }
        return new CheckResult
        {
            Model = model.Name,
            Size = model.Size,
            States = explorer.States,
            Generated = explorer.Generated,
            Depth = explorer.Depth,
            Seconds = host.Seconds,
            Exact = !options.Compacted,
            CollisionProbability = options.Compacted ? CollisionBound(explorer.States) : 0,
            Outcome = (violations.Count, end, notJudged.Count) switch
            {
                ( > 0, _, _) => CheckOutcome.Violated,
                (_, Explorer<TModel, TState>.End.Stopped, _) => CheckOutcome.Stopped,
                (_, Explorer<TModel, TState>.End.Complete, > 0) when options.Cancellation.IsCancellationRequested => CheckOutcome.Stopped,
                (_, Explorer<TModel, TState>.End.Complete, 0) => CheckOutcome.Verified,
                _ => CheckOutcome.Bounded,
            },
            Violations = violations,
            Unchecked = notJudged,
        };
    }

    /// <summary>The chance that any two of n states share one of 2⁶⁴ fingerprints, bounded by the number of pairs.</summary>
    private static double CollisionBound(long states) => Math.Min(1, states * (states - 1.0) / 2 / Math.Pow(2, 64));

    private static List<CheckViolation> Violations<TModel, TState>(
        in TModel model, Explorer<TModel, TState> explorer, Traces<TModel, TState> traces)
        where TModel : struct, IModel<TState>
        where TState : unmanaged
    {
        var violations = new List<CheckViolation>();
        foreach (var broken in explorer.Breaks.DistinctBy(static b => b.Rule))
        {
            var rule = RuleTable.Of(broken.Rule);
            violations.Add(new CheckViolation(rule.Name, rule.Clauses, rule.Message, rule.Mend, traces.To(broken.Link, out _)));
        }
        for (var i = 0; i < model.Invariants.Count; i++)
        {
            if ((explorer.Broken >> i & 1) == 0)
                continue;
            var property = model.Invariants[i];
            violations.Add(new CheckViolation(
                property.Name, property.Clauses, property.Message, "", traces.To(explorer.FirstBroken[i], out _)));
        }
        if (explorer.Deadlock != StateLink.None)
        {
            violations.Add(new CheckViolation(
                "deadlock", [], "No step is possible and the state is not a final one.", "", traces.To(explorer.Deadlock, out _)));
        }
        return violations;
    }

    private static CheckViolation NeverReached(ModelProperty witness) =>
        new(witness.Name, witness.Clauses, $"Never reached: {witness.Message}", "Correct the model: what it cannot do it does not check.", []);
}
