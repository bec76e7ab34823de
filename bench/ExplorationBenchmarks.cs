using BenchmarkDotNet.Attributes;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;

namespace Ringcheck.Bench;

/// <summary>
/// Random exploration on one core, all monitors on. <c>spsc-4x3</c>: the time is for each execution; target 2 million executions a second
/// (500 ns). Block: the time is for each execution of initialisation and two requests; <see cref="PointsOfTwoRequests"/> scheduling points each on
/// average, so that 20 million points a second are 9.3 us. Target for both: 0 bytes.
/// </summary>
public class ExplorationBenchmarks
{
    const int Executions = 2_000;

    /// <summary>Average of 100,000 random executions of blk-two-requests, strict.</summary>
    public const double PointsOfTwoRequests = 186.6;

    readonly RandomWalk strategy = new(1);
    IScenario spsc = null!, block = null!;
    long next;

    [GlobalSetup]
    public void SetUp()
    {
        var catalog = new ScenarioCatalog();
        spsc = catalog.Create("spsc-4x3", "none", "sc");
        block = catalog.Create("blk-two-requests", "strict", "sc");
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        spsc.Dispose();
        block.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Executions)]
    public void Spsc4x3() => Explore(spsc);

    [Benchmark(OperationsPerInvoke = Executions)]
    public void BlkTwoRequests() => Explore(block);

    void Explore(IScenario scenario)
    {
        for (int i = 0; i < Executions; i++)
        {
            strategy.Begin(next++);
            if (Execution.Run(scenario, strategy) is { } violation) throw new InvalidOperationException(violation.Message);
        }
    }
}

/// <summary>
/// The same two requests on each memory: the time is for each execution, one in 64 of them audited as in an exploration, or none. Target: arm takes at most 4 times as long as
/// sc, which audits nothing.
/// </summary>
public class MemoryBenchmarks
{
    const int Executions = 2_000;

    readonly RandomWalk strategy = new(1);
    IScenario block = null!;
    long next;

    [Params("sc", "tso", "arm")]
    public string Memory { get; set; } = "";

    [GlobalSetup]
    public void SetUp() => block = new ScenarioCatalog().Create("blk-two-requests", "strict", Memory);

    [GlobalCleanup]
    public void CleanUp() => block.Dispose();

    [Benchmark(OperationsPerInvoke = Executions)]
    public void Audited()
    {
        for (int i = 0; i < Executions; i++)
        {
            bool audited = next % Execution.AuditEvery == 0;
            strategy.Begin(next++);
            if (Execution.Run(block, strategy, audited) is { } violation) throw new InvalidOperationException(violation.Message);
        }
    }

    [Benchmark(OperationsPerInvoke = Executions)]
    public void WithoutAudit()
    {
        for (int i = 0; i < Executions; i++)
        {
            strategy.Begin(next++);
            if (Execution.Run(block, strategy) is { } violation) throw new InvalidOperationException(violation.Message);
        }
    }
}

/// <summary>Pruned exhaustive search of two requests on a ring of 2, from the first execution to "exhausted". Target: below 1 s.</summary>
public class ExhaustiveBenchmarks
{
    [Benchmark]
    public long BlkRing2()
    {
        using var scenario = new ScenarioCatalog().Create("blk-ring-2", "strict", "sc");
        var strategy = new Exhaustive(Pruning.SeenStates);
        for (long execution = 0; strategy.Begin(execution); execution++)
        {
            if (Execution.Run(scenario, strategy) is { } violation) throw new InvalidOperationException(violation.Message);
        }
        return strategy.IsExhaustive ? strategy.States : throw new InvalidOperationException("not exhausted");
    }
}
