using BenchmarkDotNet.Attributes;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;

namespace Ringcheck.Bench;

/// <summary>
/// Whole explorations with one worker and with two. The column Ratio is the time of two workers in times of one: 0.55 or less is the target (1.8 times as fast), on a
/// machine with two cores that does nothing else. "full" is the depth-first search without pruning and "exhaustive" the one by classes, whose parts the workers share; both workers learn, and look for the parts.
/// </summary>
public class ExplorationScalingBenchmarks
{
    [Params("blk-two-requests strict sc random 100000", "blk-two-requests strict arm random 20000", "spsc-4x3 none sc random 1000000", "spsc-2x4 none sc full 300000", "blk-ring-2 strict arm exhaustive 1000000")]
    public string What { get; set; } = "";

    [Benchmark(Baseline = true)]
    public long OneWorker() => Explore(1);

    [Benchmark]
    public long TwoWorkers() => Explore(2);

    long Explore(int workers)
    {
        string[] words = What.Split(' ');
        IScenario Build() => new ScenarioCatalog().Create(words[0], words[1], words[2]);
        var strategy = words[3] == "full" ? static () => new Exhaustive(Pruning.None) : StrategyCatalog.Create(words[3], 1, Build);
        var result = new Explorer(Build, strategy, new(long.Parse(words[4]), Jobs: workers)).Run();
        return result.Violation is null && !result.Interrupted ? result.Executions : throw new InvalidOperationException(result.Violation?.Message);
    }
}
