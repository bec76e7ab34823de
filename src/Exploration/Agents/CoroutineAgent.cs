using System.Runtime.CompilerServices;

namespace Ringcheck.Exploration;

/// <summary>
/// A device engine: one run of its entry for each <see cref="Wake"/>. Between runs there is no frame at all, so what must survive
/// lives in fields of the device, where the fingerprint sees it, and the history starts again from zero: two executions that
/// come to rest in the same state are recognised as the same, whatever way they came.
/// </summary>
public sealed class CoroutineAgent(string name, Func<DeviceTask<Nothing>> entry) : InlineAgent(name)
{
    Frame? innermost;
    bool wake, granted, hasRun;

    public bool Running { get; private set; }

    internal override ulong ExtraState => (wake ? 1u : 0) | (Running ? 2u : 0);

    public void Wake()
    {
        wake = true;
        Engine.Unblock(this);
        Engine.Reducer?.NoteWake(this);
    }

    public override void Reset()
    {
        hasRun = false;
        Cancel();
        base.Reset();
    }

    /// <summary>Drops the work in flight. Only while suspended, which is always so when another agent runs.</summary>
    public void Cancel()
    {
        Engine.Reducer?.NoteStop(this, hasRun);
        hasRun = false;
        for (var frame = innermost; frame is not null;)
        {
            var caller = frame.Caller;
            frame.Recycle();
            frame = caller;
        }
        innermost = null;
        wake = false;
        Running = false;
        granted = false;
        Pending = default;
        ForgetHistory();
        Engine.Block(this);
    }

    /// <summary>What a run looks at and changes by beginning, and that it is alive: parts of its peripheral. 0: nobody else has to do with it.</summary>
    public (ulong Reads, ulong Writes, ulong Life) Parts { get; set; }

    /// <summary>What else happens as a run begins.</summary>
    public Action? Beginning { get; set; }

    public override void Run()
    {
        if (Running) Resume();
        else Start();
    }

    void Start()
    {
        wake = false;
        Running = hasRun = true;
        granted = Parts.Reads == 0 || !Engine.PartsBeginnings || Engine.Choose(ChoiceKind.Begin, 2) == 0;
        Beginning?.Invoke();
        if (Parts.Reads != 0) Engine.Reducer?.Starts(this, Parts.Reads, Parts.Writes);
        // granted: this step is the first access; a resumed one makes its access in GetResult, without asking
        var root = entry().Frame;
        if (root is null || root.Done) Finish(root);
    }

    /// <summary>Innermost frame first; a frame that completes lets its caller go on in the same step.</summary>
    void Resume()
    {
        Engine.Reducer?.IsAlive(this, Parts.Life);
        var frame = innermost!;
        innermost = null;
        while (true)
        {
            frame.MoveNext();
            if (!frame.Done) return;
            if (frame.Caller is null)
            {
                Finish(frame);
                return;
            }
            frame = frame.Caller;
        }
    }

    void Finish(Frame? root)
    {
        root?.Recycle();
        Running = false;
        granted = false;
        Pending = default;
        ForgetHistory();
        Step++;
        if (!wake) Engine.Block(this);
    }

    /// <summary>
    /// For awaiters: may the next access go on without a scheduling point? Yes if this step was scheduled for it, or if nobody
    /// else could run.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPass()
    {
        if (!granted) return Engine.IsAlone(this) && IsNext();
        granted = false;
        return true;
    }

    bool IsNext()
    {
        if (Engine.Reducer is not { } reducer) return true;
        reducer.StepEnds();
        reducer.IsAlive(this, Parts.Life);
        return true;
    }

    /// <summary>For awaiters: this frame goes on, with the access <paramref name="next"/>, when the agent is scheduled next.</summary>
    public void Park(Frame frame, Footprint next = default)
    {
        innermost = frame;
        Pending = next;
    }
}
