using Ringcheck.Museum;
using Ringcheck.Tests.Concurrency.Cli;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Museum;

public sealed class MuseumCommandTests : IDisposable
{
    readonly CliBench cli = new();

    public void Dispose() => cli.Dispose();

    void AddExhibit(string id, string before, string after, string memories = "- Found on: sc")
    {
        Directory.CreateDirectory(cli.PathOf("mine"));
        File.WriteAllText(cli.PathOf($"mine/{id}.md"), $"""
            # {id}: a toy

            - Source: nowhere
            - Scenario: blk-read (strict)
            {memories.ReplaceLineEndings("\n")}

            ## src/Kernel/Queues/SplitQueue.Driver.cs

            ```diff
            -{before}
            +{after}
            ```
            """);
    }

    [Fact]
    public void An_exhibit_that_is_found_is_exit_code_0_and_one_json_object()
    {
        var result = cli.Run("museum", "wrp-02", "--json");
        Assert.Equal(0, result.ExitCode);
        var exhibit = Assert.Single(result.Json.GetProperty("exhibits").EnumerateArray());
        CliResult.HasMembers(exhibit, "id", "scenario", "found", "executions", "operations", "choices", "monitor", "seconds");
        Assert.Equal(("WRP-02", true), (exhibit.GetProperty("id").GetString(), exhibit.GetProperty("found").GetBoolean()));
    }

    [Fact]
    public void One_that_is_missed_is_exit_code_1_and_says_so()
    {
        AddExhibit("TOY-1", "        if (published == last)", "        if (published >= last)");
        var result = cli.Run("museum", "--from", "mine", "--executions", "10");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("MISSED", result.Out);
        Assert.Contains("0 of 1 exhibit found", result.Out);
        Assert.False(cli.Run("museum", "--from", "mine", "--executions", "10", "--json").Json.GetProperty("exhibits")[0].GetProperty("found").GetBoolean());
    }

    [Fact]
    public void Not_found_where_it_should_not_be_is_exit_code_0_and_says_so()
    {
        var result = cli.Run("museum", "SEED-3c", "--memory", "sc", "--executions", "100");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("not found on memory sc, in blk-pooled (strict), as expected (100 executions)", result.Out);
        Assert.Contains("1 of 1 exhibit as expected", result.Out);
        var report = cli.Run("museum", "SEED-3c", "--memory", "sc", "--executions", "100", "--json").Json.GetProperty("exhibits")[0];
        Assert.False(report.GetProperty("found").GetBoolean());
        Assert.True(report.GetProperty("asExpected").GetBoolean());
        var memory = Assert.Single(report.GetProperty("memories").EnumerateArray());
        Assert.Equal(("sc", false), (memory.GetProperty("memory").GetString(), memory.GetProperty("expected").GetBoolean()));
    }

    [Fact]
    public void Each_memory_is_looked_at_and_the_missing_order_is_shown()
    {
        var result = cli.Run("museum", "ORD-19", "--executions", "200");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("found on memory arm", result.Out);
        Assert.Contains("not found on memory tso", result.Out);
        Assert.Contains("missing order W→W in cpu0", result.Out);
        Assert.Contains("writes register QueueNotify", result.Out);
    }

    [Fact]
    public void A_wrong_expectation_is_exit_code_1_and_names_the_memory()
    {
        AddExhibit("TOY-4", "        if (published == last)", "        if (published != last)", "- Found on: arm\n- Not on: sc");
        var result = cli.Run("museum", "--from", "mine");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("FOUND on memory sc, in blk-read (strict), where the exhibit says that it is not", result.Out);
    }

    [Fact]
    public void An_exhibit_of_your_own_is_found()
    {
        AddExhibit("TOY-2", "        if (published == last)", "        if (published != last)");
        Assert.Equal(0, cli.Run("museum", "--from", "mine").ExitCode);
    }

    [Fact]
    public void What_cannot_be_used_is_one_line_and_exit_code_2()
    {
        cli.Run("museum", "WRP-2").IsBadUsage("unknown exhibit 'WRP-2'", "did you mean");
        cli.Run("museum", "--from", "nowhere").IsBadUsage("no folder");
        cli.Run("museum", "WRP-02", "--profile", "nice").IsBadUsage("WRP-02", "nice");
        cli.Run("museum", "WRP-02", "--check-table").IsBadUsage("all shipped exhibits");
        AddExhibit("TOY-3", "        no such line", "        x");
        cli.Run("museum", "--from", "mine").IsBadUsage("TOY-3", "no such line");
    }

    [Fact]
    public void Stopping_is_clean()
    {
        cli.Stop.Cancel();
        var result = cli.Run("museum", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.True(result.Json.GetProperty("stopped").GetBoolean());
    }

    [Fact]
    public void The_table_is_written_between_its_marks_and_nowhere_else()
    {
        const string document = "before\n<!-- table: written by `ringcheck museum --write-table` -->\nold\n<!-- end of table -->\nafter\n";
        string written = MuseumTable.Write(document, []);
        Assert.StartsWith("before\n", written);
        Assert.EndsWith("<!-- end of table -->\nafter\n", written);
        Assert.DoesNotContain("old", written);
        Assert.True(MuseumTable.IsCurrent(written, []));
        Assert.False(MuseumTable.IsCurrent(document, []));
        Assert.Throws<ExhibitException>(() => MuseumTable.Write("no marks", []));
    }
}
