using System.Text;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Concurrency.Boot;

/// <summary>A <c>virt</c> machine with one disk in slot 0 whose kernel boots, and then does what a test wants, once and plainly. Devices are not judged.</summary>
sealed class BootBench : IScenario
{
    public const uint DiskLine = SimulatedMachine.FirstMmioInterrupt;

    readonly Action<BootBench> program;
    readonly bool mustBoot;

    BootBench(Action<BootBench> program, int? handlers, bool isOnPci)
    {
        this.program = program;
        mustBoot = handlers is null;
        Machine = new(interrupts: static machine => new GicV2(machine, shared: 64));
        Machine.Monitors.JudgeDevices = false;
        Cpu = new(Machine);
        Line = Machine.Interrupts.AddLine((int)DiskLine); // beside the disk's own: somebody else at the same input
        _ = new PciHost(Machine, PciHostSettings.Virt());
        BlkSettings settings = new() { Image = new SyntheticImage(64) };
        if (isOnPci) Machine.PlugPci(new() { DeviceType = DeviceType.Block, Vectors = 2 }, way => new BlkDevice(Machine, way, "blk", settings), device: 2);
        else Machine.Plug(0, way => new BlkDevice(Machine, way, "blk", settings));
        Machine.FillEmptySlots(MmioIdentity.ModernVersion);
        var description = VirtMachine.Describe(highMemory: true) with { Serial = default };
        var frames = Machine.Region(0x10_0000, 0x10_0000);
        Board = new(Cpu, VirtMachine.Gic);
        Kernel = new(Cpu, Board, description, [new DmaRange(frames.Cpu, frames.Bus, frames.Length)], BootOptions.Default with { Disk = BlkOptions.Default with { QueueSize = 8 }, HandlerCapacity = handlers ?? 8 });
        Machine.Cpu.Handler = () =>
        {
            Machine.Monitors.HandlerEntered();
            Outcomes.Add(Kernel.OnInterrupt());
            if (Outcomes.Count == Patience) Line.Set(false); // or it would go on for ever, which is what a test looks for
            Machine.Monitors.HandlerLeft();
        };
    }

    /// <summary>Interrupts after which a line that is stuck is let go.</summary>
    public const int Patience = 64;

    public SimulatedMachine Machine { get; }

    public SimMachine Cpu { get; }

    public VirtBoard<SimMachine> Board { get; }

    public KernelBoot<SimMachine, VirtBoard<SimMachine>> Kernel { get; }

    public InterruptLine Line { get; }

    public List<InterruptOutcome> Outcomes { get; } = [];

    public string Console => Encoding.UTF8.GetString(Machine.Console);

    /// <summary>How the boot ended.</summary>
    public BootResult Result { get; private set; }

    public DmaRegion Buffer => Machine.Region(0x20_0000, (uint)Sector.Size);

    public Engine Engine => Machine.Engine;

    public IReadOnlyList<Operation> Program { get; set; } = [];

    public IReadOnlyList<Premise> Premises => [];

    public string Bounds => "";

    /// <summary>Boots, unmasks interrupts and runs the program. What the monitors found, or null.</summary>
    /// <param name="program">What a test does then.</param>
    /// <param name="handlers">Handlers that there is room for, the timer's among them, where the boot need not succeed.</param>
    /// <param name="isOnPci">The disk is on PCI and has two messages, instead of in slot 0.</param>
    public static string? Run(Action<BootBench> program, int? handlers = null, bool isOnPci = false)
    {
        using var bench = new BootBench(program, handlers, isOnPci);
        return Execution.Run(bench, PlainRun.Instance) is { } violation ? $"{violation.Key}: {violation.Message}" : null;
    }

    public void Reset(Strategy strategy) => Machine.Reset(strategy);

    public void Run()
    {
        Result = Kernel.Run(fallback: null);
        if (mustBoot) Xunit.Assert.Equal(new(BootStage.Done, DriverStatus.Ok), Result);
        Cpu.UnmaskInterrupts();
        program(this);
        Machine.Cpu.Finish();
        Engine.RunToRest();
    }

    public string Describe(Operation operation) => "";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => Machine.Dispose();
}
