using Ringcheck.Ordering.Axioms;

namespace Ringcheck.Ordering.Litmus;

/// <summary>
/// All executions of a test that the axioms of a model allow, by brute force: each source for each read, each coherence order for each
/// location. It does not use the memory machine, and is what the machine is compared with where no official verdict is at hand.
/// </summary>
public sealed class AxiomaticEnumeration(LitmusProgram program, MemoryModel model)
{
    readonly AxiomaticCheck check = new(model);
    readonly List<int>[] writes = [.. Enumerable.Range(0, program.Test.Locations.Count)
        .Select(location => Enumerable.Range(0, program.Writes).Where(write => program.StepOfWrite(write).Location == location).ToList())];

    readonly List<LitmusExecution> executions = [];
    CancellationToken stop;

    /// <summary>How many executions have to be judged: grows with the factorial of the writes.</summary>
    public double Candidates
    {
        get
        {
            double candidates = 1;
            foreach (var here in writes)
            {
                for (int k = 2; k <= here.Count; k++) candidates *= k;
            }
            for (int read = 0; read < program.Reads; read++) candidates *= writes[program.StepOfRead(read).Location].Count + 1;
            return candidates;
        }
    }

    public IReadOnlyList<LitmusExecution> Run(CancellationToken cancellation = default)
    {
        stop = cancellation;
        Order(new(new int[program.Reads], new int[writes.Length][]), 0);
        return executions;
    }

    void Order(LitmusExecution execution, int location)
    {
        if (location == writes.Length) Source(execution, 0);
        else Permute(execution, location, [.. writes[location]], 0);
    }

    void Permute(LitmusExecution execution, int location, int[] order, int from)
    {
        if (from >= order.Length)
        {
            execution.Coherence[location] = order;
            Order(execution, location + 1);
            return;
        }
        for (int i = from; i < order.Length; i++)
        {
            (order[from], order[i]) = (order[i], order[from]);
            Permute(execution, location, order, from + 1);
            (order[from], order[i]) = (order[i], order[from]);
        }
    }

    void Source(LitmusExecution execution, int read)
    {
        stop.ThrowIfCancellationRequested();
        if (read == program.Reads)
        {
            if (check.Check(program.Apply(execution)).IsConsistent) executions.Add(execution.Copy());
            return;
        }
        foreach (int write in writes[program.StepOfRead(read).Location].Prepend(-1))
        {
            execution.Sources[read] = write;
            Source(execution, read + 1);
        }
    }
}
