using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;

namespace Ringcheck.Tests.Concurrency.Ordering;

/// <summary>
/// x86-TSO as a machine with a queue of stores for each thread (Owens, Sarkar, Sewell, "A better x86 memory model: x86-TSO", TPHOLs 2009): an oracle
/// of another kind than axioms, for final states.
/// </summary>
sealed class StoreBufferMachine(LitmusTest test)
{
    readonly HashSet<string> seen = new(StringComparer.Ordinal), states = new(StringComparer.Ordinal);

    sealed record State(int[] Memory, int[] Position, (int Location, int Value)[][] Buffers, int[][] Values)
    {
        public string Key => string.Join(',', Memory) + "|" + string.Join(',', Position) + "|"
            + string.Join(';', Buffers.Select(buffer => string.Join(',', buffer))) + "|" + string.Join(';', Values.Select(values => string.Join(',', values)));

        public State Copy() => new([.. Memory], [.. Position], [.. Buffers], [.. Values.Select(values => values.ToArray())]);
    }

    public IReadOnlySet<string> States()
    {
        Visit(new([.. test.Initial], new int[test.Threads.Count], [.. test.Threads.Select(_ => Array.Empty<(int, int)>())],
            [.. test.Threads.Select(code => new int[code.Count(step => step.Reads)])]));
        return states;
    }

    void Visit(State state)
    {
        if (!seen.Add(state.Key)) return;
        bool isOver = true;
        for (int thread = 0; thread < test.Threads.Count; thread++)
        {
            if (state.Buffers[thread].Length > 0)
            {
                isOver = false;
                var drained = state.Copy();
                drained.Memory[state.Buffers[thread][0].Location] = state.Buffers[thread][0].Value;
                drained.Buffers[thread] = state.Buffers[thread][1..];
                Visit(drained);
            }
            if (state.Position[thread] == test.Threads[thread].Count) continue;
            isOver = false;
            if (Step(state, thread, test.Threads[thread][state.Position[thread]]) is { } next) Visit(next);
        }
        if (isOver) states.Add(test.State(variable => variable.Location >= 0 ? state.Memory[variable.Location] : state.Values[variable.Thread][variable.Read]));
    }

    /// <summary>The thread's next step, or null if it has to wait for its buffer to drain.</summary>
    static State? Step(State state, int thread, LitmusStep step)
    {
        bool waits = step.IsUpdate || (step.Kind == LitmusKind.Fence && step.Fence is Fence.DmbFull or Fence.DsbFull or Fence.DsbStore);
        if (waits && state.Buffers[thread].Length > 0) return null;
        var next = state.Copy();
        next.Position[thread]++;
        if (step.Reads)
        {
            int own = Array.FindLastIndex(state.Buffers[thread], store => store.Location == step.Location);
            int value = own >= 0 ? state.Buffers[thread][own].Value : state.Memory[step.Location];
            next.Values[thread][step.Read] = value;
            if (step.IsUpdate) next.Memory[step.Location] = step.Kind == LitmusKind.Add ? value + step.Value : step.Value;
        }
        else if (step.Writes)
        {
            next.Buffers[thread] = [.. state.Buffers[thread], (step.Location, step.Value)];
        }
        return next;
    }
}
