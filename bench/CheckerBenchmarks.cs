using BenchmarkDotNet.Attributes;
using Ringcheck.Models;
using Ringcheck.Models.Checking;

namespace Ringcheck.Bench;

/// <summary>
/// The explicit-state checker, whole checks. <c>ring</c> with N = 3 has 1,121,996 states: 1.5 million states a second on one core are 748 ms. The column Ratio is
/// the time of two workers in times of one: 0.55 or less is the target (1.8 times as fast), on a machine with two cores that does nothing else.
/// </summary>
public class CheckerBenchmarks
{
    [Params("ring 3", "ownership 2")]
    public string Model { get; set; } = "";

    [Benchmark(Baseline = true)]
    public long OneWorker() => Check(1);

    [Benchmark]
    public long TwoWorkers() => Check(2);

    long Check(int workers)
    {
        var words = Model.Split(' ');
        var result = ModelCatalog.Of(words[0]).Check(int.Parse(words[1]), new CheckOptions { Workers = workers });
        return result.Outcome == CheckOutcome.Verified ? result.States : throw new InvalidOperationException(result.Outcome.ToString());
    }
}
