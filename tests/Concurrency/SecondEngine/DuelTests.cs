using Ringcheck.Museum;
using Ringcheck.Tests.Coyote;
using Xunit;

namespace Ringcheck.Tests.Concurrency.SecondEngine;

/// <summary>Museum exhibits, looked for by two engines.</summary>
public sealed class DuelTests
{
    static readonly IReadOnlyList<(IControlledRuntime, string)> StandIn = [(new StandInRuntime(), "random")];

    static Exhibit Of(string id) => ExhibitCollection.Select(ExhibitCollection.Shipped(), [id])[0];

    /// <summary>The barrier that is missing only shows on weak memory, and the second engine knows none.</summary>
    [Fact]
    public void An_ordering_exhibit_is_missed_as_expected()
    {
        var duel = ExhibitDuel.On(Of("SEED-1b"), StandIn, budget: 40, seed: 1, TestContext.Current.CancellationToken);
        Assert.True(duel.NeedsWeakMemory);
        Assert.True(duel.IsFound(duel.Ours));
        var other = Assert.Single(duel.Others);
        Assert.Equal(("sc", null), (other.Memory, other.Key));
        Assert.True(duel.IsAsExpected(other));
        Assert.Contains("missed, as expected: sequential consistency (40)", DuelTable.Rows([duel]));
        Assert.False(duel.IsAsExpected(other with { Key = duel.Ours.Key }));
        Assert.Contains("**found, though", DuelTable.Rows([duel with { Others = [other with { Key = duel.Ours.Key }] }]));
    }

    [Fact]
    public void The_table_has_a_column_for_each_engine_that_ran_and_no_other()
    {
        var exhibit = Of("EVT-05");
        var duel = new ExhibitDuel(exhibit, exhibit.Targets[0], new("Ringcheck", "sc", exhibit.Monitors[0], 46, 1.5), [new("stand-in", "sc", null, 2_000, 20)]);
        string page = $"before\n{DuelTable.Begin}old\n{DuelTable.End}\nafter\n";
        string written = DuelTable.Write(page, [duel]);
        Assert.Contains("| Ringcheck | s | stand-in | s |", written);
        Assert.Contains("| sc | 46 | 1.50 | missed (2,000) | 20.00 |", written);
        Assert.DoesNotContain("old", written);
        Assert.DoesNotContain("| Coyote", written);
        Assert.StartsWith("before\n", written);
        Assert.EndsWith("\nafter\n", written);
        Assert.Throws<FormatException>(() => DuelTable.Write("nothing", [duel]));
    }
}
