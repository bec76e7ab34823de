using System.Runtime.CompilerServices;

namespace Ringcheck.Exploration;

/// <summary>
/// A CPU: plain driver code on a real stack. While it makes an access, the engine may step others first, on that same stack.
/// Its interrupt handler is an agent of its own, so that a handler taken a little earlier or later leaves the interrupted
/// code's history and step numbers alone.
/// </summary>
public sealed class CpuAgent : Agent
{
    enum WaitKind : byte { None, Interrupt, Poll }

    // What an agent observes that is not a value read: each is a state of its own, or two program counters would share a
    // fingerprint, one of them would be pruned as seen, and what follows it would never be explored.
    const ulong MaskEvent = 0x11, UnmaskEvent = 0x12, SleepEvent = 0x13, BlockedEvent = 0x14, WokenEvent = 0x15, StartEvent = 0x16, ClockEvent = 0x17;

    readonly PollWatch poll = new();
    Agent active;
    WaitKind wait;
    bool inHandler, masked = true, lineHigh, deadlinePassed;
    ulong deadlineMs = ulong.MaxValue;

    public CpuAgent(string name) : base(name)
    {
        Interrupt = new InterruptAgent(name + ".irq");
        Timer = new ActionAgent(name + ".timer", TimerFires) { IsTimer = true };
        active = this;
    }

    /// <summary>Delivery of an interrupt and, while it runs, the handler's own steps.</summary>
    public InterruptAgent Interrupt { get; }

    /// <summary>Ready while this CPU waits with a deadline: time passes when it runs.</summary>
    public ActionAgent Timer { get; }

    /// <summary>What runs when an interrupt is taken.</summary>
    public Action? Handler { get; set; }

    public bool Finished { get; private set; }

    /// <summary>Set in scenarios with several CPUs.</summary>
    internal Baton? Baton { get; set; }

    /// <summary>Whether it takes no interrupts now: they are masked, or it is in its handler.</summary>
    public bool IsMasked => masked;

    /// <summary>A handler that waits for a lock may poll, which it must not do for anything else.</summary>
    public bool HandlerWaitsForLock { get; set; }

    /// <summary>For the reduction: what this CPU is about to do.</summary>
    public AccessAhead NextAccess;

    /// <summary>For the reduction: would an interrupt be taken now?</summary>
    internal bool TakesInterrupts => !masked && !inHandler && Handler is not null && !Finished;

    /// <summary>For reports: what this CPU waits for, or "".</summary>
    public string WaitsFor => Interrupt.IsPolling ? "a polled value to change, in its interrupt handler" : wait switch
    {
        WaitKind.Interrupt => "an interrupt",
        WaitKind.Poll => "a polled value to change",
        _ => "",
    };

    public bool IsInHandler => inHandler;

    /// <summary>Who acts when this CPU makes an access: itself or its handler.</summary>
    public Agent Active => active;

    internal override ulong ExtraState => (masked ? 1u : 0) | (lineHigh ? 2u : 0) | (inHandler ? 4u : 0) | (uint)wait << 3
        | (Finished ? 32u : 0) | (poll.Changed ? 64u : 0) | (deadlinePassed ? 128u : 0) | (poll.NewestOnly ? 1UL << 63 : 0) | (poll.ReadOlder ? 1UL << 62 : 0) | (deadlineMs == ulong.MaxValue ? 0 : deadlineMs << 8);

    public override void Reset()
    {
        base.Reset();
        masked = true;
        lineHigh = inHandler = Finished = deadlinePassed = false;
        HandlerWaitsForLock = false;
        wait = WaitKind.None;
        deadlineMs = ulong.MaxValue;
        active = this;
        poll.Reset();
        Engine.Unblock(this);
        Observed(StartEvent, 0);
    }

    /// <summary>One scheduling point: call it before each access, with what that touches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Point(Footprint next = default)
    {
        active.Step++;
        Engine.CountPoint();
        if (Engine.Reducer is not null)
        {
            FollowedPoint();
            return;
        }
        if (Engine.IsAlone(active)) return;
        active.Pending = next;
        Schedule();
    }

    /// <summary>Also says what the access is, to whoever follows it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Point(ulong address, int length, bool writes)
    {
        if (Engine.Reducer is not null) Announce(address, length, writes);
        Point(writes ? Footprint.Write(address) : Footprint.Read(address));
    }

    void Announce(ulong address, int length, bool writes)
    {
        NextAccess = new(address, length, writes);
        if (inHandler) Engine.Reducer!.NoteHandlerAccess(address, length, writes);
    }

    void FollowedPoint()
    {
        Engine.Reducer!.AtPoint(this);
        Schedule();
        NextAccess = default;
    }

    /// <summary>Steps others until it is this CPU's turn.</summary>
    void Schedule()
    {
        var engine = Engine;
        while (true)
        {
            int next = engine.NextAgent();
            engine.Current = next;
            if (next == active.Id) return;
            if (next == Interrupt.Id) TakeInterrupt();
            else if (engine.InlineAgents[next] is { } inline) inline.Run();
            else if (RunsAfter(next)) return;
        }
    }

    /// <summary>Lets another CPU run. True if this CPU's own code goes on after that, false after an interrupt that it was given the baton for.</summary>
    bool RunsAfter(int next)
    {
        Baton!.Pass(this, next);
        if (Engine.Current == active.Id) return true;
        TakeInterrupt();
        return false;
    }

    /// <summary>Runs the handler nested, as a CPU does. While it runs, the interrupted code is not ready.</summary>
    void TakeInterrupt()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Engine.Block(this);
        inHandler = true;
        masked = true;
        active = Interrupt;
        Interrupt.ForgetHistory();
        Interrupt.Observed(StartEvent, 0);
        Interrupt.Step++;
        Engine.Unblock(Interrupt);
        Engine.Current = Interrupt.Id;
        var ahead = NextAccess;
        Engine.Observer?.InterruptTaken(this);
        Handler!();
        Engine.Observer?.InterruptReturned(this);
        NextAccess = ahead;
        Engine.Reducer?.HandlerReturned(this);
        inHandler = false;
        masked = false;
        active = this;
        Interrupt.ForgetHistory();
        Interrupt.Pending = default;
        UpdateInterrupt();
        if (wait == WaitKind.Interrupt) wait = WaitKind.None;
        if (wait == WaitKind.None || poll.Changed || deadlinePassed) Engine.Unblock(this);
        // The next decision is keyed by the handler's step, not by the interrupted access, which already had its own.
        Engine.Current = Interrupt.Id;
        Interrupt.Step++;
    }

    /// <summary>The level of this CPU's interrupt line.</summary>
    public void SetLine(bool high)
    {
        if (lineHigh == high) return;
        lineHigh = high;
        Engine.Reducer?.NoteLine(this, high);
        UpdateInterrupt();
        if (high && masked && !inHandler) EndWaitForInterrupt();
    }

    void EndWaitForInterrupt()
    {
        if (wait != WaitKind.Interrupt) return;
        wait = WaitKind.None;
        Engine.Unblock(this);
    }

    void UpdateInterrupt()
    {
        if (inHandler) return; // the handler's own readiness is that of code
        if (lineHigh && !masked && Handler is not null && !Finished) Engine.Unblock(Interrupt);
        else Engine.Block(Interrupt);
    }

    public void Mask()
    {
        if (Engine.Reducer is not null) NextAccess = new(0, 0, IsWrite: false, IsMask: true);
        Point();
        active.Observed(MaskEvent, 0);
        Engine.Observer?.Masked(this, true);
        if (inHandler) return;
        masked = true;
        UpdateInterrupt();
    }

    /// <summary>
    /// A pending interrupt is forced here: otherwise <c>unmask; mask;</c> in a loop could dodge it for ever. Handlers do not nest:
    /// inside one this has no effect.
    /// </summary>
    public void Unmask()
    {
        Point();
        active.Observed(UnmaskEvent, 0);
        Engine.Observer?.Masked(this, false);
        if (inHandler) return;
        masked = false;
        UpdateInterrupt();
        Engine.Reducer?.SeesLine(this, lineHigh, waits: false);
        if (lineHigh && Handler is not null) TakeInterrupt();
    }

    public void WaitForInterrupt(ulong deadline)
    {
        Point();
        active.Observed(SleepEvent, 0);
        if (inHandler) Engine.Fail(new("progress", "sleep-in-handler", [], $"{Name} waits for an interrupt inside its interrupt handler",
            "An interrupt handler must not sleep: record what happened and return."));
        if (lineHigh)
        {
            Engine.Reducer?.SeesLine(this, high: true, waits: true);
            if (!masked) TakeInterrupt();
            return;
        }
        if (Engine.NowMs >= deadline) return;
        Arm(deadline);
        uint handled = Interrupt.Step;
        Block(WaitKind.Interrupt);
        if (handled == Interrupt.Step && !deadlinePassed) Engine.Reducer?.SeesLine(this, lineHigh, waits: true);
        Disarm();
    }

    void Block(WaitKind kind)
    {
        wait = kind;
        Pending = default;
        Step++; // a second decision needs a key of its own
        Observed(BlockedEvent, 0);
        Engine.Observer?.Waits(this, kind == WaitKind.Poll);
        Engine.Block(this);
        Schedule();
        wait = WaitKind.None;
        Observed(WokenEvent, 0);
        Engine.Observer?.Woke(this);
    }

    void Arm(ulong deadline)
    {
        deadlinePassed = false;
        if (deadline == ulong.MaxValue) return;
        deadlineMs = deadline;
        Engine.Unblock(Timer);
    }

    void Disarm()
    {
        deadlineMs = ulong.MaxValue;
        deadlinePassed = false;
        Engine.Block(Timer);
    }

    void TimerFires()
    {
        Engine.AdvanceTo(deadlineMs);
        Engine.Observer?.TimePassed(this);
        Engine.Reducer?.TimeOut(this);
        deadlinePassed = true;
        if (wait == WaitKind.Interrupt) wait = WaitKind.None;
        if (!inHandler) Engine.Unblock(this);
    }

    /// <summary>What the clock said is an input like any other value read.</summary>
    public ulong ReadClock()
    {
        active.Observed(ClockEvent, Engine.NowMs);
        return Engine.NowMs;
    }

    /// <summary>Notes the address or register that an access read, for the polling loop that it may be in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NoteRead(ulong watchKey)
    {
        if (Engine.ActiveWatches != 0) (inHandler ? Interrupt.Poll : poll).Read(watchKey);
    }

    /// <summary>For weak memories: it is in a polling loop.</summary>
    public bool IsPolling => (inHandler ? Interrupt.Poll : poll).IsActive;

    /// <summary>For weak memories: the number of this iteration, of all of polling loops in this CPU's code, or in its handler.</summary>
    public uint Iteration => (inHandler ? Interrupt.Poll : poll).Iteration;

    /// <summary>For weak memories: no load may return an older value now.</summary>
    public bool ReadsNewestOnly => (inHandler ? Interrupt.Poll : poll).NewestOnly;

    /// <summary>A load returned an older value.</summary>
    public void NoteOlderRead()
    {
        (inHandler ? Interrupt.Poll : poll).NoteOlder();
    }

    internal void Touch(ulong watchKey)
    {
        if (poll.Touch(watchKey) && wait == WaitKind.Poll && !inHandler) Engine.Unblock(this);
        if (inHandler && Interrupt.Poll.Touch(watchKey) && Interrupt.IsPolling) Engine.Unblock(Interrupt);
    }

    /// <summary>Begins a polling loop; the history of its head, to which each failed iteration returns.</summary>
    public Fingerprint BeginPoll()
    {
        if (inHandler && !HandlerWaitsForLock) Engine.Fail(new("progress", "poll-in-handler", [], $"{Name} polls inside its interrupt handler",
            "An interrupt handler must not wait, but for a lock: record what happened and return."));
        (inHandler ? Interrupt.Poll : poll).Begin(Engine);
        Engine.Reducer?.PollBegins(this);
        return new(active.HistoryA, active.HistoryB);
    }

    /// <summary>
    /// A failed iteration: nothing happens until a value that it read has changed, or the deadline has passed. It left nothing
    /// behind (contract), so neither does its history: without this, each number of iterations would be a state of its own.
    /// </summary>
    public void PollAgain(Fingerprint head, ulong deadline)
    {
        if (inHandler)
        {
            Interrupt.PollAgain(this, head);
            return;
        }
        HistoryA = head.A;
        HistoryB = head.B;
        if (TriesAnother())
        {
            poll.Retry();
            return;
        }
        if (!poll.Changed && !poll.ReadOlder)
        {
            Arm(deadline);
            Block(WaitKind.Poll);
            Disarm();
            HistoryA = head.A;
            HistoryB = head.B;
        }
        poll.Begin(Engine);
    }

    /// <summary>The iteration leaves nothing behind. True if the reduction has another one for it at once.</summary>
    internal bool TriesAnother()
    {
        if (Engine.Reducer is { } reducer) return reducer.PollFails(this);
        Engine.System?.IterationFailed(this);
        return false;
    }

    public void EndPoll()
    {
        (inHandler ? Interrupt.Poll : poll).End(Engine);
        Engine.Reducer?.PollEnds(this);
    }

    /// <summary>A handler that waits for a lock: nothing of this CPU runs until what it read has changed. Others do.</summary>
    internal void BlockHandler()
    {
        Interrupt.Step++;
        Interrupt.Observed(BlockedEvent, 0);
        Engine.Block(Interrupt);
        Schedule();
        Interrupt.Observed(WokenEvent, 0);
    }

    /// <summary>The CPU's program is done: it is idle from here on.</summary>
    public void Finish()
    {
        Finished = true;
        Engine.Block(this);
        UpdateInterrupt();
    }
}

/// <summary>See <see cref="CpuAgent.Interrupt"/>.</summary>
public sealed class InterruptAgent(string name) : Agent(name)
{
    internal PollWatch Poll { get; } = new();

    /// <summary>It is blocked, until a value that it read has changed.</summary>
    internal bool IsPolling { get; private set; }

    internal override ulong ExtraState => (IsPolling ? 1u : 0) | (Poll.Changed ? 2u : 0) | (Poll.NewestOnly ? 4u : 0) | (Poll.ReadOlder ? 8u : 0);

    public override void Reset()
    {
        base.Reset();
        Poll.Reset();
        IsPolling = false;
    }

    /// <summary>As <see cref="CpuAgent.PollAgain"/>, without a deadline.</summary>
    internal void PollAgain(CpuAgent cpu, Fingerprint head)
    {
        HistoryA = head.A;
        HistoryB = head.B;
        if (cpu.TriesAnother())
        {
            Poll.Retry();
            return;
        }
        if (!Poll.Changed && !Poll.ReadOlder)
        {
            IsPolling = true;
            cpu.BlockHandler();
            IsPolling = false;
            HistoryA = head.A;
            HistoryB = head.B;
        }
        Poll.Begin(Engine);
    }
}
