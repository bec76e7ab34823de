using Ringcheck.Exploration;

namespace Ringcheck.Museum;

/// <summary>An exhibit that can run. Disposing of it lets its assemblies be unloaded once nothing of them runs any more.</summary>
public sealed class CompiledExhibit : IDisposable
{
    readonly ExhibitContext context;

    internal CompiledExhibit(Exhibit exhibit, ExhibitContext context)
    {
        Exhibit = exhibit;
        this.context = context;
        // An edited driver may keep what a reset should clear; then executions would depend on each other.
        object freshDrivers = true;
        var scenarios = context.LoadFromAssemblyName(typeof(Scenarios.ScenarioCatalog).Assembly.GetName());
        Catalog = (IScenarioCatalog)Activator.CreateInstance(scenarios.GetType(typeof(Scenarios.ScenarioCatalog).FullName!, throwOnError: true)!, freshDrivers)!;
    }

    public Exhibit Exhibit { get; }

    /// <summary>The shipped scenarios, over the edited driver or device.</summary>
    public IScenarioCatalog Catalog { get; }

    public void Dispose() => context.Unload();
}
