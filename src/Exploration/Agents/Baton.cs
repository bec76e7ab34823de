namespace Ringcheck.Exploration;

/// <summary>
/// Several CPUs: one thread for each, of which exactly one runs, the one that holds the baton. Who gets it is the engine's choice like
/// any other, so an execution is as deterministic as on one thread. The first CPU runs on the caller's thread; the others' threads start with the
/// first execution, live as long as the scenario and are gone after <see cref="Dispose"/>. A scenario with one CPU needs none of this.
/// A CPU that waits for the baton yields its core again and again before it parks, since parking and waking cost tens of microseconds. It does not spin: with more
/// CPUs than cores, in several workers, the one that holds the baton would wait for those that spin (measured in docs/performance.md).
/// </summary>
public sealed class Baton : IDisposable
{
    const int Waiting = 0, Holding = 1, Parked = 2, Yields = 100, StackSize = 4 << 20;

    /// <summary>Being started is a step: "not started" and "started" must not share a fingerprint.</summary>
    const ulong StartedEvent = 0x18;

    sealed class Slot(CpuAgent cpu, Action program)
    {
        public readonly CpuAgent Cpu = cpu;
        public readonly Action Program = program;
        public Thread? Thread;
        public int State;
        public bool Started, Done;
    }

    readonly Engine engine;
    readonly Slot[] slots;

    /// <summary>By agent: the CPU itself, and its interrupt. Filled in when agents have their numbers.</summary>
    readonly Slot?[] byAgent = new Slot?[64];
    Exception? broken;
    volatile bool disposed;

    /// <summary>Runs <paramref name="programs"/>, each on its CPU; the first of them begins.</summary>
    public Baton(Engine engine, params (CpuAgent Cpu, Action Program)[] programs)
    {
        this.engine = engine;
        slots = [.. programs.Select(each => new Slot(each.Cpu, each.Program))];
        foreach (var slot in slots) slot.Cpu.Baton = this;
    }

    /// <summary>Runs one execution, from the start of each program until every CPU has finished or was unwound.</summary>
    public void Run()
    {
        foreach (var slot in slots)
        {
            slot.Started = slot.Done = false;
            byAgent[slot.Cpu.Id] = byAgent[slot.Cpu.Interrupt.Id] = slot;
        }
        for (int i = 1; i < slots.Length; i++)
        {
            if (slots[i].Thread is null) StartThread(slots[i]);
        }
        broken = null;
        slots[0].Started = true;
        if (!RunProgram(slots[0])) Take(slots[0]); // the last CPU to finish hands the baton back
        if (broken is not null) throw broken;
        if (engine.Ending) throw ExecutionEnd.Instance;
    }

    /// <summary>Called by the CPU that runs: it lets another one run, and returns when it is its turn again.</summary>
    internal void Pass(CpuAgent from, int toAgent)
    {
        HandOver(toAgent);
        Take(byAgent[from.Id]!);
        engine.Running = from;
        if (engine.Ending) throw ExecutionEnd.Instance;
    }

    void StartThread(Slot slot)
    {
        slot.Thread = new Thread(() => Loop(slot), StackSize) { IsBackground = true, Name = slot.Cpu.Name };
        slot.Thread.Start();
    }

    void Loop(Slot slot)
    {
        while (true)
        {
            Take(slot);
            if (disposed) return;
            if (RunProgram(slot)) Give(slots[0]);
        }
    }

    /// <summary>True if this was the last CPU, so that the execution is over.</summary>
    bool RunProgram(Slot slot)
    {
        engine.Running = slot.Cpu;
        LoopGuard.Watch(engine);
        try
        {
            slot.Cpu.Observed(StartedEvent, 0);
            slot.Program();
            slot.Cpu.Finish();
            slot.Done = true;
            return Continue(slot.Cpu);
        }
        catch (ExecutionEnd)
        {
            // Its reason, if any, is in engine.Violation.
        }
        catch (Exception exception) when (exception is NondeterminismException or OutOfMemoryException)
        {
            broken ??= exception;
        }
        catch (Exception exception)
        {
            engine.Crashed(exception);
        }
        engine.Ending = true;
        slot.Done = true;
        return Unwind();
    }

    /// <summary>On the thread of a CPU that is done: schedules on, until it is another CPU's turn. True if all are done.</summary>
    bool Continue(CpuAgent finished)
    {
        finished.Step++; // its last access had a decision of its own
        while (Array.Exists(slots, static slot => !slot.Done))
        {
            int next = engine.NextAgent();
            engine.Current = next;
            if (engine.InlineAgents[next] is { } inline)
            {
                inline.Run();
                continue;
            }
            HandOver(next);
            return false;
        }
        return true;
    }

    /// <summary>Wakes a CPU that is still inside its program: it finds the end, and unwinds in turn. True if there is none.</summary>
    bool Unwind()
    {
        var inside = Array.Find(slots, static slot => slot is { Started: true, Done: false });
        if (inside is null) return true;
        Give(inside);
        return false;
    }

    void HandOver(int toAgent)
    {
        var slot = byAgent[toAgent] ?? throw new InvalidOperationException($"agent {toAgent} has no program");
        slot.Started = true;
        Give(slot);
    }

    static void Give(Slot slot)
    {
        if (Interlocked.Exchange(ref slot.State, Holding) != Parked) return;
        lock (slot) Monitor.Pulse(slot);
    }

    static void Take(Slot slot)
    {
        for (int i = 0; i < Yields && Volatile.Read(ref slot.State) != Holding; i++) Thread.Yield();
        lock (slot)
        {
            if (Interlocked.CompareExchange(ref slot.State, Parked, Waiting) == Waiting)
            {
                while (Volatile.Read(ref slot.State) == Parked) Monitor.Wait(slot);
            }
            Volatile.Write(ref slot.State, Waiting);
        }
    }

    /// <summary>Ends the threads, and returns when they are gone. Not while an execution runs.</summary>
    public void Dispose()
    {
        disposed = true;
        foreach (var slot in slots)
        {
            if (slot.Thread is null) continue;
            Give(slot);
            slot.Thread.Join();
            slot.Thread = null;
        }
    }
}
