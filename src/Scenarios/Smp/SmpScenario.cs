using System.Diagnostics.CodeAnalysis;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Ordering;

namespace Ringcheck.Scenarios;

/// <summary>
/// Several CPUs of one simulated machine and what they do (<see cref="ISmpProgram"/>): the first brings up, all run, the first tears down. Everything is judged that can
/// be without knowing the program: locks, ownership of memory, registers, lost notifications, who never comes to an end.
/// </summary>
sealed class SmpScenario : IBarrierScenario
{
    const uint RamSize = 4 << 20;

    /// <summary>Words of the harness, in the last page.</summary>
    static readonly CpuAddress Started = At(RamSize - 64), Done = At(RamSize - 128), Over = At(RamSize - 192);

    readonly ISmpProgram program;
    readonly Baton baton;

    public SmpScenario(ISmpProgram program, MachineMemory memory)
    {
        this.program = program;
        Machine = new(RamSize, memory, program.Cpus);
        Cpu = new(Machine);
        program.Build(this);
        Machine.Cache?.MapUncached(At(RamSize - 4096).Value, 4096);
        baton = new(Engine, [.. Machine.Cpus.Select((cpu, i) => (cpu, (Action)(i == 0 ? RunFirst : () => RunOther(i))))]);
    }

    public SimulatedMachine Machine { get; }

    /// <summary>The lane: for whichever CPU runs.</summary>
    public SimMachine Cpu { get; }

    /// <summary>The CPU that runs, by number.</summary>
    public int Self => Engine.Running.Id;

    public Engine Engine => Machine.Engine;

    public BarrierSites Barriers => Machine.Barriers;

    public int? SearchedDeviations => program.SearchedDeviations;

    public IReadOnlyList<Operation> Program { get; set; } = [];

    public IReadOnlyList<Premise> Premises => [.. program.Premises, .. Machine.MemoryPremises];

    public string Bounds => $"{program.Cpus} CPUs, {program.Bounds}";

    /// <summary>An address of RAM, by its offset.</summary>
    public static CpuAddress At(uint offset) => new(SimulatedMachine.RamBase + offset);

    public static DmaRegion Region(uint offset, uint length) => new(At(offset), new(SimulatedMachine.RamBase + offset), length);

    public void Reset(Strategy strategy)
    {
        Machine.Reset(strategy);
        program.PowerOn();
    }

    public void Run()
    {
        baton.Run();
        Engine.RunToRest();
        if (Engine.Draining) return;
        Machine.Monitors.CameToRest();
        program.Judge();
    }

    void RunFirst()
    {
        Engine.Begins(-1, "brings up what all share");
        program.BringUp();
        Announce(Started, 1);
        Engine.Begins(-1, "its part of the program");
        program.Run(0);
        Engine.Begins(-1, "waits for the others, and ends it");
        Await(Done, (uint)program.Cpus - 1);
        program.TearDown();
        if (Machine.Interrupts.Target != Machine.Cpu) Announce(Over, 1);
    }

    void RunOther(int cpu)
    {
        Await(Started, 1);
        Engine.Begins(-1, "its part of the program");
        program.Run(cpu);
        Announce(Done, 1);
        if (Machine.Interrupts.Target.Id == cpu) Await(Over, 1); // a CPU that is done takes no interrupts
    }

    /// <summary>Start and join are not what is explored: everything before is before everything after, without a barrier that a study would count as the driver's.</summary>
    void Announce(CpuAddress word, uint more)
    {
        Order();
        Cpu.FetchAdd32(word, more, AtomicOrder.Relaxed);
    }

    void Await(CpuAddress word, uint value)
    {
        var poll = Cpu.BeginPoll(Deadline.Never);
        while (Cpu.KeepPolling(ref poll, done: Cpu.LoadRelaxed32(word) == value))
        {
        }
        Order();
    }

    void Order() => Machine.Weak?.Fence(Self, Fence.DmbFull);

    [DoesNotReturn]
    public void Fail(string monitor, string rule, string message, string mend) => Engine.Fail(new(monitor, rule, [], message, mend));

    public string Describe(Operation operation) => "nothing";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose()
    {
        baton.Dispose();
        Machine.Dispose();
    }
}
