namespace Ringcheck.Testing;

/// <summary>A failure as plain lines: the line that replays it first, then why, then how.</summary>
public static class FailureText
{
    /// <summary>All that there is to say of a finding, without the heading that names the violation.</summary>
    /// <param name="replayLine">How a replay line is to be used where it is read, for example with a command before it.</param>
    public static IEnumerable<string> Lines(Finding finding, Func<string, string>? replayLine = null)
    {
        var violation = finding.Violation;
        if (finding.Replay is { } replay) yield return "  " + (replayLine?.Invoke(replay.ToString()) ?? $"ringcheck replay {replay}");
        yield return $"  {violation.Message}";
        foreach (string clause in violation.Clauses) yield return $"  clause {ClauseWords.Describe(clause)}";
        yield return $"  mend   {violation.Mend}";
        foreach (string line in violation.Explanation) yield return $"  {line}";
        if (finding.Replay is not null)
        {
            foreach (string line in Sequence(finding)) yield return line;
        }
        if (finding.TraceFile is not null) yield return $"  trace file: {finding.TraceFile}";
        if (finding.Page is not null) yield return $"  page: {finding.Page}";
    }

    static IEnumerable<string> Sequence(Finding finding)
    {
        yield return finding.Operations.Count == 0 ? "  no operations are needed" : $"  {Numbers.Count(finding.Operations.Count, "operation")}:";
        for (int i = 0; i < finding.Operations.Count; i++) yield return $"  {i + 1,4}. {finding.Operations[i]}";
        yield return finding.Choices.Count == 0 ? "  no unusual choices: it fails in the plain run" : $"  {Numbers.Count(finding.Choices.Count, "choice")}, all else plain:";
        foreach (string choice in finding.Choices) yield return $"     - {choice}";
        if (ShrinkingNote(finding) is { } note) yield return $"  {note}";
    }

    /// <summary>How far a failure was shrunk, or null where nothing was to shrink.</summary>
    public static string? ShrinkingNote(Finding finding) => NoteOn(finding) is not { } note ? null
        : finding.IsOfReductionOnSc && finding.Shrinking is not Shrinking.NotReproduced ? $"{note}\n  this is another execution with the same end: what 'exhaustive' finds on sc cannot be replayed itself (docs/reduction.md)" : note;

    static string? NoteOn(Finding finding) => finding.Shrinking switch
    {
        Shrinking.Done => $"shrunk in {Numbers.Count(finding.ShrinkExecutions, "execution")}",
        Shrinking.DoneAndMinimal => $"shrunk in {Numbers.Count(finding.ShrinkExecutions, "execution")}; no shorter list of choices makes this program fail",
        Shrinking.CutShort => $"shrinking was cut short after {Numbers.Count(finding.ShrinkExecutions, "execution")}; 'ringcheck shrink' goes on from the trace file",
        Shrinking.NotReproduced when finding.IsOfReductionOnSc => "not shrunk: what 'exhaustive' finds on sc cannot be replayed yet (docs/reduction.md); without it, or with --memory tso, the same bug is found so that it can",
        Shrinking.NotReproduced => "not shrunk: it did not happen again under its own choices, so something here is not deterministic",
        Shrinking.NotTried => "not shrunk: driver code that does not come back cannot be run many times",
        _ => null,
    };
}
