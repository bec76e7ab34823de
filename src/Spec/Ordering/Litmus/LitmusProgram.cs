using Ringcheck.Ordering.Axioms;

namespace Ringcheck.Ordering.Litmus;

/// <summary>A test with its reads and writes numbered, and its events recorded: an execution only adds sources and places.</summary>
public sealed class LitmusProgram
{
    readonly List<(int Thread, int Step, int Event)> reads = [], writes = [];
    readonly int[][] readNumbers, writeNumbers;

    public LitmusProgram(LitmusTest test)
    {
        Test = test;
        readNumbers = new int[test.Threads.Count][];
        writeNumbers = new int[test.Threads.Count][];
        for (int thread = 0; thread < test.Threads.Count; thread++) Record(thread);
    }

    public LitmusTest Test { get; }

    public int Reads => reads.Count;

    public int Writes => writes.Count;

    /// <summary>The events of the test, thread after thread, with the sources and places last given by <see cref="Apply"/>.</summary>
    public ExecutionRecord Events { get; } = new();

    /// <summary>The number of a thread's read, -1 for a step that does not read.</summary>
    public int ReadAt(int thread, int step) => readNumbers[thread][step];

    /// <summary>The number of a thread's write, -1 for a step that does not write.</summary>
    public int WriteAt(int thread, int step) => writeNumbers[thread][step];

    public LitmusStep StepOfRead(int read) => Test.Threads[reads[read].Thread][reads[read].Step];

    public LitmusStep StepOfWrite(int write) => Test.Threads[writes[write].Thread][writes[write].Step];

    /// <summary>The write half of a read-modify-write, -1 for a plain read.</summary>
    public int WriteOf(int read) => WriteAt(reads[read].Thread, reads[read].Step);

    /// <summary>The number of a thread's read by its number in the thread.</summary>
    public int ReadOf(int thread, int numberInThread)
    {
        for (int step = 0; ; step++)
        {
            if (Test.Threads[thread][step].Read == numberInThread) return ReadAt(thread, step);
        }
    }

    /// <summary>Event ids.</summary>
    public int EventOfRead(int read) => reads[read].Event;

    public int EventOfWrite(int write) => write < 0 ? -1 : writes[write].Event;

    void Record(int thread)
    {
        var code = Test.Threads[thread];
        (readNumbers[thread], writeNumbers[thread]) = (new int[code.Count], new int[code.Count]);
        List<int> events = [];
        for (int i = 0; i < code.Count; i++)
        {
            var step = code[i];
            readNumbers[thread][i] = step.Reads ? reads.Count : -1;
            writeNumbers[thread][i] = step.Writes ? writes.Count : -1;
            int address = step.AddressFrom < 0 ? -1 : events[step.AddressFrom], data = step.DataFrom < 0 ? -1 : events[step.DataFrom];
            int read = -1, write = -1;
            if (step.Kind == LitmusKind.Fence) Events.Fence(thread, step.Fence);
            else if (step.Kind == LitmusKind.Branch) Events.Branch(thread, address);
            else if (step.IsUpdate) (read, write) = Events.Update(thread, Address(step), 1, step.Order, -1, -1, address, data);
            else if (step.Reads) read = Events.Read(thread, Address(step), 1, step.Order, -1, address);
            else write = Events.Write(thread, Address(step), 1, step.Order, -1, address, data);
            if (step.Reads) events.Add(read);
            if (step.Reads) reads.Add((thread, i, read));
            if (step.Writes) writes.Add((thread, i, write));
        }
    }

    static ulong Address(LitmusStep step) => (ulong)step.Location;

    /// <summary>Puts an execution into <see cref="Events"/>.</summary>
    public ExecutionRecord Apply(LitmusExecution execution)
    {
        for (int read = 0; read < Reads; read++) Events.Redirect(EventOfRead(read), EventOfWrite(execution.Sources[read]));
        foreach (int[] order in execution.Coherence)
        {
            for (int i = 0; i < order.Length; i++)
            {
                // A place is told by the next write among those recorded before; numbers ascend with events.
                int next = i + 1;
                while (next < order.Length && order[next] > order[i]) next++;
                Events.Move(EventOfWrite(order[i]), next < order.Length ? EventOfWrite(order[next]) : -1);
            }
        }
        return Events;
    }

    /// <summary>
    /// Runs the program with the sources given: the values of all writes, in as many rounds as it takes until a round changes none. Null if that does not come,
    /// because a value would be computed from itself.
    /// </summary>
    public int[]? Values(LitmusExecution execution)
    {
        int[] values = new int[Writes];
        for (int round = 0; round <= Writes + 1; round++)
        {
            bool changed = false;
            for (int write = 0; write < Writes; write++)
            {
                var step = StepOfWrite(write);
                int value = step.Kind == LitmusKind.Add ? unchecked(ReadValue(execution, values, readNumbers[writes[write].Thread][writes[write].Step]) + step.Value) : step.Value;
                changed |= value != values[write];
                values[write] = value;
            }
            if (!changed) return values;
        }
        return null;
    }

    int ReadValue(LitmusExecution execution, int[] values, int read)
        => execution.Sources[read] is >= 0 and int source ? values[source] : Test.Initial[StepOfRead(read).Location];

    /// <summary>The final state, or null if no values are consistent with the sources.</summary>
    public string? StateOf(LitmusExecution execution)
    {
        if (Values(execution) is not { } values) return null;
        return Test.State(variable => variable.Location < 0
            ? ReadValue(execution, values, ReadOf(variable.Thread, variable.Read))
            : execution.Coherence[variable.Location] is [.., int last] ? values[last] : Test.Initial[variable.Location]);
    }
}
