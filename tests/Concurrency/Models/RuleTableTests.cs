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

    [Theory]
    [InlineData(RegisterNames.PciModern)]
    [InlineData(RegisterNames.PciLegacy)]
    public void On_PCI_a_rule_has_its_registers_names_and_its_clauses(RegisterNames names)
    {
        foreach (var rule in RuleTable.All.Select(rule => RuleTable.Of(rule.Rule, names)))
        {
            Assert.All(rule.Clauses, id => Assert.True(ClauseTable.Find(id) is not null && !id.StartsWith("mmio.", StringComparison.Ordinal), $"{rule.Name}: clause {id}"));
            Assert.All((string[])["QueueReady", "QueueNum", "QueueSel", "DeviceFeatures", "DriverFeatures", "InterruptStatus", "QueuePFN"],
                name => Assert.DoesNotContain(name, rule.Message + rule.Mend, StringComparison.Ordinal));
        }
        Assert.Equal(RuleTable.Of(RuleViolation.QueueReadyIncomplete), RuleTable.Of(RuleViolation.QueueReadyIncomplete, RegisterNames.Mmio));
        Assert.StartsWith("queue_enable was set before", RuleTable.Of(RuleViolation.QueueReadyIncomplete, RegisterNames.PciModern).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clause_has_its_section() =>
        Assert.Equal("3.1.1", ClauseTable.Find("init.driver.device-initialization.1")?.Section);
}
