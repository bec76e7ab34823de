using System.Reflection;
using Ringcheck.Exploration;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Ringcheck.Testing.Xunit;

/// <summary>
/// Gives a theory an <see cref="ExploredScenario"/>: <c>[Theory, Explore("blk-read", Memory = "arm", Seed = 1)]</c> on
/// <c>void Reads(ExploredScenario scenario) => scenario.Passes();</c>. Several of them are several tests. Without a name, the test brings its own scenario
/// with <see cref="ExploredScenario.Of"/>.
/// </summary>
/// <param name="scenario">As <c>ringcheck list</c> has it, or "".</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ExploreAttribute(string scenario = "") : DataAttribute
{
    public string Scenario { get; } = scenario;

    /// <summary>How the device uses its freedom; the first profile of the scenario if not set.</summary>
    public string Profile { get; set; } = "";

    public string Memory { get; set; } = ExplorationPlan.DefaultMemory;

    public string Strategy { get; set; } = ExplorationPlan.DefaultStrategy;

    /// <summary>Executions of one exploration. <c>RINGCHECK_EXECUTIONS</c> may raise it.</summary>
    public long Executions { get; set; } = ExplorationBudget.Default;

    /// <summary>Replaced by <c>RINGCHECK_SEED</c>.</summary>
    public ulong Seed { get; set; }

    /// <summary>Worker threads of one exploration; the result does not depend on it.</summary>
    public int Jobs { get; set; } = 1;

    /// <summary>Wall-clock seconds that making a failure small may take.</summary>
    public double ShrinkSeconds { get; set; } = 20;

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var plan = new ExplorationPlan
        {
            Scenario = Scenario,
            Profile = Profile,
            Memory = Memory,
            Strategy = Strategy,
            Executions = Executions,
            Seed = Seed,
            Jobs = Jobs,
            ShrinkSeconds = ShrinkSeconds,
        };
        return new([new TheoryDataRow<ExploredScenario>(new(plan))]);
    }

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;
}
