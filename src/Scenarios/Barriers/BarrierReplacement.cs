using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Scenarios;

/// <summary>
/// What stands at some sites in the place of the mapping's instruction, as the exhibit field of a replay string has it:
/// <c>barrier/SplitQueue.ShouldNotify=none</c>, several joined by <c>+</c>.
/// </summary>
public sealed record BarrierReplacement(IReadOnlyList<(CodeSite Site, BarrierInstruction By)> Sites)
{
    /// <summary>What the exhibit field of a replay string begins with.</summary>
    public const string Prefix = "barrier/";
    const char Joint = '+', Equal = '=';

    public static BarrierReplacement None { get; } = new([]);

    public BarrierReplacement With(CodeSite site, BarrierInstruction by) => new([.. Sites.Where(each => each.Site != site), (site, by)]);

    public override string ToString() => Sites.Count == 0 ? "" : Prefix + string.Join(Joint, Sites.Select(each => $"{each.Site.Name}{Equal}{Instructions.NameOf(each.By)}"));

    /// <summary>Whether an exhibit field is about barriers, and not a museum exhibit.</summary>
    public static bool IsOne(string exhibit) => exhibit.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Throws <see cref="ArgumentException"/> with one clear line for a site or an instruction that does not exist.</summary>
    public static BarrierReplacement Parse(string exhibit)
    {
        var sites = new List<(CodeSite, BarrierInstruction)>();
        foreach (string part in exhibit[Prefix.Length..].Split(Joint))
        {
            int equal = part.IndexOf(Equal, StringComparison.Ordinal);
            string name = equal < 0 ? part : part[..equal], instruction = equal < 0 ? "" : part[(equal + 1)..];
            var site = CodeSite.All.FirstOrDefault(known => known.Name == name)
                ?? throw new ArgumentException($"there is no barrier site '{name}'; 'ringcheck barriers' lists those that there are");
            if (!Instructions.TryParse(instruction, out var by))
                throw new ArgumentException($"there is no instruction '{instruction}'; there are {string.Join(", ", Instructions.Names)}");
            sites.Add((site, by));
        }
        return new(sites);
    }
}

/// <summary>Scenarios whose driver gets other instructions than the mapping's at some sites.</summary>
public sealed class WeakenedCatalog(IScenarioCatalog catalog, BarrierReplacement replacement) : IScenarioCatalog
{
    public IReadOnlyList<ScenarioInfo> Scenarios => catalog.Scenarios;

    public IScenario Create(string name, string profile, string memory)
    {
        var scenario = catalog.Create(name, profile, memory);
        if (replacement.Sites.Count == 0) return scenario;
        if (scenario is not IBarrierScenario weakened)
        {
            scenario.Dispose();
            throw new ArgumentException($"scenario '{name}' has no barriers that could be replaced");
        }
        foreach (var (site, by) in replacement.Sites) weakened.Barriers.Replace(site.Site, by);
        return scenario;
    }
}
