namespace Ringcheck.Tests.Coyote;

/// <summary>
/// A runtime that decides which of several operations runs next: Coyote's testing engine, or the stand-in that takes its place where
/// the library is not there. All that the adapter asks of one is in this file.
/// </summary>
internal interface IControlledRuntime
{
    /// <summary>As tables name it, with its version.</summary>
    string Name { get; }

    /// <summary>The strategies that <see cref="RuntimeSettings.Strategy"/> may name; "dfs" is one that tries every schedule.</summary>
    IReadOnlyList<string> Strategies { get; }

    /// <summary>Runs <paramref name="test"/> again and again, each time as the root operation of a fresh run, until the settings or a failure end it.</summary>
    RuntimeReport Run(RuntimeSettings settings, Action<IControlledRun> test);
}

/// <summary>One iteration. Its root operation is the caller; operations run one at a time, and only at a pause does another one run.</summary>
internal interface IControlledRun
{
    /// <summary>
    /// A new operation, which pauses until <paramref name="condition"/> holds and the runtime has chosen it, then does <paramref name="step"/>, and begins again
    /// until a step returns false. When this returns it has come to its first pause: nothing was decided for that.
    /// </summary>
    void Begin(Func<bool> condition, Func<bool> step);

    /// <summary>A scheduling point of the root operation: returns when the condition holds and the runtime has chosen it. Nothing happens if it holds already.</summary>
    void PauseUntil(Func<bool> condition);

    /// <summary>The runtime's own choice from 0 to <paramref name="bound"/> - 1.</summary>
    int Integer(int bound);

    /// <summary>Reports a bug, which ends the iteration, and the whole run unless it goes to completion. May throw.</summary>
    void Fail(string message);

    /// <summary>True for what the runtime throws into the root operation to take back its thread when an iteration ends early.</summary>
    bool IsEnd(Exception exception);
}

/// <summary>How to run.</summary>
/// <param name="Iterations">At most.</param>
/// <param name="MaxSteps">Scheduling decisions in one iteration, at most.</param>
internal sealed record RuntimeSettings(string Strategy, uint Iterations, uint Seed, uint MaxSteps = 1_000_000);

/// <summary>How it went, in the runtime's own words.</summary>
/// <param name="Bug">The first one that was reported, in the runtime's words; null if none was.</param>
/// <param name="InternalError">What went wrong in the runtime itself; null if nothing did.</param>
/// <param name="Exhausted">True if every schedule was tried.</param>
internal sealed record RuntimeReport(long Iterations, string? Bug, string? InternalError, bool Exhausted);

/// <summary>The runtime did not control what it was to control, so that its results say nothing.</summary>
internal sealed class UncontrolledException(string message, Exception? cause = null) : Exception(message, cause);
