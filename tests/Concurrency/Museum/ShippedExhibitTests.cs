using Ringcheck.Exploration;
using Ringcheck.Museum;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Museum;

public sealed class ShippedExhibitTests
{
    /// <summary>
    /// Each is found within the default budget, by a monitor that is meant to, on each memory where it says so; nothing is found where it says that
    /// nothing may be; and the table in docs/museum.md says all that.
    /// </summary>
    [Fact]
    public void Each_exhibit_is_found_and_the_table_is_current()
    {
        var exhibits = ExhibitCollection.Shipped();
        Assert.True(exhibits.Count >= 30);
        var results = new MuseumRunner(new() { Jobs = Environment.ProcessorCount }).Run(exhibits);
        Assert.Equal(exhibits.Count, results.Count);
        Assert.Empty(results.SelectMany(static result => result.Surprises.Select(words => $"{result.Exhibit.Id}: {words}")));
        Assert.Empty(results.Where(static result => IsOfOrdering(result.Exhibit) && result.Shown.Failure!.Violation.Explanation.Count == 0)
            .Select(static result => $"{result.Exhibit.Id} is not explained"));
        Assert.True(MuseumTable.IsCurrent(File.ReadAllText(Document), results), "run 'ringcheck museum --write-table'");
    }

    /// <summary>What finds a bug of ordering in an exhibit finds nothing in the product, on any of the memories, in as many executions.</summary>
    [Fact]
    public void Where_bugs_of_ordering_are_found_the_unmodified_code_has_none()
    {
        var searches = (from exhibit in ExhibitCollection.Shipped()
                        where IsOfOrdering(exhibit)
                        from target in exhibit.Targets
                        from memory in exhibit.FoundOn.Concat(exhibit.NotOn)
                        select (target, memory, strategy: exhibit.Strategy.Length == 0 ? MuseumOptions.DefaultStrategy : exhibit.Strategy)).Distinct().ToList();
        Assert.True(searches.Count >= 20);
        var catalog = new ScenarioCatalog();
        foreach (var (target, memory, strategy) in searches)
        {
            Func<IScenario> scenarios = () => catalog.Create(target.Scenario, target.Profile, memory);
            var result = new Explorer(scenarios, StrategyCatalog.Create(strategy, 0, scenarios), new(ExplorationBudget.Default, double.PositiveInfinity, Environment.ProcessorCount))
                .Run(TestContext.Current.CancellationToken);
            Assert.True(result.Violation is null, $"{target.Scenario} ({target.Profile}) on {memory}, {strategy}: {result.Violation?.Key}");
            Assert.Equal(ExplorationBudget.Default, result.Executions);
        }
    }

    static bool IsOfOrdering(Exhibit exhibit) => exhibit.NotOn.Contains(Exhibit.SequentiallyConsistent);

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
