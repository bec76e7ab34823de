namespace Ringcheck.Exploration;

/// <summary>
/// Code that loops or recurses without touching the seam cannot be stopped by counting scheduling points. Sources compiled for
/// exhibits call <see cref="Tick"/> at each loop back edge and method entry (a syntax rewriter puts it there), so that this too is a violation
/// with a replay line, and never a hang or a crash of the tool.
/// </summary>
public static class LoopGuard
{
    const int Limit = 1_000_000;

    [ThreadStatic]
    static Engine? engine;

    [ThreadStatic]
    static int ticks;

    [ThreadStatic]
    static uint pointsSeen;

    internal static void Watch(Engine watched)
    {
        engine = watched;
        ticks = 0;
        pointsSeen = 0;
    }

    public static void Tick()
    {
        if (++ticks < Limit)
        {
            if ((ticks & 0xFF) == 0) System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
            return;
        }
        if (engine is null) return;
        ticks = 0;
        if (engine.Points != pointsSeen)
        {
            pointsSeen = engine.Points;
            return;
        }
        engine.Fail(new("progress", "endless-loop", [], $"{Limit:N0} loop iterations passed without any access to the machine",
            "Bound the loop, and compare indices modulo 65,536."));
    }
}
