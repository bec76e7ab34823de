using System.Numerics;
using Ringcheck.Exploration;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>
/// All executions by depth-first search over every choice, without reduction: schedules, sources, places, device choices. What reduced exploration is measured
/// against. It may cut an execution where who goes next is chosen and the graph so far was met before: exact, since all that follows depends on the graph (measured on
/// the litmus tests, with cutting and without), but it needs memory for each partial graph.
/// </summary>
sealed class Yardstick : Strategy
{
    struct Entry
    {
        public ulong Untried;
        public int Pick;
    }

    readonly GraphRecorder? graph;
    readonly HashSet<Fingerprint> seen = [];
    readonly List<Entry> stack = [];
    int position;
    bool started;

    /// <summary>All executions, depth first.</summary>
    /// <param name="cuts">The graph so far, or null to cut nothing.</param>
    public Yardstick(GraphRecorder? cuts) => graph = cuts;

    public override string Name => "yardstick";

    /// <summary>This execution was cut: it shows nothing new.</summary>
    public bool IsCut { get; private set; }

    public override bool Begin(long execution)
    {
        if (started && !Backtrack()) return false;
        started = true;
        position = 0;
        IsCut = false;
        return true;
    }

    bool Backtrack()
    {
        for (; stack.Count > 0; stack.RemoveAt(stack.Count - 1))
        {
            var top = stack[^1];
            if (top.Untried == 0) continue;
            stack[^1] = Next(top.Untried);
            return true;
        }
        return false;
    }

    static Entry Next(ulong options) => new() { Pick = BitOperations.TrailingZeroCount(options), Untried = options & (options - 1) };

    public override int Choose(in ChoicePoint point, Engine engine)
    {
        if (position < stack.Count) return stack[position++].Pick;
        if (point.Kind == ChoiceKind.Schedule && graph is not null && !seen.Add(graph.Hash()))
        {
            IsCut = true;
            return Prune;
        }
        stack.Add(Next(point.Enabled));
        return stack[position++].Pick;
    }
}
