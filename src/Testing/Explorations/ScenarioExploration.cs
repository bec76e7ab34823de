using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>Carries out an <see cref="ExplorationPlan"/>: explores, judges vacuity, shrinks what failed and puts it into words.</summary>
public sealed class ScenarioExploration(IScenarioCatalog catalog, ExplorationPlan asked)
{
    /// <summary>The plan, with the profile that is meant.</summary>
    public ExplorationPlan Plan { get; } = asked.Profile.Length > 0 ? asked : asked with { Profile = FirstProfile(catalog, asked.Scenario) };

    static string FirstProfile(IScenarioCatalog catalog, string scenario)
        => catalog.Scenarios.FirstOrDefault(known => known.Name == scenario)?.Profiles[0]
            ?? throw new BadInputException($"there is no scenario '{scenario}'; there are {string.Join(", ", catalog.Scenarios.Select(known => known.Name))}");

    /// <summary>Explores until something is found or the budget is used up.</summary>
    /// <exception cref="BadInputException">There is no such scenario, profile, memory or strategy.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before anything was found.</exception>
    public ExplorationOutcome Run(CancellationToken cancellation = default)
    {
        uint maxPoints;
        using (var probe = Build()) maxPoints = probe.Engine.MaxPoints;
        var result = new Explorer(Build, Strategies(), new(Plan.Executions, Plan.Seconds, Plan.Jobs)).Run(cancellation);
        if (result.Violation is null)
        {
            cancellation.ThrowIfCancellationRequested();
            return new(Plan, result, [.. Vacuity.Judge(result).Select(Finding.OfExploration)]);
        }
        var failing = new ReplayString("", Plan.Scenario, Plan.Profile, Plan.Memory, maxPoints, Plan.Seed, result.Program, result.Trace);
        return new(Plan, result, [new ShrinkStage(catalog, Plan.ShrinkSeconds, cancellation).Shrink(failing, result.Violation, result.Strategy)]);
    }

    IScenario Build() => ReplayStage.Create(catalog, Plan.Scenario, Plan.Profile, Plan.Memory);

    Func<Strategy> Strategies()
    {
        try
        {
            return StrategyCatalog.Create(Plan.Strategy, Plan.Seed, Build);
        }
        catch (ArgumentException exception)
        {
            throw new BadInputException(exception.Message);
        }
    }
}
