using Ringcheck.Models.Rules;

namespace Ringcheck.Models.Checking;

/// <summary>
/// An executable model: plain-data states, actions, what must always hold, what must sometimes happen, and what must come in the end.
/// A model is a struct, so that the checker compiles to direct code for it; it is immutable and shared by the checker's workers.
/// </summary>
/// <typeparam name="TState">Packed state. Its size is a multiple of 8 bytes and each byte counts: two states are one exactly
/// when their bytes are the same, so it has no padding. 16 bytes or less are checked fastest.</typeparam>
public interface IModel<TState>
    where TState : unmanaged
{
    /// <summary>The name that reports and the command line use.</summary>
    string Name { get; }

    /// <summary>The size parameter, in the unit that the model's catalogue entry states.</summary>
    int Size { get; }

    /// <summary>What holds in each reachable state (<c>Always</c>), at most 64.</summary>
    IReadOnlyList<ModelProperty> Invariants { get; }

    /// <summary>What at least one reachable state shows (<c>Sometimes</c>), at most 64. A witness never reached fails the check:
    /// a model that cannot do what it is about proves nothing.</summary>
    IReadOnlyList<ModelProperty> Witnesses { get; }

    /// <summary>Progress: each fair execution from a state that is <see cref="IsPending"/> comes to one that is <see cref="IsReached"/>.</summary>
    IReadOnlyList<ModelProperty> Progress { get; }

    /// <summary>The classes of actions that are weakly fair, at most 16: an execution in which a class is enabled for ever takes it for ever.</summary>
    IReadOnlyList<string> FairClasses { get; }

    /// <summary>Emits each initial state.</summary>
    void Initial<TSink>(ref TSink sink)
        where TSink : struct, ISink<TState>;

    /// <summary>Emits each successor, in an order that depends on the state alone (traces are replayed by position in it).</summary>
    void Next<TSink>(in TState state, ref TSink sink)
        where TSink : struct, ISink<TState>;

    /// <summary>The invariants broken in a state, as a mask; 0 where all hold.</summary>
    ulong Broken(in TState state);

    /// <summary>The witnesses that a state shows, as a mask.</summary>
    ulong Witnessed(in TState state);

    /// <summary>Whether a state may be without successor.</summary>
    bool IsFinal(in TState state);

    bool IsPending(int property, in TState state);

    bool IsReached(int property, in TState state);

    /// <summary>The index in <see cref="FairClasses"/> that an action belongs to, or −1.</summary>
    int FairClass(int action);

    /// <summary>One step in the standard's words, for traces.</summary>
    string ActionText(int action, in TState from, in TState to);
}

/// <summary>What a model emits its states into.</summary>
public interface ISink<TState>
    where TState : unmanaged
{
    /// <summary>A successor by an action.</summary>
    void Add(int action, in TState next);

    /// <summary>A step that breaks a rule. The successor is shown at the end of the trace and is not explored further.</summary>
    void Break(int action, in TState next, RuleViolation rule);
}

/// <summary>A named property of a model.</summary>
/// <param name="Name">Short name, in reports.</param>
/// <param name="Message">One sentence: what is wrong where it does not hold.</param>
/// <param name="Clauses">Ids of <c>data/clauses.json</c>; empty where the standard has no normative sentence.</param>
public sealed record ModelProperty(string Name, string Message, params string[] Clauses);
