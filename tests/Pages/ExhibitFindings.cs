using Ringcheck.Cli.Failures;
using Ringcheck.Exploration;
using Ringcheck.Museum;
using Ringcheck.Testing;
using Ringcheck.Testing.Pictures;
using Xunit;

namespace Ringcheck.Tests.Pages;

/// <summary>Museum exhibits found, shrunk and drawn, each once for all tests: what is asserted of a picture holds for whatever the search finds.</summary>
public sealed class ExhibitFindings
{
    /// <summary>An ownership bug, an ordering bug on AArch64, and an interrupt race.</summary>
    public const string Ownership = "OWN-04", Ordering = "ORD-33", Interrupt = "IRQ-01";

    const int Executions = 20_000;
    const double ShrinkSeconds = 20;

    readonly ExhibitCompiler compiler = new();
    readonly Dictionary<string, Task<FoundExhibit>> all;

    /// <summary>All are looked for at once, on whatever cores there are.</summary>
    public ExhibitFindings()
        => all = new[] { Ownership, Ordering, Interrupt }.ToDictionary(id => id, id => Task.Run(() => Find(ExhibitCollection.Select(ExhibitCollection.Shipped(), [id])[0])));

    internal FailurePicture PictureOf(string exhibit) => Of(exhibit).Picture;

    internal FoundExhibit Of(string id) => all[id].GetAwaiter().GetResult();

    FoundExhibit Find(Exhibit exhibit)
    {
        var catalog = compiler.Compile(exhibit).Catalog;
        var (target, memory) = (exhibit.Targets[0], exhibit.FoundOn[0]);
        IScenario Build() => catalog.Create(target.Scenario, target.Profile, memory);
        string strategy = exhibit.Strategy.Length > 0 ? exhibit.Strategy : MuseumOptions.DefaultStrategy;
        var result = new Explorer(Build, StrategyCatalog.Create(strategy, seed: 0, Build), new(Executions)).Run();
        Assert.NotNull(result.Violation);
        var failing = new ReplayString(exhibit.Id, target.Scenario, target.Profile, memory, Engine.DefaultMaxPoints, 0, result.Program, result.Trace);
        using var scenario = Build();
        var finding = exhibit.Id == Ownership
            ? FindingWords.Of(scenario, failing, result.Violation, Shrinking.NotTried) // a failure as it was found is drawn too, and this one takes long to shrink
            : new ShrinkStage(catalog, ShrinkSeconds, CancellationToken.None).Shrink(failing, result.Violation);
        var picture = PictureStage.Of(catalog, finding);
        Assert.NotNull(picture);
        return new(catalog, finding, picture);
    }
}

/// <summary>An exhibit as it was found.</summary>
/// <param name="Catalog">The scenarios over its edits.</param>
internal sealed record FoundExhibit(IScenarioCatalog Catalog, Finding Finding, FailurePicture Picture);
