using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>Puts a failure into words.</summary>
public static class FindingWords
{
    /// <summary>Operations and choices in words, and the line that replays them.</summary>
    /// <param name="scenario">A scenario of the kind that failed; it is reset.</param>
    /// <param name="replay">What replays the failure.</param>
    public static Finding Of(IScenario scenario, ReplayString replay, Violation violation, Shrinking shrinking)
    {
        var own = scenario.Program;
        var words = new ChoiceWords(scenario);
        return new(violation, replay with { Program = Recorded(own, replay.Program) }, [.. (replay.Program ?? own).Select(scenario.Describe)],
            [.. replay.Choices.Select(words.Describe)], shrinking);
    }

    /// <summary>A scenario's own program goes without saying, which keeps the line short.</summary>
    static IReadOnlyList<Operation>? Recorded(IReadOnlyList<Operation> own, IReadOnlyList<Operation>? program)
        => program is null || program.SequenceEqual(own) ? null : program;
}
