using Ringcheck.Museum;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Museum;

public sealed class ShippedExhibitTests
{
    /// <summary>Each is found within the default budget, by a monitor that is meant to, and the table in docs/museum.md says so.</summary>
    [Fact]
    public void Each_exhibit_is_found_and_the_table_is_current()
    {
        var exhibits = ExhibitCollection.Shipped();
        Assert.True(exhibits.Count >= 30);
        var results = new MuseumRunner(new() { Jobs = Environment.ProcessorCount }).Run(exhibits);
        Assert.Equal(exhibits.Count, results.Count);
        Assert.Empty(results.Where(static result => !result.Found).Select(static result => $"{result.Exhibit.Id}: {result.Monitor}"));
        Assert.True(MuseumTable.IsCurrent(File.ReadAllText(Document), results), "run 'ringcheck museum --write-table'");
    }

    /// <summary>Found from the test's own folder upwards.</summary>
    static string Document
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Spec.sln"))) folder = folder.Parent;
            return Path.Combine(folder!.FullName, "docs", "museum.md");
        }
    }
}
