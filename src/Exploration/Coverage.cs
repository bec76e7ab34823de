namespace Ringcheck.Exploration;

/// <summary>
/// Which states of the models, and which premises of rules, executions have come to. Monitors tell it at coarse points: a register was written or read, an index was
/// stored. A state is known by a hash of 16 bits, so two may count as one: the number of states is a lower bound (about 1 in 65 is lost at 2,000).
/// For each it keeps the first execution that came there, so that the sum over all workers does not depend on how many there are.
/// </summary>
public sealed class Coverage
{
    const int StateBits = 16;

    internal const int MaxStates = 1 << StateBits;

    /// <summary>Rules that can be told apart.</summary>
    public const int MaxRules = 256;

    // Where executions are in the exploration (ExecutionPlace): 0 is "never".
    readonly long[] states = new long[MaxStates], rules = new long[MaxRules];
    long execution = ExecutionPlace.Of(0, 0);
    Engine? engine;
    bool isNextWanted;

    /// <summary>States reached so far, for progress displays. May be read from any thread.</summary>
    public int States { get; private set; }

    /// <summary>Rules met so far, as <see cref="States"/>.</summary>
    public int Rules { get; private set; }

    /// <summary>False: nobody needs to tell anything.</summary>
    public bool IsOn { get; private set; }

    /// <summary>What this execution reached first.</summary>
    public int FreshInExecution { get; private set; }

    /// <summary>Choices that this execution had made when it last reached something first.</summary>
    public uint LastFreshPosition { get; private set; }

    /// <summary>Where the execution that begins next is (<see cref="ExecutionPlace"/>), and whether it is to be followed even if the strategy does not need it.</summary>
    internal void Number(long place, bool isWanted)
    {
        execution = place;
        isNextWanted = isWanted;
    }

    /// <summary>Goes on from what an earlier process saw.</summary>
    internal void Restore(CoverageSum sum)
    {
        sum.CopyTo(states, rules);
        States = states.AsSpan().Length - states.AsSpan().Count(0L);
    }

    /// <summary>Forgets what was reached, so that it is noted again: for executions that come before those seen.</summary>
    internal void Forget()
    {
        Array.Clear(states);
        Array.Clear(rules);
        States = 0;
    }

    internal void Begin(Engine ofEngine, bool isNeeded)
    {
        engine = ofEngine;
        IsOn = isNextWanted || isNeeded;
        FreshInExecution = 0;
        LastFreshPosition = 0;
    }

    /// <summary>A model is in this state. Only while <see cref="IsOn"/>.</summary>
    public void Reach(ulong state)
    {
        if (Note(ref states[state >> (64 - StateBits)])) States++;
    }

    /// <summary>The premise of a rule is met: it could be broken here, and is judged.</summary>
    public void Meet(int rule)
    {
        if (Note(ref rules[rule])) Rules++;
    }

    bool Note(ref long first)
    {
        if (first != 0 || engine!.Draining) return false;
        first = execution;
        FreshInExecution++;
        LastFreshPosition = engine.Positions;
        return true;
    }

    /// <summary>Adds what this worker saw to what all saw.</summary>
    internal void AddTo(CoverageSum sum) => sum.Add(states, rules);
}
