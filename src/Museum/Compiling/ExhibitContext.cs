using System.Reflection;
using System.Runtime.Loader;

namespace Ringcheck.Museum;

/// <summary>
/// The assemblies of one exhibit: what was edited and all that references it. Everything else comes from the host, so that the
/// contract (<see cref="Exploration.IScenarioCatalog"/>) is the same type on both sides.
/// </summary>
sealed class ExhibitContext(string name, IReadOnlyDictionary<string, byte[]> images) : AssemblyLoadContext(name, isCollectible: true)
{
    static readonly AssemblyLoadContext Host = GetLoadContext(typeof(ExhibitContext).Assembly)!;

    protected override Assembly? Load(AssemblyName assemblyName)
        => images.TryGetValue(assemblyName.Name!, out var image) ? LoadFromStream(new MemoryStream(image)) : Host.LoadFromAssemblyName(assemblyName);
}
