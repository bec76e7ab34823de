using Ringcheck.Exploration;
using Ringcheck.Museum;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Museum;

/// <summary>The mechanism, with small exhibits of its own. Whether the shipped ones are found is <see cref="ShippedExhibitTests"/>.</summary>
public sealed class ExhibitTests
{
    const string QueueFile = "src/Kernel/Queues/SplitQueue.Driver.cs";

    const string Publish = "        if (published == last)\n            return;";

    static readonly ExhibitCompiler Compiler = new();

    static Exhibit Editing(string file, string before, string after, params string[] monitors) => new()
    {
        Id = "TOY-1",
        Title = "a toy",
        Source = "nowhere",
        Targets = [new("blk-read", "strict")],
        Monitors = monitors,
        Edits = [new(file, before, after)],
    };

    static string Refusal(Exhibit exhibit) => Assert.Throws<ExhibitException>(() => Compiler.Compile(exhibit)).Message;

    static ExhibitResult Search(Exhibit exhibit, long executions = 100) => Assert.Single(new MuseumRunner(new() { Executions = executions }).Run([exhibit]));

    [Fact]
    public void An_anchor_that_is_missing_is_an_error_that_names_exhibit_and_place()
    {
        string message = Refusal(Editing(QueueFile, "    no such line\n    as this", "    x"));
        Assert.Contains("TOY-1", message);
        Assert.Contains("'no such line'", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void An_anchor_is_whole_lines() => Assert.Contains("no place", Refusal(Editing(QueueFile, "(published == last)", "(published != last)")));

    [Fact]
    public void An_anchor_that_fits_twice_is_an_error() => Assert.Contains("more than one place", Refusal(Editing(QueueFile, "        return DriverStatus.Ok;", "        return default;")));

    [Fact]
    public void A_file_that_is_not_there_is_an_error() => Assert.Contains("no file", Refusal(Editing("src/Hal/IMachine.cs", "x", "y")));

    [Fact]
    public void An_edit_that_changes_no_instruction_is_an_error()
        => Assert.Contains("what was there before", Refusal(Editing(QueueFile, Publish, "        // only a comment\n" + Publish)));

    [Fact]
    public void An_edit_that_does_not_compile_says_where()
    {
        string message = Refusal(Editing(QueueFile, Publish, "        if (nonsense)\n            return;"));
        Assert.Contains("SplitQueue.Driver.cs(", message);
        Assert.Contains("CS0103", message);
    }

    [Fact]
    public void A_loop_without_end_is_a_finding_and_not_a_hang()
    {
        var result = Search(Editing(QueueFile, Publish, "        while (published != last)\n        {\n        }"));
        Assert.Equal("progress/endless-loop", result.Shown.Monitor);
        Assert.True(result.IsAsExpected);
    }

    [Fact]
    public void Recursion_without_end_is_a_finding_and_not_a_crash()
    {
        var result = Search(Editing(QueueFile, Publish, "        if (published != last)\n        {\n            Publish();\n            Notify();\n        }"));
        Assert.Equal("driver-exception/endless-recursion", result.Shown.Monitor);
    }

    [Fact]
    public void What_another_monitor_notices_is_missed()
    {
        var result = Search(Editing(QueueFile, Publish, "        while (published != last)\n        {\n        }", "ownership"));
        Assert.NotNull(result.Shown.Failure);
        Assert.False(result.IsAsExpected);
        Assert.Equal("MISSED on memory sc, in blk-read (strict): only progress/endless-loop noticed, which the exhibit does not expect", Assert.Single(result.Surprises));
    }

    [Fact]
    public void A_harmless_edit_is_missed()
    {
        var result = Search(Editing(QueueFile, Publish, "        if (published >= last)\n            return;"));
        Assert.Null(result.Shown.Failure);
        Assert.Equal(100, result.Shown.Executions);
        Assert.Equal("MISSED on memory sc, in blk-read (strict)", Assert.Single(result.Surprises));
    }

    [Fact]
    public void The_failure_replays_on_the_exhibit_and_not_on_the_product()
    {
        var exhibit = ExhibitCollection.Shipped().Single(shipped => shipped.Id == "EVT-29");
        var result = Search(exhibit, ExplorationBudget.Default);
        Assert.True(ReplayString.TryParse(result.Shown.Replay, out var replay, out _));
        Assert.Equal(exhibit.Id, replay!.Exhibit);
        Assert.Equal(result.Shown.Monitor, Violation(ExhibitCatalogs.CatalogFor(exhibit.Id), replay)?.Key);
        Assert.Null(Violation(new Scenarios.ScenarioCatalog(), replay));
    }

    /// <summary>A load of used.idx that orders nothing: seen on AArch64, and on no stronger memory.</summary>
    static Exhibit PlainLook(string[] foundOn, string[] notOn) => Editing("src/Kernel/Queues/SplitQueue.Device.cs",
        "        RingIndex device = new(machine.LoadAcquire16(usedIndexAddress));",
        "        RingIndex device = new(machine.Load16(usedIndexAddress));") with
    { FoundOn = foundOn, NotOn = notOn };

    [Fact]
    public void A_true_expectation_is_checked_on_each_memory()
    {
        var result = Search(PlainLook(["arm"], ["tso", "sc"]));
        Assert.Equal(["arm", "tso", "sc"], result.Searches.Select(search => search.Memory));
        Assert.Empty(result.Surprises);
        Assert.True(result.IsAsExpected);
        Assert.NotNull(result.Searches[0].Failure);
        Assert.All(result.Searches.Skip(1), search => Assert.Equal((true, 100L), (search.Failure is null, search.Executions)));
        Assert.Contains(result.Shown.Failure!.Violation.Explanation, line => line.StartsWith("missing order R→R in cpu0", StringComparison.Ordinal));
    }

    [Fact]
    public void A_memory_on_which_it_is_not_found_though_it_says_so_is_named()
        => Assert.Equal("MISSED on memory tso, in blk-read (strict)", Assert.Single(Search(PlainLook(["arm", "tso"], ["sc"])).Surprises));

    [Fact]
    public void A_memory_on_which_it_is_found_though_it_says_not_is_named_whoever_found_it()
    {
        var exhibit = PlainLook(["sc"], ["arm"]);
        string surprise = Search(exhibit).Surprises.Last();
        Assert.StartsWith("FOUND on memory arm, in blk-read (strict), where the exhibit says that it is not: ", surprise);
        string byAccident = Search(exhibit with { Monitors = ["nobody"] }).Surprises.Last();
        Assert.Equal(surprise, byAccident);
    }

    [Fact]
    public void A_memory_that_is_asked_for_is_the_only_one()
    {
        var result = Assert.Single(new MuseumRunner(new() { Executions = 100, Memory = "sc" }).Run([PlainLook(["arm"], ["tso", "sc"])]));
        var search = Assert.Single(result.Searches);
        Assert.True(search.MustBeAbsent && search.IsAsExpected && !search.Found);
        Assert.Equal("not found on memory sc, in blk-read (strict), as expected", search.Words);
    }

    static Violation? Violation(IScenarioCatalog catalog, ReplayString replay)
    {
        using var scenario = catalog.Create(replay.Scenario, replay.Profile, replay.Memory);
        scenario.Program = replay.Program!;
        var strategy = new Replay();
        strategy.Use(replay.Choices);
        strategy.Begin(0);
        return Execution.Run(scenario, strategy);
    }
}
