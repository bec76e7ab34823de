using BenchmarkDotNet.Attributes;
using Ringcheck.Exploration;

namespace Ringcheck.Bench;

/// <summary>
/// Passing the baton between two CPUs: the time is for each switch from one CPU's thread to the other's, and back counts as another. Target: at most 1 us with both
/// cores free; a CPU whose other core is taken parks, which takes some tens of us.
/// </summary>
public class SmpBenchmarks : IDisposable
{
    const int Switches = 20_000, Points = Switches / 2;

    readonly Engine engine = new() { MaxPoints = uint.MaxValue };
    readonly CpuAgent[] cpus;
    readonly Baton baton;

    public SmpBenchmarks()
    {
        cpus = [engine.Add(new CpuAgent("cpu0")), engine.Add(new CpuAgent("cpu1"))];
        baton = new(engine, (cpus[0], () => Work(cpus[0])), (cpus[1], () => Work(cpus[1])));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        baton.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Switches)]
    public void SmpSwitch()
    {
        engine.Reset(TakeTurns.Instance);
        baton.Run();
    }

    static void Work(CpuAgent cpu)
    {
        for (int i = 0; i < Points; i++) cpu.Point();
    }

    /// <summary>Whoever does not run now.</summary>
    sealed class TakeTurns : Strategy
    {
        public static readonly TakeTurns Instance = new();

        public override string Name => "take turns";

        public override bool Begin(long execution) => true;

        public override int Choose(in ChoicePoint point, Engine engine) => 1 - point.Agent;
    }
}
