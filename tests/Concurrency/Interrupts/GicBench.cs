using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Concurrency.Interrupts;

/// <summary>A machine with a GIC, and a program that is run once, plainly.</summary>
sealed class GicBench : IScenario
{
    public const uint Id = GicInterrupt.FirstShared + 4, MessageId = GicInterrupt.FirstShared + GicV2.FirstMessage;

    readonly Action<GicBench> program;

    public GicBench(Action<GicBench> program, string memory, bool isInherited = false)
    {
        this.program = program;
        Machine = new(1 << 16, MachineMemory.Of(memory), interrupts: machine => new GicV2(machine, shared: 96) { IsInherited = isInherited });
        Line = Machine.Interrupts.AddLine(4);
        Other = Machine.Interrupts.AddLine(5);
        Cpu = new(Machine);
        Gic = new(Cpu, new(GicV2.DistributorBase), new(GicV2.CpuBase));
        Machine.Cpu.Handler = () =>
        {
            Machine.Monitors.HandlerEntered();
            Handle();
            Machine.Monitors.HandlerLeft();
        };
    }

    public SimulatedMachine Machine { get; }

    public InterruptLine Line { get; }

    public InterruptLine Other { get; }

    public SimMachine Cpu { get; }

    public GicV2<SimMachine> Gic { get; }

    /// <summary>What the CPU does when interrupted.</summary>
    public Action Handle { get; set; } = () => { };

    public Engine Engine => Machine.Engine;

    public IReadOnlyList<Operation> Program { get; set; } = [];

    public IReadOnlyList<Premise> Premises => [];

    public string Bounds => "";

    /// <summary>Brings a machine up and runs the program. What the monitors found, or null.</summary>
    public static string? Run(Action<GicBench> program, string memory = "sc", bool isInherited = false)
    {
        using var bench = new GicBench(program, memory, isInherited);
        return Execution.Run(bench, PlainRun.Instance) is { } violation ? $"{violation.Key}: {violation.Message}" : null;
    }

    public void Reset(Strategy strategy) => Machine.Reset(strategy);

    public void Run()
    {
        Gic.Initialise();
        Gic.InitialiseCpu();
        program(this);
    }

    public void BringUp(uint id, InterruptTrigger trigger = InterruptTrigger.Level, byte priority = GicV2<SimMachine>.PlainPriority)
    {
        Gic.Configure(id, trigger, priority, cpu: 0);
        Gic.Enable(id);
    }

    public void WriteDistributor(uint offset, uint value) => Cpu.WriteRegister32(new(GicV2.DistributorBase + offset), value);

    public uint ReadCpu(uint offset) => Cpu.ReadRegister32(new(GicV2.CpuBase + offset));

    public void WriteCpu(uint offset, uint value) => Cpu.WriteRegister32(new(GicV2.CpuBase + offset), value);

    public string Describe(Operation operation) => "";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => Machine.Dispose();
}
