namespace Ringcheck.Exploration;

/// <summary>
/// What an oracle found. <see cref="Monitor"/> and <see cref="Rule"/> name the oracle and are what shrinking keeps; the message may
/// hold addresses and numbers of this execution.
/// </summary>
/// <param name="Monitor">Which monitor, in kebab case.</param>
/// <param name="Rule">Which of its rules, in kebab case.</param>
/// <param name="Clauses">Ids of the standard's clauses (data/clauses.json) that are broken; empty for robustness rules.</param>
/// <param name="Message">What happened, in the standard's words.</param>
/// <param name="Mend">One sentence: what would mend it.</param>
public sealed record Violation(string Monitor, string Rule, IReadOnlyList<string> Clauses, string Message, string Mend)
{
    public string Key => Monitor + "/" + Rule;

    /// <summary>Lines that explain the execution, where the system knows more than the oracle: for example which order of memory was missing.</summary>
    public IReadOnlyList<string> Explanation { get; init; } = [];
}

/// <summary>Unwinds driver code when an execution ends early. Driver code has no catch and no finally, so nothing gets in the way.</summary>
public sealed class ExecutionEnd : Exception
{
    public static readonly ExecutionEnd Instance = new();
}
