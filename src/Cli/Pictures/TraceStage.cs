using Ringcheck.Cli.Failures;
using Ringcheck.Exploration;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Cli.Pictures;

/// <summary>Runs a failing execution once more, recorded.</summary>
internal static class TraceStage
{
    /// <summary>
    /// The execution as it went, or null if there is nothing to see: a system that cannot be recorded, or code that makes no scheduling point, which would not come back.
    /// </summary>
    /// <param name="replay">With its program.</param>
    /// <param name="violation">What it is known to end in; null if it ends well.</param>
    public static ExecutionTrace? Record(IScenarioCatalog catalog, ReplayString replay, Violation? violation)
    {
        if (violation is { Monitor: "progress", Rule: "hang" }) return null;
        using var scenario = ReplayStage.Build(catalog, replay);
        scenario.Reset(PlainRun.Instance); // agents are known from here on
        if (scenario.Engine.System is not ITraced traced) return null;
        var strategy = new Replay();
        strategy.Use(replay.Choices);
        traced.Record(on: true);
        var found = Execution.Run(scenario, strategy, audited: true);
        return found?.Key == violation?.Key ? traced.Recorded() : null;
    }
}
