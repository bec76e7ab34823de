using Ringcheck.Cli.Failures;
using Ringcheck.Exploration;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Cli.Pictures;

/// <summary>Runs a failing execution once more, recorded, and makes a picture of it.</summary>
internal static class PictureStage
{
    /// <summary>
    /// The picture, or null if there is nothing to draw: a finding about an exploration as a whole, a system that cannot be recorded, or code that makes no
    /// scheduling point, which would not come back.
    /// </summary>
    public static FailurePicture? Of(IScenarioCatalog catalog, Finding finding)
        => finding.Replay is { } replay && Record(catalog, replay, finding.Violation) is { } trace ? FailurePicture.Of(finding, trace) : null;

    static ExecutionTrace? Record(IScenarioCatalog catalog, ReplayString replay, Violation violation)
    {
        if (violation is { Monitor: "progress", Rule: "hang" }) return null;
        using var scenario = ReplayStage.Build(catalog, replay);
        scenario.Reset(PlainRun.Instance); // agents are known from here on
        if (scenario.Engine.System is not ITraced traced) return null;
        var strategy = new Replay();
        strategy.Use(replay.Choices);
        traced.Record(on: true);
        var found = Execution.Run(scenario, strategy, audited: true);
        return found?.Key == violation.Key ? traced.Recorded() : null;
    }
}
