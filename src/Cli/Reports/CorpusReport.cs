namespace Ringcheck.Cli.Reports;

/// <summary><c>corpus run --json</c>.</summary>
/// <param name="Entries">In order of file name; fewer than <paramref name="Pinned"/> if stopped.</param>
internal sealed record CorpusReport(string Folder, int Pinned, bool Stopped, IReadOnlyList<CorpusEntryReport> Entries)
{
    public static CorpusReport Of(string folder, int pinned, IReadOnlyList<CorpusResult> results)
        => new(folder, pinned, results.Count < pinned, [.. results.Select(CorpusEntryReport.Of)]);
}

/// <summary>One pinned failure.</summary>
/// <param name="Violation">What was pinned, as monitor/rule.</param>
/// <param name="Verdict">gone, back or stale; only gone is a pass.</param>
/// <param name="Misfit">What no longer fits the program; null if all does.</param>
/// <param name="Found">The failure, if it is back: under the recorded choices, or near them if there is a misfit.</param>
internal sealed record CorpusEntryReport(string File, string Scenario, string Violation, string Verdict, string? Misfit, long Executions, ViolationReport? Found)
{
    public static CorpusEntryReport Of(CorpusResult result) => new(result.Item.File, result.Item.Entry.Scenario, result.Item.Entry.Violation,
        result.Verdict.ToString().ToLowerInvariant(), result.Misfit.Length == 0 ? null : result.Misfit, result.Executions,
        result.Finding is null ? null : ViolationReport.Of(result.Finding));
}

/// <summary><c>corpus add --json</c>.</summary>
internal sealed record CorpusAddReport(string File, string Replay, string Violation, string Scenario, string Pinned, string Why);
