using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Terminal;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Exploring;

/// <summary>One variant of a scenario: how many executions fail under uniform choice, and what searching all of them says.</summary>
/// <param name="Search">The exhaustive search: it stops at the first failure.</param>
/// <param name="Finding">That failure, made small; null if there is none.</param>
internal sealed record VariantOutcome(string Variant, FailureRate Rate, ExplorationResult Search, Finding? Finding);

/// <summary>The variants of one scenario, from the worst to the shipped one.</summary>
internal sealed record VariantTable(string Scenario, IReadOnlyList<VariantOutcome> Variants);

/// <summary>Compares the variants of a scenario: parts left out on purpose, so what fails in them is no finding about the product.</summary>
internal sealed class VariantComparison(CliContext context, ExplorationSettings settings)
{
    /// <summary>Executions after which a search for all of them is called bounded.</summary>
    public const long SearchLimit = 1_000_000;

    /// <summary>The tables of those planned scenarios that have variants, unless one profile was asked for.</summary>
    public IReadOnlyList<VariantTable> Of(IReadOnlyList<PlannedRun> plan)
    {
        if (settings.Profile is not null) return [];
        var names = plan.Select(run => run.Scenario).ToHashSet(StringComparer.Ordinal);
        return [.. context.Catalog.Scenarios.Where(scenario => scenario.Variants.Count > 0 && names.Contains(scenario.Name)).Select(Compare)];
    }

    VariantTable Compare(ScenarioInfo scenario)
    {
        var outcomes = new List<VariantOutcome>();
        foreach (string variant in scenario.Variants)
        {
            if (context.Cancellation.IsCancellationRequested) break;
            outcomes.Add(LiveProgress.During(context.Console, $"{scenario.Name}: {variant}", static () => new(null, ""), () => Measure(scenario.Name, variant)));
        }
        return new(scenario.Name, outcomes);
    }

    VariantOutcome Measure(string scenario, string variant)
    {
        IScenario Build() => ReplayStage.Create(context.Catalog, scenario, variant, settings.Memory);
        long executions = settings.Budget.Executions == long.MaxValue ? ExplorationBudget.Default : settings.Budget.Executions;
        var rate = FailureRate.Measure(Build, settings.Seed, executions, context.Cancellation);
        var search = new Explorer(Build, StrategyCatalog.Create(StrategyCatalog.States, settings.Seed, Build), new(SearchLimit)).Run(context.Cancellation);
        return new(variant, rate, search, search.Violation is null ? null : Shrink(scenario, variant, search));
    }

    Finding Shrink(string scenario, string variant, ExplorationResult search)
    {
        uint maxPoints;
        using (var probe = ReplayStage.Create(context.Catalog, scenario, variant, settings.Memory)) maxPoints = probe.Engine.MaxPoints;
        var failing = new ReplayString("", scenario, variant, settings.Memory, maxPoints, settings.Seed, search.Program, search.Trace);
        return new ShrinkStage(context.Catalog, context.ShrinkSeconds, context.Cancellation).Shrink(failing, search.Violation!);
    }
}
