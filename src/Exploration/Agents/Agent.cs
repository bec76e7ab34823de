using System.Runtime.CompilerServices;

namespace Ringcheck.Exploration;

/// <summary>
/// Something that can take the next step. Whether it is ready is one bit in <see cref="Engine.Ready"/>, kept up to date by
/// whoever changes it: nothing is polled on the hot path.
/// </summary>
public abstract class Agent(string name)
{
    public string Name { get; } = name;

    public int Id { get; internal set; }

    public ulong Bit => 1UL << Id;

    /// <summary>The plain machine lets it take its step before anybody else: what is only on its way arrives.</summary>
    public virtual bool IsUrgent => false;

    public Engine Engine { get; internal set; } = null!;

    /// <summary>Own steps in this execution: the key of a choice.</summary>
    public uint Step;

    /// <summary>
    /// What the access that this agent is about to make touches, or 0 if that is not known. It says something only while the agent is ready and its next
    /// step was announced at a scheduling point with a choice.
    /// </summary>
    public Footprint Pending;

    /// <summary>
    /// Hash of all that this agent did and read since its last rest point. Its code is deterministic, so this stands for its
    /// program counter and its locals.
    /// </summary>
    internal ulong HistoryA, HistoryB;

    /// <summary>The history as a number, for what this agent leaves to others.</summary>
    public ulong HistoryHash => HistoryA ^ HistoryB;

    /// <summary>What besides the history decides this agent's future. Forgetting a bit here makes pruning unsound.</summary>
    internal virtual ulong ExtraState => 0;

    public virtual void Reset()
    {
        Step = 0;
        Pending = default;
        ForgetHistory();
    }

    /// <summary>This agent rests: nothing that it has done decides what it does next. Only where that is so.</summary>
    public void ForgetHistory() => HistoryA = HistoryB = 0;

    /// <summary>Something that decides what this agent does next: a value read, a choice, a step taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Observed(ulong what, ulong value)
    {
        if (Engine.Hashing) Remember(what, value);
    }

    void Remember(ulong what, ulong value)
    {
        HistoryA = Hashing.Mix(Hashing.Mix(HistoryA, what), value);
        HistoryB = Hashing.MixB(Hashing.MixB(HistoryB, what), value);
    }
}

/// <summary>An agent that steps inline, on the stack of whoever schedules it.</summary>
public abstract class InlineAgent(string name) : Agent(name)
{
    public abstract void Run();
}

/// <summary>An action that is ready or not, and atomic when it runs: a reset that completes, a timer that fires.</summary>
public sealed class ActionAgent(string name, Action action) : InlineAgent(name)
{
    /// <summary>Lets time pass for a CPU: a step of that CPU.</summary>
    internal bool IsTimer { get; init; }

    /// <summary>Lets time pass for a device: as CPUs' timers, only when nothing else can run, unless a scenario says otherwise.</summary>
    public bool PassesTime { get; init; }

    public override void Run()
    {
        Step++;
        Engine.Block(this);
        if (Engine.Reducer is not { } reducer || IsTimer)
        {
            action();
            return;
        }
        reducer.BeginArrival();
        reducer.Acts(this);
        action();
        reducer.EndArrival(0, 0, detail: 0);
    }
}
