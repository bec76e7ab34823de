namespace Ringcheck.Exploration;

/// <content>
/// The reduction's own oracle: random executions, followed event by event like reduced ones and told apart by the same classes. Each must be of a class that the
/// exhaustive search has run.
/// </content>
public sealed partial class Reducer
{
    RandomBits random;
    bool wanders;

    /// <summary>Begins an execution in which everything is chosen at random. Nothing is planned by it.</summary>
    internal void BeginWandering(ulong seed, long execution)
    {
        random = RandomBits.For(seed, execution);
        graph.Clear();
        Prepare();
        wanders = true;
    }

    /// <summary>The class of an execution that has ended, and how it ended.</summary>
    internal (Fingerprint Class, Verdict Verdict) Ended => (graph.Canonical(), verdict);

    /// <summary>An iteration that fails is taken back as one: nothing comes between its events.</summary>
    int? InIteration(ulong options)
    {
        foreach (var cpu in cpus)
        {
            if (polls[LoopOf(cpu)] is { IsActive: true, From: not None } && (options & cpu.Active.Bit) != 0) return cpu.Active.Id;
        }
        return null;
    }

    /// <summary>What is on its way and must arrive before a register is read, in an iteration of a polling loop too: it arrives before that begins.</summary>
    int? Urgent(ulong options)
    {
        foreach (var agent in engine.Agents)
        {
            if (agent.IsUrgent && (options & agent.Bit) != 0) return agent.Id;
        }
        return null;
    }

    internal List<string> Describe() => graph.Describe();

    int Stroll(ulong options)
    {
        foreach (var cpu in cpus)
        {
            if (IsHeld(cpu)) options &= ~(cpu.Bit | cpu.Interrupt.Bit);
        }
        if (options == 0)
        {
            Stop(Verdict.Blocked);
            return 0;
        }
        int agent = InIteration(options) ?? random.OneOf(options);
        if (CpuOf(threadOf[agent]) is { } next && (next.NextAccess is { IsRegister: true, IsWrite: false } || PollOf(threadOf[agent]).IsActive)) agent = Urgent(options) ?? agent;
        if (CpuOf(threadOf[agent]) is not { } chosen || agent == chosen.Timer.Id || chosen.IsInHandler) return agent;
        bool handler = (options & chosen.Interrupt.Bit) != 0;
        if (IsBeforeDelivery(chosen, options) && Deliver(chosen, handler)) return chosen.Interrupt.Id;
        return (options & chosen.Bit) != 0 ? chosen.Id : Stroll(options & ~chosen.Interrupt.Bit);
    }
}
