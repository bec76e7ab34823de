using Ringcheck.Exploration;
using Ringcheck.Museum;
using Ringcheck.Scenarios;
using Ringcheck.Testing;
using Ringcheck.Testing.Xunit;
using Ringcheck.Tests.Concurrency.Cli;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Explore;

/// <summary>Each thing that can become of a pinned failure: gone, back, back near where it was, stale.</summary>
public sealed class CorpusTests
{
    static readonly Operation[] IncrementOnly = [new(1, 1)];

    /// <summary>At step 2 of cpu0, which is between its two accesses, the device increments too.</summary>
    static readonly Deviation Race = new(ChoiceKind.Schedule, 0, 2, 1);

    static CorpusResult Run(IScenarioCatalog catalog, IReadOnlyList<Deviation> choices, IReadOnlyList<Operation>? program = null, string scenario = ToyCatalog.Race,
        string violation = "toy-monitor/lost-update")
    {
        var line = new ReplayString("", scenario, "strict", "sc", 20_000, 0, program ?? IncrementOnly, choices);
        return new PinnedFailure(new("entry.json", CorpusEntry.Of(line, violation, new(2026, 1, 2), "")), catalog).Run();
    }

    static readonly ToyCatalog Broken = new(), Mended = new() { IsMended = true };

    [Theory, Corpus("Corpus")]
    public void Pinned_failures_stay_gone(PinnedFailure failure) => failure.StaysGone();

    [Fact]
    public void Gone_is_a_replay_with_every_choice_taken()
    {
        var result = Run(Mended, [Race]);
        Assert.Equal(CorpusVerdict.Gone, result.Verdict);
        Assert.Equal(1, result.Executions);
        new PinnedFailure(result.Item, Mended).StaysGone();
    }

    [Fact]
    public void Back_is_the_same_failure_again()
    {
        var result = Run(Broken, [Race]);
        Assert.Equal(CorpusVerdict.Back, result.Verdict);
        Assert.False(result.FoundAgain);
        Assert.Contains("BACK: toy-monitor/lost-update", result.Words);
        Assert.Contains("an increment was lost", Assert.Throws<ExplorationFailedException>(() => new PinnedFailure(result.Item, Broken).StaysGone()).Message);
    }

    [Fact]
    public void Another_failure_than_the_pinned_one_is_no_pass_either()
    {
        var result = Run(Broken, [Race], violation: "toy-monitor/other");
        Assert.Equal(CorpusVerdict.Back, result.Verdict);
        Assert.Contains("where toy-monitor/other was pinned", result.Words);
    }

    [Fact]
    public void A_choice_that_no_longer_exists_is_searched_around_and_what_is_found_replays()
    {
        var result = Run(Broken, [Race with { Step = 9 }]);
        Assert.Equal(CorpusVerdict.Back, result.Verdict);
        Assert.True(result.FoundAgain);
        Assert.Contains("S0@9=1", result.Misfit);
        Assert.InRange(result.Executions, 2, 2 + new Neighbourhood([Race], 0).Systematic);
        var anew = Run(Broken, result.Finding!.Replay!.Choices);
        Assert.Equal(CorpusVerdict.Back, anew.Verdict);
        Assert.False(anew.FoundAgain);
    }

    [Fact]
    public void A_choice_that_no_longer_exists_never_passes()
    {
        var result = Run(Mended, [Race with { Step = 9 }]);
        Assert.Equal(CorpusVerdict.Stale, result.Verdict);
        Assert.Equal(CorpusRun.DefaultSearch, result.Executions);
        string message = Assert.Throws<ExplorationFailedException>(() => new PinnedFailure(result.Item, Mended).StaysGone()).Message;
        Assert.Contains("STALE", message);
        Assert.Contains("at step 9 of cpu0: blk runs instead", message);
    }

    [Fact]
    public void An_operation_that_no_longer_exists_is_left_out_and_searched_around()
    {
        Assert.True(Run(Broken, [Race], [new(77), .. IncrementOnly]).FoundAgain);
        var stale = Run(Mended, [Race], [new(77), .. IncrementOnly]);
        Assert.Equal(CorpusVerdict.Stale, stale.Verdict);
        Assert.Contains("operation 1 of its program no longer exists: no operation 77", stale.Words);
    }

    [Fact]
    public void A_scenario_that_no_longer_exists_is_stale()
    {
        var result = Run(Broken, [Race], scenario: "gone-for-good");
        Assert.Equal(CorpusVerdict.Stale, result.Verdict);
        Assert.Contains("gone-for-good", result.Misfit);
    }

    /// <summary>The same file that passes on the shipped driver fails on the sources that it was found on: it can tell them apart.</summary>
    [Fact]
    public void An_entry_from_the_museum_is_back_on_its_exhibit()
    {
        const string exhibit = "EVT-05";
        var item = Assert.Single(CorpusFolder.Read(Folder), item => item.Entry.Line.Exhibit == exhibit);
        Assert.Equal(CorpusVerdict.Gone, new PinnedFailure(item).Run().Verdict);
        var back = new PinnedFailure(item, ExhibitCatalogs.CatalogFor(exhibit)).Run();
        Assert.Equal(CorpusVerdict.Back, back.Verdict);
        Assert.Equal(item.Entry.Violation, back.Finding?.Violation.Key);
    }

    /// <summary>On a driver that has the barrier, no load returns an older value there: the choice is gone with the bug, and that is not taken for a pass.</summary>
    [Fact]
    public void A_stale_read_that_a_barrier_forbids_is_stale()
    {
        var line = new ReplayString("", "queue-notify", "strict", "arm", 20_000, 0, null, [new(ChoiceKind.Source, 3, 2, 1)]);
        var result = new PinnedFailure(new("entry.json", CorpusEntry.Of(line, "lost-notification/available-buffer", new(2026, 1, 2), ""))).Run();
        Assert.Equal(CorpusVerdict.Stale, result.Verdict);
    }

    [Fact]
    public void A_folder_that_replays_nothing_is_an_error()
    {
        string folder = Directory.CreateTempSubdirectory("ringcheck-corpus-").FullName;
        try
        {
            Assert.Throws<BadInputException>(() => CorpusFolder.Read(Path.Combine(folder, "none")));
            Assert.Throws<BadInputException>(() => CorpusFolder.Read(folder));
            string path = CorpusFolder.Add(folder, CorpusEntry.Of(new("", "s", "p", "sc", 1, 0, null, [Race]), "m/r", new(2026, 1, 2), "why"));
            var read = Assert.Single(CorpusFolder.Read(folder));
            Assert.Equal(("m/r", "2026-01-02", "why"), (read.Entry.Violation, read.Entry.Pinned, read.Entry.Why));
            Assert.Equal([Race], read.Entry.Line.Choices);
            foreach (string text in new[] { "", "{", "null", "{}", File.ReadAllText(path).Replace("ringcheck-corpus", "other"), File.ReadAllText(path).Replace("rc1:", "rc1:x") })
            {
                File.WriteAllText(path, text);
                Assert.Contains(Path.GetFileName(path), Assert.Throws<BadInputException>(() => CorpusFolder.Read(folder)).Message);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static string Folder
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "Corpus"))) folder = folder.Parent;
            return Path.Combine(folder!.FullName, "Corpus");
        }
    }
}
