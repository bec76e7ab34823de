using System.Numerics;

namespace Ringcheck.Exploration;

/// <content>Registers, device engines and interrupt lines: accesses that commute unless they share a part.</content>
public sealed partial class Reducer
{
    const ulong Taken = 1, NotYet = 2;

    ulong openReads, openWrites;
    uint openWakes, openStops, lines;
    bool isOpen;
    readonly bool[] decided = new bool[Clock.Threads];

    void ForgetLines()
    {
        isOpen = false;
        openReads = openWrites = 0;
        openWakes = openStops = lines = 0;
        Array.Clear(decided);
    }

    /// <summary>An access of several effects begins; they are one event.</summary>
    public void BeginArrival() => isOpen = true;

    /// <summary>It ends. Without any part touched there is no event.</summary>
    /// <param name="reads">Parts that it looks at, besides what <see cref="Touches"/> said.</param>
    /// <param name="writes">Parts that it changes.</param>
    /// <param name="detail">What must be the same each time.</param>
    /// <param name="source">The <see cref="Issue"/> that it comes from, or -1.</param>
    public void EndArrival(ulong reads, ulong writes, ulong detail, int source = None)
    {
        isOpen = false;
        openReads |= reads;
        openWrites |= writes;
        Arrive(EventKind.Arrival, CurrentThread, detail, source);
    }

    /// <summary>Parts of a peripheral are looked at or changed, within an access or by the device on its own.</summary>
    public void Touches(ulong reads, ulong writes)
    {
        openReads |= reads;
        openWrites |= writes;
        if (!isOpen) Arrive(EventKind.Arrival, CurrentThread, 0, None);
    }

    /// <summary>An agent was made ready by the access that goes on, or stopped by it.</summary>
    public void NoteWake(Agent agent) => openWakes |= 1u << threadOf[agent.Id];

    /// <summary>What was done to get ready is no event.</summary>
    internal void Begins() => ForgetLines();

    public void NoteStop(Agent agent, bool wasAtWork)
    {
        int thread = threadOf[agent.Id];
        openStops |= 1u << thread;
        if (!wasAtWork) return;
        layout.IsStoppedAtWork(thread);
        Learn();
    }

    /// <summary>A CPU's interrupt line has another level.</summary>
    public void NoteLine(CpuAgent cpu, bool high)
    {
        lines = high ? lines | 1u << cpu.Id : lines & ~(1u << cpu.Id);
        openWrites |= PeripheralBits.Line(cpu.Id);
    }

    /// <summary>A device engine takes in that it was woken.</summary>
    internal void Starts(Agent agent, ulong reads, ulong writes)
    {
        openReads = reads;
        openWrites = writes;
        openStops = 1u << threadOf[agent.Id];
        Arrive(EventKind.Start, threadOf[agent.Id], 0, None);
    }

    /// <summary>A device engine that a reset may stop takes one more step.</summary>
    internal void IsAlive(Agent agent, ulong life)
    {
        if (!layout.MayStop(threadOf[agent.Id])) return;
        openReads = life;
        Arrive(EventKind.Alive, threadOf[agent.Id], 0, None);
    }

    /// <summary>An action that somebody asked for is carried out.</summary>
    internal void Acts(Agent agent) => openStops |= 1u << threadOf[agent.Id];

    /// <summary>A CPU posts a register write. The answer goes to <see cref="EndArrival"/> when it arrives.</summary>
    public int Issue(ulong detail)
    {
        if (learning) return None;
        int number = AgainOrNew(EventKind.Issue, CurrentThread, detail, out bool isNew);
        if (number >= 0) Made(number, isNew);
        return number;
    }

    /// <summary>The last event of another agent's thread: for <see cref="EndArrival"/>, where an access waits for all that this agent did.</summary>
    public int LastOf(Agent agent) => performed[threadOf[agent.Id]];

    /// <summary>Nothing else can happen: time passes.</summary>
    internal void TimeOut(CpuAgent cpu)
    {
        if (learning || engine.Draining) return;
        stepBegins = true;
        int number = AgainOrNew(EventKind.TimeOut, threadOf[cpu.Id], 0, out bool isNew);
        if (number < 0) return;
        Made(number, isNew);
        stepBegins = true;
    }

    void Arrive(EventKind kind, int thread, ulong detail, int source)
    {
        var (reads, writes, wakes, stops) = (openReads, openWrites, openWakes, openStops);
        openReads = openWrites = 0;
        openWakes = openStops = 0;
        if (learning || engine.Draining || (reads | writes) == 0) return;
        if (CpuOf(thread) is { IsInHandler: true }) HandlerTouches(reads, writes);
        if (learning) return;
        int number = AgainOrNew(kind, thread, detail, out bool isNew);
        if (number < 0) return;
        ref var mine = ref graph[number];
        (mine.Reads, mine.Writes, mine.Wakes, mine.Stops, mine.Lines) = (reads, writes, wakes, stops, lines);
        if (NeedsWake(mine)) source = WokenBy(thread);
        if (source != None) mine.Source = source;
        Made(number, isNew);
    }

    /// <summary>What first asked an agent to act, of all that did since it acted last. Others may come after its acting, this one may not.</summary>
    int WokenBy(int thread)
    {
        int first = None;
        for (int i = graph.ChainCount - 1; i >= 0; i--)
        {
            int at = graph.Chain[i];
            if ((graph[at].Stops >> thread & 1) != 0) break;
            if ((graph[at].Wakes >> thread & 1) != 0) first = at;
        }
        return first;
    }

    void HandlerTouches(ulong reads, ulong writes)
    {
        layout.HandlerTouches(reads, writes & ~LineParts);
        Learn();
    }

    static ulong LineParts => ~(PeripheralBits.Line(0) - 1);

    /// <summary>A CPU posts a write that will touch these parts.</summary>
    public void NotePosted(CpuAgent cpu, ulong reads, ulong writes)
    {
        if (!engine.Draining && cpu.IsInHandler) HandlerTouches(reads, writes);
    }

    /// <summary>An interrupt handler accesses memory, shared or not.</summary>
    public void NoteHandlerAccess(ulong address, int length, bool writes)
    {
        if (engine.Draining || CpuOf(CurrentThread) is not { IsInHandler: true }) return;
        layout.HandlerTouches(address, length, writes);
        Learn();
    }

    void JoinConflicts(ref Clock clock, in GraphEvent mine)
    {
        for (ulong rest = (mine.Reads | mine.Writes) & usedParts; rest != 0; rest &= rest - 1)
        {
            int part = BitOperations.TrailingZeroCount(rest);
            clock.Join(in changed[part]);
            if ((mine.Writes >> part & 1) != 0) clock.Join(in looked[part]);
        }
    }

    void NoteParts(in GraphEvent mine, ref readonly Clock clock)
    {
        usedParts |= mine.Reads | mine.Writes;
        for (ulong rest = mine.Writes; rest != 0; rest &= rest - 1) changed[BitOperations.TrailingZeroCount(rest)].Join(in clock);
        for (ulong rest = mine.Reads; rest != 0; rest &= rest - 1) looked[BitOperations.TrailingZeroCount(rest)].Join(in clock);
    }

    // Interrupts

    /// <summary>A CPU has come to its next access.</summary>
    internal void AtPoint(CpuAgent cpu)
    {
        StepEnds();
        decided[threadOf[cpu.Id]] = false;
    }

    /// <summary>Another interrupt may come before the same access.</summary>
    internal void HandlerReturned(CpuAgent cpu) => decided[threadOf[cpu.Id]] = false;

    /// <summary>May an interrupt be taken here, and does it matter whether it is?</summary>
    bool IsBeforeDelivery(CpuAgent cpu, ulong options)
    {
        if (!cpu.TakesInterrupts) return false;
        if ((options & cpu.Bit) == 0) return (options & cpu.Interrupt.Bit) != 0; // it waits
        if (decided[threadOf[cpu.Id]]) return false;
        var next = cpu.NextAccess;
        if (next.IsMask) return true;
        if (next.Length == 0) return false;
        return next.IsRegister
            ? layout.HandlerConflicts(next.Reads, next.Writes)
            : layout.HandlerConflicts(next.Address, next.Length, next.IsWrite);
    }

    /// <summary>Is the interrupt taken here? As soon as the line is high; and if it was high before in any case, not yet is another class.</summary>
    bool Deliver(CpuAgent cpu, bool high)
    {
        int thread = threadOf[cpu.Id];
        decided[thread] = true;
        stepBegins = true;
        int added = Add(EventKind.Delivery, thread, 0);
        ref var mine = ref graph[added];
        (mine.Reads, mine.Lines, mine.Value) = (PeripheralBits.Line(cpu.Id), lines, high ? Taken : 0);
        if (high && mine.Previous != None && WasHighBefore(cpu, mine.Previous))
        {
            graph[added].Value = NotYet;
            PushForward(added);
            graph[added].Value = wanders && random.Below(2) == 0 ? NotYet : Taken;
        }
        high = graph[added].Value == Taken;
        Made(added, isNew: true);
        stepBegins = true;
        return high;
    }

    /// <summary>The line went high before an event in any order.</summary>
    bool WasHighBefore(CpuAgent cpu, int number)
    {
        ulong line = PeripheralBits.Line(cpu.Id);
        for (int i = graph.ChainCount - 1; i >= 0; i--)
        {
            ref var at = ref graph[graph.Chain[i]];
            if ((at.Writes & line) != 0) return graph[number].Clock.Has(at.Thread, at.Index);
        }
        return false;
    }

    bool DeliverAgain(CpuAgent cpu, ulong options)
    {
        int thread = threadOf[cpu.Id];
        decided[thread] = true;
        stepBegins = true;
        int again = Again(EventKind.Delivery, thread, 0);
        if (again < 0) return false;
        ref var mine = ref graph[again];
        bool high = (options & cpu.Interrupt.Bit) != 0;
        if ((mine.Value == 0) == high || (mine.Value == 0 && (lines >> cpu.Id & 1) != 0))
        {
            Stop(Verdict.Unfit);
            return false;
        }
        mine.Lines = lines;
        Made(again, isNew: false);
        stepBegins = true;
        return true;
    }

    /// <summary>A CPU sees its line, where it unmasks or wakes.</summary>
    internal void SeesLine(CpuAgent cpu, bool high, bool waits)
    {
        if (learning || engine.Draining || cpu.Handler is null && !waits) return;
        int number = AgainOrNew(EventKind.Line, threadOf[cpu.Id], waits ? 1u : 0, out bool isNew);
        if (number < 0) return;
        ref var mine = ref graph[number];
        mine.Reads = PeripheralBits.Line(cpu.Id);
        mine.Value = high ? 1u : 0;
        mine.Lines = lines;
        Made(number, isNew);
    }
}
