using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>What became of a pinned failure.</summary>
public enum CorpusVerdict
{
    /// <summary>The replay ran to its end with all its choices applied, and nothing objected. Only this is a pass.</summary>
    Gone,

    /// <summary>It fails: under the recorded choices, or under others near them.</summary>
    Back,

    /// <summary>What was recorded no longer fits the program, and the search around it found nothing: nothing is known.</summary>
    Stale,
}

/// <summary>One entry, replayed.</summary>
/// <param name="Executions">Executions run, the search around stale choices included.</param>
public sealed record CorpusResult(CorpusItem Item, CorpusVerdict Verdict, long Executions)
{
    /// <summary>What no longer fits, in words; empty if all does.</summary>
    public string Misfit { get; init; } = "";

    /// <summary>The failure, if it is back. Its replay line can be pinned in the place of the old one.</summary>
    public Finding? Finding { get; init; }

    /// <summary>True if the recorded choices no longer fit and the failure was found again near them.</summary>
    public bool FoundAgain => Verdict == CorpusVerdict.Back && Misfit.Length > 0;

    /// <summary>One line.</summary>
    public string Words
    {
        get
        {
            string executions = Numbers.Count(Executions, "execution");
            return Verdict switch
            {
                CorpusVerdict.Gone => $"gone: {Item.Entry.Violation} does not happen, with every recorded choice taken",
                CorpusVerdict.Stale => $"STALE: {Misfit}; {Item.Entry.Violation} was not found near it in {executions}, which says nothing: pin it anew or take it out",
                _ when FoundAgain => $"BACK: {Misfit}, but {Finding!.Violation.Key} was found near it in {executions}",
                _ when Finding!.Violation.Key == Item.Entry.Violation => $"BACK: {Item.Entry.Violation}",
                _ => $"BACK, otherwise: {Finding!.Violation.Key}, where {Item.Entry.Violation} was pinned",
            };
        }
    }

    /// <summary>The line above, and all there is to say of the failure if it is back.</summary>
    public string Report(Func<string, string>? replayLine = null)
        => string.Join('\n', (Finding is null ? [] : FailureText.Lines(Finding, replayLine)).Prepend($"{Item.File}: {Words}"));
}
