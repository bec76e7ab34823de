using Ringcheck.Models.Rules;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Models;

/// <summary>What violations say can be looked up.</summary>
public sealed class RuleTableTests
{
    [Fact]
    public void Every_rule_has_words_and_clauses_that_exist()
    {
        Assert.Equal(1656, ClauseTable.Count);
        Assert.Equal(Enum.GetValues<RuleViolation>().Length - 1, RuleTable.All.Count());
        foreach (var rule in RuleTable.All)
        {
            Assert.Equal(rule, RuleTable.Of(rule.Rule));
            Assert.NotEmpty(rule.Clauses);
            Assert.All(rule.Clauses, id => Assert.True(ClauseTable.Find(id) is not null, $"{rule.Name}: no clause {id}"));
            Assert.EndsWith(".", rule.Message, StringComparison.Ordinal);
            Assert.EndsWith(".", rule.Mend, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_clause_has_its_section() =>
        Assert.Equal("3.1.1", ClauseTable.Find("init.driver.device-initialization.1")?.Section);
}
