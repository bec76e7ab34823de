using Ringcheck.Museum;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Museum;

public sealed class ExhibitFileTests
{
    const string Good = """
        # TOY-1: a toy

        - Source: nowhere, commit 0
        - Adapted: a long sentence
          that goes on.
        - Scenario: blk-read (strict)
        - Scenario: blk-batch (odd)
        - Monitor: ownership

        What happened.

        ## src/Kernel/A.cs

        ```diff
         keep

        -old
        +new
        ```
        """;

    static string Refusal(string text) => Assert.Throws<ExhibitException>(() => ExhibitFile.Parse("TOY-1.md", text)).Message;

    [Fact]
    public void All_parts_are_read()
    {
        var exhibit = ExhibitFile.Parse("TOY-1.md", Good.ReplaceLineEndings("\r\n"));
        Assert.Equal(("TOY-1", "a toy", "nowhere, commit 0", "a long sentence that goes on."), (exhibit.Id, exhibit.Title, exhibit.Source, exhibit.Adapted));
        Assert.Equal([new("blk-read", "strict"), new("blk-batch", "odd")], exhibit.Targets);
        Assert.Equal(["ownership"], exhibit.Monitors);
        Assert.Equal([new SourceEdit("src/Kernel/A.cs", "keep\n\nold", "keep\n\nnew")], exhibit.Edits);
    }

    [Fact]
    public void Without_a_word_on_memories_it_is_found_on_sc_and_nothing_is_said_of_the_others()
    {
        var exhibit = ExhibitFile.Parse("TOY-1.md", Good);
        Assert.Equal(["sc"], exhibit.FoundOn);
        Assert.Empty(exhibit.NotOn);
    }

    [Fact]
    public void Memories_are_read_in_their_order()
    {
        var exhibit = ExhibitFile.Parse("TOY-1.md", Good.Replace("- Monitor:", "- Found on: arm, tso\n- Not on: sc\n- Monitor:"));
        Assert.Equal(["arm", "tso"], exhibit.FoundOn);
        Assert.Equal(["sc"], exhibit.NotOn);
    }

    [Theory]
    [InlineData("- Found on: arm, alpha", "memory 'alpha'; there are sc, tso, arm")]
    [InlineData("- Not on: sc", "memory 'sc' that it is found there and that it is not")]
    [InlineData("- Found on: arm\n- Not on: tso, arm", "memory 'arm' that it is found there and that it is not")]
    [InlineData("- Found on: arm\n- Found on: tso", "more than one 'Found on'")]
    public void What_is_no_expectation_is_refused(string lines, string words)
        => Assert.Contains(words, Refusal(Good.Replace("- Monitor:", lines + "\n- Monitor:")));

    [Theory]
    [InlineData("ownership/rule", true)]
    [InlineData("ownership", true)]
    [InlineData("ownership-of-another-kind/rule", false)]
    public void A_monitor_stands_for_all_its_rules(string found, bool isExpected)
        => Assert.Equal(isExpected, ExhibitFile.Parse("TOY-1.md", Good).IsExpected(found));

    [Theory]
    [InlineData("# TOY-1: a toy", "# TOY-2: a toy", "named TOY-2.md")]
    [InlineData("# TOY-1: a toy", "TOY-1", "first line")]
    [InlineData("- Source: nowhere, commit 0\n", "", "Source")]
    [InlineData("- Monitor: ownership", "- Monitors: ownership", "Monitors")]
    [InlineData("blk-read (strict)", "blk-read", "NAME (PROFILE)")]
    [InlineData("```diff", "```cs", "no edit")]
    [InlineData("## src/Kernel/A.cs", "", "under no")]
    [InlineData("-old", "old", "begins with neither")]
    public void What_is_no_exhibit_is_refused_in_one_line(string part, string instead, string words)
    {
        string message = Refusal(Good.Replace(part, instead));
        Assert.Contains("TOY-1.md", message);
        Assert.Contains(words, message);
        Assert.DoesNotContain('\n', message);
    }
}
