using Ringcheck.Exploration;

namespace Ringcheck.Scenarios;

/// <summary>
/// What a driver or a piece of kernel code adds to <see cref="SmpScenario"/>: its devices, and what each CPU does. The harness has the machine, the CPUs, start
/// and join, and the oracles that do not depend on what is tested.
/// </summary>
interface ISmpProgram
{
    int Cpus { get; }

    /// <summary>Up to how many deviations every execution can be searched, once for each state; null if that is too many.</summary>
    int? SearchedDeviations { get; }

    /// <summary>Bounds, for reports: requests, rounds, ring size...</summary>
    string Bounds { get; }

    /// <summary>What must have happened for a clean run to mean anything.</summary>
    IReadOnlyList<Premise> Premises { get; }

    /// <summary>Plugs devices in, sets interrupt handlers, names locks. Once, before the first execution.</summary>
    void Build(SmpScenario scenario);

    /// <summary>Puts into memory what is there before anything runs, and forgets the last execution.</summary>
    void PowerOn();

    /// <summary>The first CPU, while the others wait.</summary>
    void BringUp();

    /// <summary>Each CPU, at the same time.</summary>
    void Run(int cpu);

    /// <summary>The first CPU again, when the others are done.</summary>
    void TearDown();

    /// <summary>Everything has come to rest: judges what came of it, and counts. Not called for executions that were pruned.</summary>
    void Judge();
}
