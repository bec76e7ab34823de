using BenchmarkDotNet.Attributes;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Ordering;
using Ringcheck.Scenarios;

namespace Ringcheck.Bench;

/// <summary>
/// The exhaustive search by classes, on one core: the time is for each execution, whatever it is of (complete, blocked, refused). <c>spsc</c> with six tries has 40 accesses in an execution on average,
/// for which 200,000 executions a second (5 us) are the target; the block driver's initialisation and two requests on a ring of 2 have some 230. Allocation: the target is none after
/// warm-up, and each round begins a search anew.
/// </summary>
public class ReductionBenchmarks
{
    const int Executions = 2_000;

    IScenario scenario = null!;
    ReductionSearch search = null!;
    Reducer reducer = null!;
    long next;

    [Params("spsc-2x6", "split-2x3", "blk-ring-2", "lock-ticket")]
    public string Program { get; set; } = "";

    [Params("sc", "tso", "arm")]
    public string Memory { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        var catalog = new ScenarioCatalog();
        scenario = Program switch
        {
            "spsc-2x6" => new Spsc2x4(MachineMemory.Of(Memory), tries: 6),
            "blk-ring-2" => catalog.Create(Program, "strict", Memory),
            "lock-ticket" => catalog.Create(Program, "shipped", Memory),
            _ => catalog.Create(Program, "none", Memory),
        };
        Begin();
    }

    [GlobalCleanup]
    public void CleanUp() => scenario.Dispose();

    void Begin()
    {
        search = new();
        reducer = new(search);
        next = 0;
    }

    [Benchmark(OperationsPerInvoke = Executions)]
    public void Explore()
    {
        for (int i = 0; i < Executions; i++)
        {
            if (!reducer.Begin(next++))
            {
                Begin();
                reducer.Begin(next++);
            }
            if (Execution.Run(scenario, reducer) is { } violation) throw new InvalidOperationException(violation.Message);
        }
    }
}
