using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>How a replay went.</summary>
/// <param name="Violation">What the execution found, or null.</param>
/// <param name="FirstMissing">The first recorded choice that no longer exists, or null.</param>
public sealed record ReplayOutcome(Violation? Violation, Deviation? FirstMissing, uint Points);

/// <summary>Runs one recorded execution.</summary>
public static class ReplayStage
{
    /// <summary>The scenario of a replay, with its program and bounds. Throws <see cref="BadInputException"/> if it cannot be had.</summary>
    public static IScenario Build(IScenarioCatalog catalog, ReplayString replay)
    {
        var scenario = Create(catalog, replay.Scenario, replay.Profile, replay.Memory);
        if (replay.Program is not null)
        {
            CheckOperations(scenario, replay);
            scenario.Program = replay.Program;
        }
        scenario.Engine.MaxPoints = replay.MaxPoints;
        return scenario;
    }

    /// <summary>An operation that the scenario does not know comes from elsewhere: driver code must not be blamed for it.</summary>
    static void CheckOperations(IScenario scenario, ReplayString replay)
    {
        for (int i = 0; i < replay.Program!.Count; i++)
        {
            if (Unknown(scenario, replay.Program[i]) is not { } reason) continue;
            scenario.Dispose();
            throw new BadInputException($"operation {i + 1} of this replay does not exist in scenario '{replay.Scenario}': {reason}");
        }
    }

    /// <summary>Why the scenario does not know an operation, or null if it does.</summary>
    public static string? Unknown(IScenario scenario, Operation operation)
    {
        try
        {
            scenario.Describe(operation);
            return null;
        }
        catch (Exception exception)
        {
            return exception.Message;
        }
    }

    /// <summary>A scenario as it comes. Throws <see cref="BadInputException"/> if the catalog refuses it.</summary>
    public static IScenario Create(IScenarioCatalog catalog, string scenario, string profile, string memory)
    {
        try
        {
            return catalog.Create(scenario, profile, memory);
        }
        catch (ArgumentException exception)
        {
            throw new BadInputException(exception.Message);
        }
    }

    /// <summary>One execution under the recorded choices, plain otherwise; an explorer runs it, so code that hangs is found out here too.</summary>
    public static ReplayOutcome Run(IScenarioCatalog catalog, ReplayString replay)
    {
        Build(catalog, replay).Dispose(); // what cannot be built is the user's error, and is told before anything runs
        Replay? strategy = null;
        var explorer = new Explorer(() => Build(catalog, replay), () => MakeStrategy(replay, ref strategy), new ExplorationBudget(1));
        var result = explorer.Run();
        return new(Explained(catalog, replay, result), strategy!.FirstUnused, (uint)result.Points);
    }

    static Violation? Explained(IScenarioCatalog catalog, ReplayString replay, ExplorationResult result)
    {
        if (result.Violation is not { } violation || violation is { Monitor: "progress", Rule: "hang" }) return result.Violation;
        using var scenario = Build(catalog, replay);
        return Execution.Explained(scenario, replay.Choices, violation);
    }

    static Replay MakeStrategy(ReplayString replay, ref Replay? latest)
    {
        latest = new Replay();
        latest.Use(replay.Choices);
        return latest;
    }
}
