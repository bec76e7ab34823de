using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>
/// Shrinks a failure within limits: of wall-clock time, because how long it takes is not known before, and of silence, because a candidate
/// program may make driver code loop without end where the original did not.
/// </summary>
public sealed class ShrinkStage(IScenarioCatalog catalog, double limitSeconds, CancellationToken cancellation)
{
    const double HangSeconds = 20;

    /// <summary>Searches for an execution in the place of one that cannot be replayed.</summary>
    const ulong SeedsTried = 32;

    /// <summary>Deep enough that recursion without end is caught before the stack is used up.</summary>
    const int StackBytes = 16 << 20;

    /// <summary>The failure of <paramref name="failing"/>, whose violation was <paramref name="violation"/>, as small as it gets.</summary>
    public Finding Shrink(ReplayString failing, Violation violation)
    {
        if (violation is { Monitor: "progress", Rule: "hang" }) return Report(failing, failing, violation, Shrinking.NotTried, 0);
        var scenario = ReplayStage.Build(catalog, failing);
        var program = scenario.Program;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(limitSeconds));
        var shrinker = new FailureShrinker(scenario, violation.Key, limit.Token);
        if (!TryWatched(scenario.Engine, () => shrinker.Shrink(program, failing.Choices), out var small))
            return Report(failing, failing, violation, Shrinking.NotTried, 0); // its thread still holds the scenario
        scenario.Dispose();
        if (small is null) return Report(failing, failing, violation, Shrinking.NotReproduced, 1);
        var how = limit.IsCancellationRequested ? Shrinking.CutShort : small.ChoicesAreMinimal ? Shrinking.DoneAndMinimal : Shrinking.Done;
        return Report(failing, failing with { Program = small.Program, Choices = small.Trace }, small.Violation, how, small.Executions);
    }

    /// <summary>
    /// The same for what a strategy has found. What the reduction finds on <c>sc</c> only the reduction can run: another execution that ends in the same way is looked for, and taken instead.
    /// </summary>
    public Finding Shrink(ReplayString failing, Violation violation, string strategy)
    {
        var finding = Shrink(failing, violation);
        if (finding.Shrinking != Shrinking.NotReproduced || strategy != StrategyCatalog.Reduced || failing.Memory != "sc") return finding;
        IScenario Build() => catalog.Create(failing.Scenario, failing.Profile, failing.Memory);
        var watch = Stopwatch.StartNew();
        for (ulong seed = 0; seed < SeedsTried && watch.Elapsed.TotalSeconds < limitSeconds; seed++)
        {
            // A search ends at the first violation, which may be another one.
            var again = new Explorer(Build, StrategyCatalog.Create(StrategyCatalog.Default, failing.Seed + seed, Build), new(ExplorationBudget.Default, limitSeconds)).Run(cancellation);
            if (again.Violation is null) break;
            if (again.Violation.Key != violation.Key) continue;
            finding = Shrink(failing with { Program = again.Program, Choices = again.Trace, Seed = failing.Seed + seed }, again.Violation);
            break;
        }
        return finding with { Original = failing, IsOfReductionOnSc = true };
    }

    /// <summary>The failure in words, as it is.</summary>
    Finding Report(ReplayString original, ReplayString replay, Violation violation, Shrinking shrinking, long executions)
    {
        using var scenario = catalog.Create(replay.Scenario, replay.Profile, replay.Memory);
        return FindingWords.Of(scenario, replay, violation, shrinking) with { Original = original, ShrinkExecutions = executions };
    }

    /// <summary>False if driver code made no scheduling point for <see cref="HangSeconds"/>: its thread is left behind.</summary>
    static bool TryWatched<T>(Engine engine, Func<T> work, out T? result)
    {
        T? value = default;
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                value = work();
            }
            catch (Exception exception)
            {
                thrown = exception;
            }
        }, StackBytes)
        { IsBackground = true, Name = "shrinker" };
        thread.Start();
        uint lastPoints = 0;
        var silence = Stopwatch.StartNew();
        while (!thread.Join(50))
        {
            uint points = engine.Points;
            if (points != lastPoints) silence.Restart();
            lastPoints = points;
            if (silence.Elapsed.TotalSeconds < HangSeconds) continue;
            result = default;
            return false;
        }
        if (thrown is not null) ExceptionDispatchInfo.Throw(thrown);
        result = value;
        return true;
    }
}
