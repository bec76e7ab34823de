using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>One scenario, how far to explore it, and how: plain data, so that it can name a test and be stored with it.</summary>
public sealed record ExplorationPlan
{
    public const string DefaultMemory = "sc", DefaultStrategy = StrategyCatalog.Default;

    /// <summary>As the catalog has it.</summary>
    public required string Scenario { get; init; }

    /// <summary>How the device uses its freedom; "" for the first profile that the scenario has.</summary>
    public string Profile { get; init; } = "";

    public string Memory { get; init; } = DefaultMemory;

    /// <summary>One of <see cref="StrategyCatalog.Names"/>.</summary>
    public string Strategy { get; init; } = DefaultStrategy;

    public long Executions { get; init; } = ExplorationBudget.Default;

    /// <summary>Wall-clock time after which it ends, whatever it has done by then; infinite: only executions count.</summary>
    public double Seconds { get; init; } = double.PositiveInfinity;

    public ulong Seed { get; init; }

    /// <summary>Worker threads. The result does not depend on it, and other tests run meanwhile: one, unless a search is long.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Wall-clock seconds that making a failure small may take.</summary>
    public double ShrinkSeconds { get; init; } = 20;

    /// <summary>For example "blk-read (strict), memory arm, random, 2,000 executions, seed 1".</summary>
    public override string ToString()
    {
        string profile = Profile.Length == 0 ? "" : $" ({Profile})";
        string limits = string.Join(" or ", new[]
        {
            Executions == long.MaxValue ? "" : Numbers.Count(Executions, "execution"),
            double.IsInfinity(Seconds) ? "" : Numbers.Seconds(Seconds),
        }.Where(static text => text.Length > 0));
        string scenario = Scenario.Length == 0 ? "a scenario of its own" : Scenario + profile;
        return $"{scenario}, memory {Memory}, {Strategy}, {limits}, seed {Seed}";
    }
}
