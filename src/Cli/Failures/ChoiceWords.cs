using Ringcheck.Exploration;

namespace Ringcheck.Cli.Failures;

/// <summary>Choices in words, with the names of a scenario's agents.</summary>
internal sealed class ChoiceWords
{
    readonly IReadOnlyList<string> names;

    /// <summary>The engine knows its agents once it has been reset, which this does.</summary>
    public ChoiceWords(IScenario scenario)
    {
        scenario.Reset(PlainRun.Instance);
        names = [.. scenario.Engine.Agents.Select(agent => agent.Name)];
    }

    /// <summary>For example "at step 37 of cpu0: blk runs instead".</summary>
    public string Describe(Deviation choice) => $"at step {choice.Step} of {Name(choice.Agent)}: " + choice.Kind switch
    {
        ChoiceKind.Schedule => $"{Name(choice.Pick)} runs instead",
        ChoiceKind.Device => $"the device takes its way {choice.Pick}, where 0 is the ordinary one",
        _ => $"fault {choice.Pick} happens, where 0 is none",
    };

    string Name(int agent) => agent < names.Count ? names[agent] : $"agent {agent} (which this scenario does not have)";
}
