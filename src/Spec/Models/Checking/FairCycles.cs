namespace Ringcheck.Models.Checking;

/// <summary>An execution that never gets there: a way in, and a way round that can be repeated for ever (one state: it stops there).</summary>
internal sealed record Lasso(List<int> Stem, List<int> Cycle);

/// <summary>
/// Searches the open states (those where progress is not reached) that can be visited from pending ones for a strongly connected set
/// that is fair. Strongly connected sets are found by Tarjan's algorithm (SIAM Journal on Computing 1972), with its stack on the heap.
/// </summary>
internal sealed class FairCycles
{
    private const int Unseen = -1;

    private readonly StateGraph _graph;
    private readonly bool[] _open;
    private readonly bool[] _pending;
    private readonly ushort _classes;
    private readonly int[] _cameFrom;
    private readonly int[] _order;
    private readonly int[] _component;
    private int _reached;

    /// <summary>A search for one property.</summary>
    /// <param name="graph">The whole graph.</param>
    /// <param name="open">States where the goal is not reached.</param>
    /// <param name="pending">States from which the goal has to be reached; all of them open.</param>
    /// <param name="classes">The fair classes, as a mask.</param>
    public FairCycles(StateGraph graph, bool[] open, bool[] pending, ushort classes)
    {
        _graph = graph;
        _open = open;
        _pending = pending;
        _classes = classes;
        _cameFrom = new int[graph.States];
        _order = new int[graph.States];
        _component = new int[graph.States];
    }

    /// <summary>The violation that the fewest steps lead into, or null where there is none.</summary>
    public Lasso? Find()
    {
        Visit();
        var fair = FairComponents();
        for (var i = 0; i < _reached; i++)
        {
            var state = _order[i];
            if (!fair.Contains(_component[state]))
                continue;
            var stem = new List<int>();
            for (var at = state; at != Unseen; at = _cameFrom[at])
                stem.Add(at);
            stem.Reverse();
            return new Lasso(stem, Round(state));
        }
        return null;
    }

    /// <summary>Breadth first through open states, from all pending ones.</summary>
    private void Visit()
    {
        var seen = new bool[_graph.States];
        for (var state = 0; state < _graph.States; state++)
        {
            if (!_pending[state])
                continue;
            seen[state] = true;
            _cameFrom[state] = Unseen;
            _order[_reached++] = state;
        }
        for (var i = 0; i < _reached; i++)
        {
            var state = _order[i];
            for (var edge = _graph.First[state]; edge < _graph.First[state + 1]; edge++)
            {
                var next = (int)_graph.Target[edge];
                if (!_open[next] || seen[next])
                    continue;
                seen[next] = true;
                _cameFrom[next] = state;
                _order[_reached++] = next;
            }
        }
    }

    /// <summary>Numbers the components of the visited states and gives those that are fair.</summary>
    private HashSet<int> FairComponents()
    {
        var fair = new HashSet<int>();
        var index = new int[_graph.States];
        var low = new int[_graph.States];
        var edge = new uint[_graph.States];
        var stack = new int[_reached];
        var calls = new int[_reached];
        var depth = 0;
        var counter = 0;
        var components = 0;
        Array.Fill(_component, Unseen);
        for (var i = 0; i < _reached; i++)
        {
            if (index[_order[i]] != 0)
                continue;
            var called = 0;
            calls[called++] = _order[i];
            while (called > 0)
            {
                var state = calls[called - 1];
                if (index[state] == 0)
                {
                    index[state] = low[state] = ++counter;
                    edge[state] = _graph.First[state];
                    stack[depth++] = state;
                }
                var descended = false;
                while (edge[state] < _graph.First[state + 1])
                {
                    var next = (int)_graph.Target[edge[state]];
                    if (_open[next] && index[next] == 0)
                    {
                        // The edge is looked at again on return, when the index is set and low has its value.
                        calls[called++] = next;
                        descended = true;
                        break;
                    }
                    if (_open[next] && _component[next] == Unseen)
                        low[state] = Math.Min(low[state], low[next]);
                    edge[state]++;
                }
                if (descended)
                    continue;
                called--;
                if (low[state] != index[state])
                    continue;
                var from = depth;
                do
                {
                    _component[stack[--from]] = components;
                }
                while (stack[from] != state);
                if (IsFair(stack.AsSpan(from, depth - from), components))
                    fair.Add(components);
                depth = from;
                components++;
            }
        }
        return fair;
    }

    private bool IsFair(ReadOnlySpan<int> states, int component)
    {
        ushort taken = 0;
        ushort disabled = 0;
        foreach (var state in states)
        {
            disabled |= (ushort)~_graph.Enabled[state];
            for (var edge = _graph.First[state]; edge < _graph.First[state + 1]; edge++)
            {
                if (_component[_graph.Target[edge]] == component)
                    taken |= _graph.Class[edge];
            }
        }
        return ((taken | disabled) & _classes) == _classes;
    }

    /// <summary>A closed walk that takes or finds disabled each fair class; a single state where none is enabled.</summary>
    private List<int> Round(int start)
    {
        var component = _component[start];
        var walk = new List<int> { start };
        ushort done = 0;
        for (var bit = 1; bit <= _classes; bit <<= 1)
        {
            done |= (ushort)~_graph.Enabled[walk[^1]];
            if ((done & bit) != 0 || (_classes & bit) == 0)
                continue;
            // Either a state where the class is disabled, or one of its edges inside.
            var path = Path(walk[^1], component, state => (_graph.Enabled[state] & bit) == 0) ?? Path(walk[^1], component, state => Taking(state, component, bit) >= 0)!;
            walk.AddRange(path.Skip(1));
            if ((_graph.Enabled[walk[^1]] & bit) != 0)
                walk.Add(Taking(walk[^1], component, bit));
            done |= (ushort)bit;
        }
        if (walk[^1] != start)
            walk.AddRange(Path(walk[^1], component, state => state == start)!.Skip(1));
        return walk;
    }

    private int Taking(int state, int component, int bit)
    {
        for (var edge = _graph.First[state]; edge < _graph.First[state + 1]; edge++)
        {
            if ((_graph.Class[edge] & bit) != 0 && _component[_graph.Target[edge]] == component)
                return (int)_graph.Target[edge];
        }
        return -1;
    }

    /// <summary>The shortest path inside a component from a state to one that is wanted.</summary>
    private List<int>? Path(int from, int component, Func<int, bool> wanted)
    {
        var cameFrom = new Dictionary<int, int> { [from] = Unseen };
        var queue = new Queue<int>([from]);
        while (queue.TryDequeue(out var state))
        {
            if (wanted(state))
            {
                var path = new List<int>();
                for (var at = state; at != Unseen; at = cameFrom[at])
                    path.Add(at);
                path.Reverse();
                return path;
            }
            for (var edge = _graph.First[state]; edge < _graph.First[state + 1]; edge++)
            {
                var next = (int)_graph.Target[edge];
                if (_component[next] == component && cameFrom.TryAdd(next, state))
                    queue.Enqueue(next);
            }
        }
        return null;
    }
}
