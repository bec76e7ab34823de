using Ringcheck.Devices;
using Ringcheck.Exploration;

namespace Ringcheck.Scenarios;

/// <summary>A scenario whose driver code asks for order on a simulated machine, so that a study can weaken what it gets.</summary>
public interface IBarrierScenario : IScenario
{
    /// <summary>The sites reached since the scenario was built, and what stands there instead of the mapping's instruction.</summary>
    BarrierSites Barriers { get; }

    /// <summary>Up to how many deviations a study can search every execution, once for each state; null if there are too many executions for that.</summary>
    int? SearchedDeviations => null;
}
