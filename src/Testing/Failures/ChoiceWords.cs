using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>Choices in words, with the names of a scenario's agents.</summary>
public sealed class ChoiceWords
{
    readonly IReadOnlyList<Agent> agents;

    /// <summary>The engine knows its agents once it has been reset, which this does.</summary>
    public ChoiceWords(IScenario scenario)
    {
        scenario.Reset(PlainRun.Instance);
        agents = [.. scenario.Engine.Agents];
    }

    /// <summary>For example "at step 37 of cpu0: blk runs instead".</summary>
    public string Describe(Deviation choice) => $"at step {choice.Step} of {Name(choice.Agent)}: " + choice.Kind switch
    {
        ChoiceKind.Schedule => $"{Takes(choice.Pick)} instead",
        ChoiceKind.Device when IsCpu(choice.Agent) => $"the hardware takes its way {choice.Pick}, where 0 is that everything takes effect at once",
        ChoiceKind.Device => $"the device takes its way {choice.Pick}, where 0 is the ordinary one",
        ChoiceKind.Source => $"the load returns an older value ({Numbers.Count(choice.Pick, "newer store")} not seen)",
        ChoiceKind.Coherence => $"the store is overtaken: {Numbers.Count(choice.Pick, "earlier store")} of others to the same place come after it",
        ChoiceKind.Posted => "the register write is posted and arrives later",
        _ => $"fault {choice.Pick} happens, where 0 is none",
    };

    /// <summary>Interrupts and timers are agents too, but nobody calls that running.</summary>
    string Takes(int agent)
    {
        foreach (var cpu in agents.OfType<CpuAgent>())
        {
            if (agent == cpu.Interrupt.Id) return $"{cpu.Name} takes its interrupt";
            if (agent == cpu.Timer.Id) return $"time passes and the timer of {cpu.Name} fires";
        }
        return $"{Name(agent)} runs";
    }

    bool IsCpu(int agent) => agent < agents.Count && agents[agent] is CpuAgent or InterruptAgent;

    string Name(int agent) => agent < agents.Count ? agents[agent].Name : $"agent {agent} (which this scenario does not have)";
}
