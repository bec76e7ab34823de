using System.Numerics;

namespace Ringcheck.Tests.Coyote;

/// <summary>
/// The agents of one execution as operations of a controlled runtime. Who takes the next step is asked by naming the agents that can: exactly their operations
/// become runnable, the runtime lets one of them run, and that one is the answer. So each scheduling decision of an execution is one decision of the runtime among
/// operations that keep their identity, which is what its strategies work with. What the agent then does happens on the engine's own stack.
/// An operation that has become runnable stays so until it has run, whatever its condition says by then. So those that were not chosen run once more, to pause anew,
/// before the answer is given: otherwise they would be runnable at the next question, where their agents may not be.
/// </summary>
internal sealed class AgentOperations(IControlledRun run)
{
    const int Nobody = -1;

    readonly bool[] begun = new bool[64];
    ulong options, unsettled;
    int answer = Nobody, count, done, leaving = Nobody;

    /// <summary>Decisions that the runtime took.</summary>
    public long Decisions { get; private set; }

    /// <summary>One of the agents whose bits are set. Called by the root operation.</summary>
    /// <exception cref="UncontrolledException">The runtime let the root operation go on without an answer.</exception>
    public int Choose(ulong enabled)
    {
        for (ulong rest = enabled; rest != 0; rest &= rest - 1) Begin(BitOperations.TrailingZeroCount(rest));
        answer = Nobody;
        Volatile.Write(ref options, enabled);
        run.PauseUntil(() => Volatile.Read(ref answer) != Nobody && Volatile.Read(ref unsettled) == 0);
        Check(answer != Nobody && unsettled == 0 && (enabled >> answer & 1) != 0);
        Decisions++;
        return answer;
    }

    /// <summary>Ends all operations and waits for them, with one condition: waiting for one after the other would add decisions that mean nothing.</summary>
    public void Join()
    {
        Volatile.Write(ref leaving, 0);
        run.PauseUntil(() => Volatile.Read(ref done) == count);
        Check(done == count);
    }

    /// <summary>The operation of an agent begins when the agent can first be chosen.</summary>
    void Begin(int agent)
    {
        if (begun[agent]) return;
        begun[agent] = true;
        int place = count++;
        ulong bit = 1UL << agent;
        run.Begin(() => Volatile.Read(ref leaving) == place || ((Volatile.Read(ref options) | Volatile.Read(ref unsettled)) & bit) != 0, () => Step(agent, place));
    }

    /// <summary>The first of the options to run is the answer; the others only pause again. They leave in a fixed order: which leaves first is no decision.</summary>
    bool Step(int agent, int place)
    {
        ulong bit = 1UL << agent;
        if (leaving == place)
        {
            Volatile.Write(ref done, done + 1);
            Volatile.Write(ref leaving, place + 1);
            return false;
        }
        if ((unsettled & bit) != 0)
        {
            Volatile.Write(ref unsettled, unsettled & ~bit);
            return true;
        }
        Volatile.Write(ref unsettled, options & ~bit);
        Volatile.Write(ref options, 0);
        Volatile.Write(ref answer, agent);
        return true;
    }

    static void Check(bool isControlled)
    {
        if (!isControlled) throw new UncontrolledException("the runtime let an operation go on whose condition does not hold: nothing was controlled");
    }
}
