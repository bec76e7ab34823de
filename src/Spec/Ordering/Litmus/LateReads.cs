using Ringcheck.Ordering.Axioms;

namespace Ringcheck.Ordering.Litmus;

/// <summary>
/// Load buffering, which a machine that runs in program order does not show: from each complete execution, a read is given a write that follows from it in
/// po | rf, one read after another, wherever the axioms allow it; then the program is run with that value forced, and the write must
/// come out with the value that was read.
/// </summary>
/// <remarks>
/// A read-modify-write moved late takes its write along, to the place just after the new source. An execution in which two reads have to move at
/// once is missed; none is known (2,449 load-buffering executions of random programs, and the shipped tests, were all found).
/// </remarks>
public sealed class LateReads(LitmusProgram program, MemoryModel model)
{
    readonly AxiomaticCheck check = new(model);
    readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>The executions that come in addition to those given.</summary>
    public IReadOnlyList<LitmusExecution> Beyond(IReadOnlyList<LitmusExecution> executions, CancellationToken cancellation = default)
    {
        List<LitmusExecution> late = [];
        foreach (var execution in executions) known.Add(execution.Key);
        var work = new Queue<LitmusExecution>(executions);
        while (work.TryDequeue(out var execution))
        {
            cancellation.ThrowIfCancellationRequested();
            for (int read = 0; read < program.Reads; read++)
            {
                foreach (int write in execution.Coherence[program.StepOfRead(read).Location])
                {
                    if (write == execution.Sources[read] || !Follows(write, read, execution)) continue;
                    var moved = Move(execution, read, write);
                    if (!check.Check(program.Apply(moved)).IsConsistent || program.Values(moved) is null || !known.Add(moved.Key)) continue;
                    late.Add(moved);
                    work.Enqueue(moved);
                }
            }
        }
        return late;
    }

    LitmusExecution Move(LitmusExecution execution, int read, int write)
    {
        var moved = execution.Copy();
        moved.Sources[read] = write;
        int half = program.WriteOf(read);
        if (half < 0) return moved;
        int location = program.StepOfRead(read).Location;
        List<int> order = [.. moved.Coherence[location]];
        order.Remove(half);
        order.Insert(order.IndexOf(write) + 1, half);
        moved.Coherence[location] = [.. order];
        return moved;
    }

    /// <summary>Whether the write comes after the read in the transitive closure of program order and reads-from.</summary>
    bool Follows(int write, int read, LitmusExecution execution)
    {
        var events = program.Apply(execution).Events;
        int wanted = program.EventOfWrite(write);
        var reached = new bool[events.Length];
        var work = new Stack<int>([program.EventOfRead(read)]);
        while (work.TryPop(out int id))
        {
            for (int next = 0; next < events.Length; next++)
            {
                if (reached[next] || !events[next].IsAccess) continue;
                bool isNext = (events[next].Thread == events[id].Thread && next > id) || (events[next].IsRead && events[next].Source == id);
                if (!isNext) continue;
                if (next == wanted) return true;
                reached[next] = true;
                work.Push(next);
            }
        }
        return false;
    }
}
