namespace Ringcheck.Ordering.Litmus;

/// <summary>
/// All executions of a test on the memory machine, by plain enumeration: which thread steps next, and each choice that the machine then
/// offers. Barriers and branches are taken with the access before them, since they concern their own thread only.
/// </summary>
/// <remarks>
/// What was enumerated from a partial execution (po, rf, co) is not enumerated again: the machine is a function of it, in whatever
/// order its events were made. That is measured, not proved: <paramref name="cutsRepeats"/> turns it off, and a test compares.
/// </remarks>
public sealed class LitmusEnumerator(LitmusProgram program, MemoryModel model, bool cutsRepeats = true)
{
    readonly LitmusTest test = program.Test;
    readonly List<SetViewMachine> machines = [];
    readonly int[] position = new int[program.Test.Threads.Count];
    readonly int[] sources = new int[program.Reads];
    readonly List<int>[] coherence = [.. program.Test.Locations.Select(static _ => new List<int>())];
    readonly HashSet<string> seen = new(StringComparer.Ordinal), ended = new(StringComparer.Ordinal);
    readonly List<LitmusExecution> executions = [];
    CancellationToken stop;
    int[] locations = [];
    char[] key = [];

    /// <summary>Every complete execution once.</summary>
    public IReadOnlyList<LitmusExecution> Run(CancellationToken cancellation = default)
    {
        stop = cancellation;
        var machine = MachineAt(0);
        machine.Reset();
        locations = [.. test.Locations.Select(_ => machine.AddLocation(-1))];
        key = new char[position.Length + sources.Length + program.Writes];
        for (int thread = 0; thread < position.Length; thread++) TakeLocalSteps(machine, thread);
        Explore(0);
        return executions;
    }

    SetViewMachine MachineAt(int depth)
    {
        if (depth == machines.Count) machines.Add(new(model, position.Length));
        return machines[depth];
    }

    void Explore(int depth)
    {
        stop.ThrowIfCancellationRequested();
        bool isOver = true;
        for (int thread = 0; thread < position.Length; thread++) isOver &= position[thread] == test.Threads[thread].Count;
        if ((cutsRepeats || isOver) && !(isOver ? ended : seen).GetAlternateLookup<ReadOnlySpan<char>>().Add(Key())) return;
        if (isOver)
        {
            executions.Add(new([.. sources], [.. coherence.Select(static order => order.ToArray())]));
            return;
        }
        for (int thread = 0; thread < position.Length; thread++)
        {
            if (position[thread] < test.Threads[thread].Count) Step(depth, thread);
        }
    }

    /// <summary>How far each thread is, the sources of the reads made, and the coherence orders. Each part's length follows from the parts before.</summary>
    ReadOnlySpan<char> Key()
    {
        int length = 0;
        for (int thread = 0; thread < position.Length; thread++)
        {
            key[length++] = (char)position[thread];
            for (int step = 0; step < position[thread]; step++)
            {
                int read = program.ReadAt(thread, step);
                if (read >= 0) key[length++] = (char)(sources[read] + 1);
            }
        }
        foreach (var order in coherence)
        {
            foreach (int write in order) key[length++] = (char)write;
        }
        return key.AsSpan(0, length);
    }

    void Step(int depth, int thread)
    {
        var step = test.Threads[thread][position[thread]];
        var machine = machines[depth];
        var access = new Access(locations[step.Location], step.Order, step.AddressFrom, step.DataFrom, step.Read);
        if (step.IsUpdate) Update(depth, thread, step, access);
        else if (step.Reads) Read(depth, thread, access);
        else Write(depth, thread, step, access);
    }

    void Read(int depth, int thread, Access access)
    {
        int read = program.ReadAt(thread, position[thread]);
        for (int place = machines[depth].Count(access.Location) - 1; place >= 0; place--)
        {
            if (!machines[depth].CanRead(thread, access, place)) continue;
            sources[read] = machines[depth].TagAt(access.Location, place);
            var next = Copy(depth);
            next.Read(thread, access, place);
            Advance(depth, thread, next);
        }
    }

    void Write(int depth, int thread, in LitmusStep step, Access access)
    {
        int write = program.WriteAt(thread, position[thread]);
        for (int place = machines[depth].Count(access.Location); place >= 1; place--)
        {
            if (!machines[depth].CanWrite(thread, access, place)) continue;
            var next = Copy(depth);
            next.Write(thread, access, place, write);
            Insert(depth, thread, step.Location, write, machines[depth].TagAt(access.Location, place - 1), next);
        }
    }

    void Update(int depth, int thread, in LitmusStep step, Access access)
    {
        int read = program.ReadAt(thread, position[thread]), write = program.WriteAt(thread, position[thread]);
        for (int place = machines[depth].Count(access.Location) - 1; place >= 0; place--)
        {
            if (!machines[depth].CanUpdate(thread, access, place)) continue;
            sources[read] = machines[depth].TagAt(access.Location, place);
            var next = Copy(depth);
            next.Update(thread, access, place, write);
            Insert(depth, thread, step.Location, write, sources[read], next);
        }
    }

    SetViewMachine Copy(int depth)
    {
        var next = MachineAt(depth + 1);
        next.CopyFrom(machines[depth]);
        return next;
    }

    /// <summary>Goes on with a write just after another one in coherence order.</summary>
    void Insert(int depth, int thread, int location, int write, int after, SetViewMachine next)
    {
        var order = coherence[location];
        int at = order.IndexOf(after) + 1;
        order.Insert(at, write);
        Advance(depth, thread, next);
        order.RemoveAt(at);
    }

    void Advance(int depth, int thread, SetViewMachine next)
    {
        int here = position[thread]++;
        TakeLocalSteps(next, thread);
        Explore(depth + 1);
        position[thread] = here;
    }

    void TakeLocalSteps(SetViewMachine machine, int thread)
    {
        var code = test.Threads[thread];
        for (; position[thread] < code.Count && !code[position[thread]].IsAccess; position[thread]++)
        {
            var step = code[position[thread]];
            if (step.Kind == LitmusKind.Fence) machine.Fence(thread, step.Fence);
            else machine.Branch(thread, step.AddressFrom);
        }
    }
}
