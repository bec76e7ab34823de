using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Ordering;
using Ringcheck.Scenarios;

namespace Ringcheck.Bench.Growth;

/// <summary>One size of a program, explored: executions as the exhaustive search counts them, the ones that stand still or are refused included; seconds with one worker.</summary>
/// <param name="Exhausted">False: it was stopped, and the executions are those until then.</param>
sealed record GrowthPoint(int Size, long Executions, double Seconds, bool Exhausted);

/// <summary>How exhaustive exploration grows with one number, everything else the same.</summary>
/// <param name="Title">What runs.</param>
/// <param name="Axis">What the number counts.</param>
/// <param name="Sizes">In ascending order.</param>
/// <param name="Build">The program of a size, on a memory.</param>
sealed record GrowthCurve(string Title, string Axis, int[] Sizes, Func<int, string, IScenario> Build)
{
    public static readonly GrowthCurve[] All =
    [
        new("spsc ring of 2 slots", "tries of each side", [1, 2, 3, 4, 5, 6, 7], static (tries, memory) => new Spsc2x4(MachineMemory.Of(memory), tries)),
        new("blk, ring of 2, interrupts", "requests", [1, 2, 3], static (requests, memory) => Requests("blk-ring-2", requests, memory)),
        new("blk, ring of 2, polling", "requests", [1, 2, 3, 4, 5], static (requests, memory) => Requests("blk-ring-2-polling", requests, memory)),
        new("blk, two requests submitted", "ring size", [2, 4, 8, 16], static (size, memory) => RingOf(size, memory)),
        new("ticket lock, taken once by each", "CPUs", [1, 2, 3, 4, 5], static (cpus, memory) => new SmpScenario(new TicketLockProgram(LockProgram.Shipped, cpus, rounds: 1), MachineMemory.Of(memory))),
        new("ticket lock, taken twice by each", "CPUs", [1, 2, 3, 4], static (cpus, memory) => new SmpScenario(new TicketLockProgram(LockProgram.Shipped, cpus, rounds: 2), MachineMemory.Of(memory))),
    ];

    static IScenario Requests(string name, int requests, string memory)
    {
        var scenario = new ScenarioCatalog().Create(name, "strict", memory);
        var (read, kick) = (scenario.Program[0], scenario.Program[1]);
        scenario.Program = [read, .. Enumerable.Range(1, requests - 1).SelectMany(next => (Operation[])[kick, read with { A = read.A + (uint)next }])];
        return scenario;
    }

    /// <summary>Two requests, of which as many are in flight together as the ring has room for.</summary>
    static BlkScenario RingOf(int size, string memory)
    {
        var setup = Array.Find(BlkScenarios.All, static entry => entry.Name == "blk-ring-4")!.Setup;
        var scenario = new BlkScenario(setup with { QueueSize = (ushort)size }, DeviceProfile.Strict, MachineMemory.Of(memory), freshDriver: false);
        scenario.Program = [.. scenario.Program.Take(3)];
        return scenario;
    }

    /// <summary>The points on one memory, until one takes longer than there is time.</summary>
    public IEnumerable<GrowthPoint> On(string memory, double mostSeconds, CancellationToken cancellation)
    {
        foreach (int size in Sizes)
        {
            IScenario Program() => Build(size, memory);
            var result = new Explorer(Program, StrategyCatalog.Create("exhaustive", 0, Program), new(long.MaxValue, mostSeconds, Jobs: 1)).Run(cancellation);
            if (result.Violation is { } violation) throw new InvalidOperationException($"{Title}, {size} {Axis}, {memory}: {violation.Message}");
            yield return new(size, result.Executions, result.Seconds, result.Exhausted);
            if (!result.Exhausted) yield break;
        }
    }
}
