using System.Globalization;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;
using Xunit.Sdk;

namespace Ringcheck.Testing.Xunit;

/// <summary>
/// What <see cref="ExploreAttribute"/> gives to a test: a scenario with a budget and a seed, to be explored by one call. A violation fails the test with the line that
/// replays it, the shrunk operations and choices in words, clauses, mend and files; so does a vacuous exploration. What a pass may claim ("bounded" or
/// "exhausted") is in the test's output.
/// </summary>
public sealed class ExploredScenario : IXunitSerializable
{
    IScenarioCatalog? catalog;

    /// <summary>For xunit, which makes an empty one and then deserializes into it.</summary>
    [Obsolete("Use the constructor with a plan.")]
    public ExploredScenario()
    {
        Plan = new() { Scenario = "" };
    }

    /// <summary>An exploration as plain data.</summary>
    /// <param name="plan">How far to explore what.</param>
    /// <param name="catalog">Where the scenario comes from; the shipped scenarios if null.</param>
    public ExploredScenario(ExplorationPlan plan, IScenarioCatalog? catalog = null)
    {
        Plan = plan;
        this.catalog = catalog;
    }

    /// <summary>As the test has it; <see cref="Variables"/> are applied when it is explored.</summary>
    public ExplorationPlan Plan { get; private set; }

    /// <summary>Where <see cref="BudgetVariables"/> are read. Tests about tests read none, so that a nightly run does not change what they are about.</summary>
    public Func<string, string?> Variables { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>The same exploration of a scenario of one's own.</summary>
    /// <param name="make">Builds it; called more than once.</param>
    /// <param name="name">What replay lines call it.</param>
    public ExploredScenario Of(Func<IScenario> make, string name = "own")
        => new(Plan with { Scenario = name, Profile = SingleScenario.Profile }, new SingleScenario(name, make)) { Variables = Variables };

    /// <summary>The same exploration with the scenarios of another catalog: one's own, or those of a museum exhibit.</summary>
    public ExploredScenario On(IScenarioCatalog scenarios) => new(Plan, scenarios) { Variables = Variables };

    /// <summary>Explores, and leaves the judgement to the caller.</summary>
    /// <exception cref="BadInputException">Scenario, profile, memory, strategy or an environment variable is wrong.</exception>
    public ExplorationOutcome Run()
    {
        if (Plan.Scenario.Length == 0) throw new BadInputException("no scenario to explore: name one in [Explore(...)], or give one with Of(...)");
        var plan = BudgetVariables.Apply(Plan, Variables);
        var outcome = new ScenarioExploration(Catalog, plan).Run(TestContext.Current.CancellationToken);
        return outcome with { Findings = [.. outcome.Findings.Select(Keep)] };
    }

    /// <summary>Fails the test if anything is found, or if the exploration was vacuous.</summary>
    public ExplorationOutcome Passes()
    {
        var outcome = Run();
        if (!outcome.IsClean) throw new ExplorationFailedException(outcome.Report(ReplayLine));
        TestContext.Current.TestOutputHelper?.WriteLine(outcome.Verdict);
        return outcome;
    }

    /// <summary>As <see cref="Passes"/>, and fails the test if anything was left out: bounded is not enough.</summary>
    public ExplorationOutcome Exhausts()
    {
        var outcome = Passes();
        return outcome.Result.Exhausted ? outcome
            : throw new ExplorationFailedException($"{outcome.Verdict}\n  the search did not end by itself; use strategy 'exhaustive' or 'deepening', and more executions");
    }

    /// <summary>Fails the test unless this is found: for those who write oracles, scenarios and exhibits.</summary>
    /// <param name="key">Monitor and rule, as <c>monitor/rule</c>.</param>
    /// <returns>The failure, made small.</returns>
    public Finding Fails(string key)
    {
        var outcome = Run();
        return outcome.Findings.FirstOrDefault(finding => finding.Violation.Key == key)
            ?? throw new ExplorationFailedException($"{key} was expected, and not found\n{outcome.Report(ReplayLine)}");
    }

    /// <summary>Replays a line that a failure printed: fails the test with it as long as it fails, and if its choices no longer fit.</summary>
    public void Replays(string line)
    {
        if (!ReplayString.TryParse(line, out var replay, out string error)) throw new BadInputException(error);
        new PinnedFailure(new("this line", CorpusEntry.Of(replay!, "a violation", DateOnly.MinValue, "")), Catalog).StaysGone();
    }

    IScenarioCatalog Catalog => catalog ??= new ScenarioCatalog();

    bool IsShipped => Catalog is ScenarioCatalog;

    /// <summary>The command replays what is shipped; what a test brought along, the test has to replay.</summary>
    string ReplayLine(string line) => IsShipped ? $"ringcheck replay {line}" : $"in this test, in the place of Passes(): .Replays(\"{line}\")";

    Finding Keep(Finding finding)
    {
        string folder = Environment.CurrentDirectory;
        var kept = FailureFiles.Keep(folder, Catalog, finding, static line => TestContext.Current.TestOutputHelper?.WriteLine(line));
        return kept with { TraceFile = Whole(kept.TraceFile), Page = Whole(kept.Page) };

        string? Whole(string? path) => path is null ? null : Path.Combine(folder, path);
    }

    public override string ToString() => Plan.ToString();

    void IXunitSerializable.Serialize(IXunitSerializationInfo info)
    {
        if (catalog is not null) throw new NotSupportedException("only a scenario of the shipped catalog can be stored");
        info.AddValue("plan", string.Create(CultureInfo.InvariantCulture,
            $"{Plan.Scenario}\t{Plan.Profile}\t{Plan.Memory}\t{Plan.Strategy}\t{Plan.Executions}\t{Plan.Seconds:R}\t{Plan.Seed}\t{Plan.Jobs}\t{Plan.ShrinkSeconds:R}"));
    }

    void IXunitSerializable.Deserialize(IXunitSerializationInfo info)
    {
        var parts = info.GetValue<string>("plan")!.Split('\t');
        Plan = new()
        {
            Scenario = parts[0],
            Profile = parts[1],
            Memory = parts[2],
            Strategy = parts[3],
            Executions = long.Parse(parts[4], CultureInfo.InvariantCulture),
            Seconds = double.Parse(parts[5], CultureInfo.InvariantCulture),
            Seed = ulong.Parse(parts[6], CultureInfo.InvariantCulture),
            Jobs = int.Parse(parts[7], CultureInfo.InvariantCulture),
            ShrinkSeconds = double.Parse(parts[8], CultureInfo.InvariantCulture),
        };
    }
}
