using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;
using Xunit.Sdk;

namespace Ringcheck.Testing.Xunit;

/// <summary>A failure that once was, as <see cref="CorpusAttribute"/> gives it to a test.</summary>
public sealed class PinnedFailure : IXunitSerializable
{
    readonly IScenarioCatalog? catalog;

    /// <summary>For xunit, which makes an empty one and then deserializes into it.</summary>
    [Obsolete("Use the constructor with an item.")]
    public PinnedFailure()
    {
        Item = null!;
    }

    /// <summary>An entry of a corpus.</summary>
    /// <param name="item">The entry, and its file's name.</param>
    /// <param name="catalog">Where its scenario comes from; the shipped scenarios if null.</param>
    public PinnedFailure(CorpusItem item, IScenarioCatalog? catalog = null)
    {
        Item = item;
        this.catalog = catalog;
    }

    public CorpusItem Item { get; private set; }

    /// <summary>The same failure with the scenarios of another catalog.</summary>
    public PinnedFailure On(IScenarioCatalog scenarios) => new(Item, scenarios);

    /// <summary>Replays it, and leaves the judgement to the caller.</summary>
    public CorpusResult Run() => new CorpusRun(catalog ?? new ScenarioCatalog(), cancellation: TestContext.Current.CancellationToken).Run(Item);

    /// <summary>Passes only if the replay ran with every recorded choice taken, and nothing objected. Back and stale both fail the test, in words that tell them apart.</summary>
    public void StaysGone()
    {
        var result = Run();
        if (result.Verdict != CorpusVerdict.Gone) throw new ExplorationFailedException(result.Report());
        TestContext.Current.TestOutputHelper?.WriteLine(result.Report());
    }

    public override string ToString() => $"{Item.File}: {Item.Entry.Violation}";

    void IXunitSerializable.Serialize(IXunitSerializationInfo info)
    {
        if (catalog is not null) throw new NotSupportedException("only a failure of the shipped catalog can be stored");
        var entry = Item.Entry;
        info.AddValue("entry", new[] { Item.File, entry.Replay, entry.Violation, entry.Pinned, entry.Why });
    }

    void IXunitSerializable.Deserialize(IXunitSerializationInfo info)
    {
        var parts = info.GetValue<string[]>("entry")!;
        if (!ReplayString.TryParse(parts[1], out var line, out string error)) throw new BadInputException(error);
        Item = new(parts[0], CorpusEntry.Of(line!, parts[2], DateOnly.Parse(parts[3]), parts[4]));
    }
}
