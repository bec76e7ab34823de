using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>
/// Runs a program on the simulated machine, each thread a device engine with its own DMA port; or the first one driver code on the CPU. What can be seen at the end: the last value of
/// each location, what each thread read, who still waits, and the graph of the execution.
/// </summary>
sealed class ProgramScenario : IScenario
{
    readonly IProgramThread[] threads;
    readonly ProgramCpu? cpu;

    /// <summary>A program on a machine of its own.</summary>
    /// <param name="program">What runs.</param>
    /// <param name="memory">By name.</param>
    /// <param name="alwaysOrdered">False: sequentially consistent memory is plain RAM, and its executions have no graph.</param>
    /// <param name="onCpu">The first thread runs on the CPU.</param>
    public ProgramScenario(TestProgram program, string memory, bool alwaysOrdered = true, bool onCpu = false)
    {
        Code = program;
        Machine = new(4096, MachineMemory.Of(memory), alwaysOrdered: alwaysOrdered);
        Machine.Monitors.JudgeDriver = Machine.Monitors.JudgeDevices = false; // these are no virtio devices
        if (onCpu && program.Threads.Length > 0) cpu = new(Machine, program.Threads[0], program.Initial.Length);
        threads = [.. program.Threads.Select((code, number) => number == 0 && cpu is not null ? (IProgramThread)cpu : new ProgramThread(Machine, number, code, program.Initial.Length))];
    }

    public TestProgram Code { get; }

    public SimulatedMachine Machine { get; }

    public Engine Engine => Machine.Engine;

    /// <summary>What each thread read and chose.</summary>
    public IReadOnlyList<IProgramThread> Threads => threads;

    /// <summary>Whether an event of the record is none of the program: a load in a polling iteration that failed.</summary>
    public bool LeavesNothing(int record) => cpu?.Failed(record) == true;

    /// <summary>Somebody still waits, and nobody can go on.</summary>
    public bool IsDeadlocked => Array.Exists(threads, thread => thread.IsRunning);

    public IReadOnlyList<Operation> Program { get; set; } = [];

    public IReadOnlyList<Premise> Premises => [];

    public string Bounds => "";

    /// <summary>The memory of a model.</summary>
    public static string MemoryOf(MemoryModel model) => model switch
    {
        MemoryModel.SequentiallyConsistent => "sc",
        MemoryModel.Tso => "tso",
        _ => "arm",
    };

    public void Reset(Strategy strategy)
    {
        Machine.Reset(strategy);
        for (int location = 0; location < Code.Initial.Length; location++)
        {
            if (Code.Initial[location] != 0) Machine.Ram.Store(ProgramThread.AddressOf(location).Value, (uint)Code.Initial[location]);
        }
        foreach (var thread in threads) thread.Start();
    }

    public void Run()
    {
        cpu?.Run();
        Machine.Cpu.Finish();
        Engine.RunToRest();
    }

    public uint LastValueOf(int location) => Machine.Ram.Load<uint>(ProgramThread.AddressOf(location).Value);

    /// <summary>The final state: a litmus test's as its file writes it, else all values, and a mark for each thread that still waits.</summary>
    public string FinalState()
    {
        if (Code.Litmus is { } test)
            return test.State(variable => (int)(variable.Location >= 0 ? LastValueOf(variable.Location) : threads[variable.Thread].Values[variable.Read]));
        return string.Join(',', Code.Initial.Select((_, location) => LastValueOf(location))) + " " + string.Join(" | ", threads.Select(thread => string.Join(',', thread.Values) + (thread.IsRunning ? " waits" : "")));
    }

    public string Describe(Operation operation) => "";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => Machine.Dispose();
}
