using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Ringcheck.Testing.Xunit;

/// <summary>
/// Gives a theory every entry of a corpus folder, one test each: <c>[Theory, Corpus("corpus")]</c> on
/// <c>void Pinned(PinnedFailure failure) => failure.StaysGone();</c>. A folder that is missing or empty is an error: it would pass for ever.
/// </summary>
/// <param name="folder">Relative to the folder of the test assembly, or to the nearest folder above it that has one of this name.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class CorpusAttribute(string folder) : DataAttribute
{
    public string Folder { get; } = folder;

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
        => new([.. CorpusFolder.Read(Find()).Select(static item => new TheoryDataRow<PinnedFailure>(new(item)))]);

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;

    /// <summary>Tests run from an output folder; what is kept for ever lies with the sources.</summary>
    string Find()
    {
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            string path = Path.Combine(above.FullName, Folder);
            if (Directory.Exists(path)) return path;
        }
        return Path.Combine(AppContext.BaseDirectory, Folder);
    }
}
