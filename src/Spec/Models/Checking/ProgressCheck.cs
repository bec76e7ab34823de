using System.Runtime.CompilerServices;
using Ringcheck.Models.Rules;

namespace Ringcheck.Models.Checking;

/// <summary>The edges of the whole graph, in dense state numbers, with the fair class of each.</summary>
internal sealed class StateGraph
{
    /// <summary>The first edge of each state; one more entry than states.</summary>
    public required uint[] First { get; init; }

    public required uint[] Target { get; init; }

    /// <summary>The fair class of each edge as a mask of one bit, or 0.</summary>
    public required ushort[] Class { get; init; }

    /// <summary>The fair classes enabled in each state, as a mask.</summary>
    public required ushort[] Enabled { get; init; }

    public int States => Enabled.Length;
}

/// <summary>
/// Progress under weak fairness: from each pending state each fair execution comes to a reached one. It does not exactly where, among the
/// states that can be visited before that, there is a strongly connected set in which each fair class is taken, or disabled in some
/// state: an execution can go round there for ever and be fair. A single state counts as such a set when no fair class is enabled in it:
/// there the execution may stop.
/// </summary>
internal sealed class ProgressCheck<TModel, TState>(
    in TModel model, StateShard<TState>[] shards, CheckOptions options, CheckHost host)
    where TModel : struct, IModel<TState>
    where TState : unmanaged
{
    /// <summary>Above this the graph would not fit the arrays that hold it; the properties are then reported as not checked.</summary>
    private const int MaxStates = 1 << 29;

    private readonly TModel _model = model;
    private readonly uint[] _base = Bases(shards);

    public void Run(List<CheckViolation> violations, List<string> notJudged, Traces<TModel, TState> traces)
    {
        var states = (long)_base[^1];
        if (states > MaxStates || Build() is not { } graph)
        {
            notJudged.AddRange(_model.Progress.Select(static p => p.Name));
            return;
        }
        for (var property = 0; property < _model.Progress.Count; property++)
        {
            if (options.Cancellation.IsCancellationRequested)
                notJudged.Add(_model.Progress[property].Name);
            else if (Judge(property, graph, traces) is { } violation)
                violations.Add(violation);
        }
    }

    private static uint[] Bases(StateShard<TState>[] shards)
    {
        var bases = new uint[shards.Length + 1];
        for (var i = 0; i < shards.Length; i++)
            bases[i + 1] = bases[i] + (uint)shards[i].Count;
        return bases;
    }

    private StateGraph? Build()
    {
        var states = (int)_base[^1];
        var first = new uint[states + 1];
        var enabled = new ushort[states];
        var edges = new EdgeSink(_model, shards, _base, states * 3L);
        var lastReport = host.Seconds;
        var dense = 0;
        foreach (var shard in shards)
        {
            for (var index = 0; index < shard.Count; index++, dense++)
            {
                first[dense] = (uint)edges.Count;
                edges.Enabled = 0;
                _model.Next(in shard.State(index), ref edges);
                enabled[dense] = edges.Enabled;
                if (edges.IsFull)
                    return null;
                if ((dense & 0xFFFF) != 0)
                    continue;
                if (options.Cancellation.IsCancellationRequested)
                    return null;
                if (options.Progress is { } progress && (host.Seconds - lastReport) * 1000 >= options.ProgressIntervalMs)
                {
                    lastReport = host.Seconds;
                    progress(new CheckProgress(states, states - dense, 0, lastReport, "progress"));
                }
            }
        }
        first[states] = (uint)edges.Count;
        return new StateGraph { First = first, Target = edges.Targets, Class = edges.Classes, Enabled = enabled };
    }

    private CheckViolation? Judge(int property, StateGraph graph, Traces<TModel, TState> traces)
    {
        var pending = new bool[graph.States];
        var open = new bool[graph.States];
        var dense = 0;
        foreach (var shard in shards)
        {
            for (var index = 0; index < shard.Count; index++, dense++)
            {
                ref readonly var state = ref shard.State(index);
                open[dense] = !_model.IsReached(property, in state);
                pending[dense] = open[dense] && _model.IsPending(property, in state);
            }
        }
        var lasso = new FairCycles(graph, open, pending, (ushort)((1 << _model.FairClasses.Count) - 1)).Find();
        if (lasso is null)
            return null;
        var trace = traces.To(Id(lasso.Stem[0]), out var current);
        Append(lasso.Stem, ref current, trace);
        var cycleStart = trace.Count;
        Append(lasso.Cycle, ref current, trace);
        var named = _model.Progress[property];
        return new CheckViolation(named.Name, named.Clauses, named.Message, "", trace, cycleStart);
    }

    /// <summary>Adds the steps along a path that starts at the current state.</summary>
    private void Append(List<int> path, ref TState current, List<string> trace)
    {
        for (var i = 1; i < path.Count; i++)
        {
            var find = new FindingSink<TState>(State(path[i]));
            _model.Next(in current, ref find);
            var next = State(path[i]);
            trace.Add(_model.ActionText(find.Action, in current, in next));
            current = next;
        }
    }

    private TState State(int dense)
    {
        var id = Id(dense);
        return shards[StateIds.Shard(id)].State(StateIds.Index(id));
    }

    private uint Id(int dense)
    {
        var shard = 0;
        while (_base[shard + 1] <= (uint)dense)
            shard++;
        return StateIds.Of(shard, dense - (int)_base[shard]);
    }

    /// <summary>Collects the edges of one state after another.</summary>
    private struct EdgeSink(TModel model, StateShard<TState>[] shards, uint[] bases, long expected) : ISink<TState>
    {
        private readonly TModel _model = model;
        private readonly StateShard<TState>[] _shards = shards;
        private readonly uint[] _bases = bases;

        public uint[] Targets = new uint[Math.Min(expected + 16, Array.MaxLength)];
        public ushort[] Classes = new ushort[Math.Min(expected + 16, Array.MaxLength)];
        public int Count = 0;
        public ushort Enabled = 0;
        public bool IsFull = false;

        public void Add(int action, in TState next)
        {
            if (Count == Targets.Length)
            {
                if (Count == Array.MaxLength)
                {
                    IsFull = true;
                    return;
                }
                var length = (int)Math.Min(Count * 2L, Array.MaxLength);
                Array.Resize(ref Targets, length);
                Array.Resize(ref Classes, length);
            }
            var hash = Hashing.Of(in next);
            var shard = (int)(hash & (StateIds.Shards - 1));
            var fair = _model.FairClass(action);
            var mask = (ushort)(fair < 0 ? 0 : 1 << fair);
            Targets[Count] = _bases[shard] + (uint)_shards[shard].Find(in next, hash);
            Classes[Count++] = mask;
            Enabled |= mask;
        }

        // The search ends at a broken rule, so the graph has none.
        public readonly void Break(int action, in TState next, RuleViolation rule) => throw new InvalidOperationException(rule.ToString());
    }
}

/// <summary>Finds the first action that leads to a given state.</summary>
internal struct FindingSink<TState>(TState target) : ISink<TState>
    where TState : unmanaged
{
    private readonly TState _target = target;

    public int Action = -1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(int action, in TState next)
    {
        if (Action < 0 && Hashing.Same(in next, in _target))
            Action = action;
    }

    public void Break(int action, in TState next, RuleViolation rule) => Add(action, in next);
}
