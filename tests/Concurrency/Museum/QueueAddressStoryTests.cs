using Ringcheck.Cli.Failures;
using Ringcheck.Museum;
using Ringcheck.Tests.Concurrency.Cli;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Museum;

/// <summary>
/// SEED-1a, the story that a reader comes with: queue addresses written through a packed struct read back as all ones. It is found at once, it replays from its line, and what is said
/// tells the change to make.
/// </summary>
public sealed class QueueAddressStoryTests : IDisposable
{
    readonly CliBench cli = new() { ExhibitCatalog = ExhibitScenarios.CatalogFor };

    public void Dispose() => cli.Dispose();

    [Fact]
    public void It_is_found_and_replays_and_says_what_to_change()
    {
        var exhibit = Assert.Single(cli.Run("museum", "SEED-1a", "--json").Json.GetProperty("exhibits").EnumerateArray());
        Assert.True(exhibit.GetProperty("found").GetBoolean());
        string line = exhibit.GetProperty("replay").GetString()!;
        Assert.StartsWith("rc1:SEED-1a:blk-pci:strict:sc:", line);

        var replayed = cli.Run("replay", line, "--json");
        Assert.Equal(1, replayed.ExitCode);
        var violation = Assert.Single(replayed.Json.GetProperty("violations").EnumerateArray());
        Assert.Equal(("register-access", "width"), (violation.GetProperty("monitor").GetString(), violation.GetProperty("rule").GetString()));
        Assert.Equal("pci.driver.pci-device-layout.1", Assert.Single(violation.GetProperty("clauses").EnumerateArray()).GetString());
        Assert.Contains("queue_desc", violation.GetProperty("message").GetString());
        string mend = violation.GetProperty("mend").GetString()!;
        Assert.All(["two aligned 32-bit words", "one 32-bit register access", "packed struct", "read the address back before queue_enable"], words => Assert.Contains(words, mend));
    }
}
