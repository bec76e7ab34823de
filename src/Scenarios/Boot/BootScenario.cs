using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Ordering;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// A kernel's whole boot on a simulated machine with its real interrupt controller, and then a program of reads and writes on the disks that it has found, completed by interrupts. Judged: which
/// stage the boot ended at and what was touched, that every disk was found, whatever bus it is on, data against a reference, and that interrupts are served.
/// </summary>
sealed partial class BootScenario<TBoard> : IBarrierScenario
    where TBoard : struct, IBoard
{
    const uint CapacitySectors = 64;
    const uint KernelMemory = 0x10_0000, KernelMemoryLength = 0x10_0000, Buffers = 0x20_0000, BufferStride = 0x1000, FallbackMemory = 0x30_0000;

    readonly BootSetup setup;
    readonly DeviceProfile profile;
    readonly SimulatedMachine machine;
    readonly SimMachine cpu;
    readonly BlkDevice[] disks;
    readonly Pl011Device? serial;
    readonly ReferenceDisk[] references;
    readonly RamDisk<SimMachine> fallback;
    readonly Func<KernelBoot<SimMachine, TBoard>> makeKernel;
    readonly bool freshDrivers;
    readonly Dictionary<string, long> counts = [];
    readonly byte[] scratch = new byte[Sector.Size];
    KernelBoot<SimMachine, TBoard> kernel;

    public BootScenario(BootSetup setup, DeviceProfile profile, MachineMemory memory, bool freshDrivers,
        Func<SimulatedMachine, InterruptController> interrupts, Func<SimMachine, TBoard> board, MachineDescription description)
    {
        this.setup = setup;
        this.profile = profile;
        this.freshDrivers = freshDrivers;
        Program = setup.Program;
        machine = new(memory: memory, interrupts: owner => Controller(owner, interrupts)) { HasPorts = setup.IsPc, UseIommu = setup.UseIommu, HasCounterFrequency = !setup.Fails(BootStage.Timer) };
        machine.PayloadChunks = 1;
        machine.Monitors.JudgeDevices = !IsHostile;
        machine.Monitors.JudgeLengths = profile != DeviceProfile.Qemu;
        cpu = new(machine);
        serial = description.Serial.Exists ? PlugSerial() : null;
        disks = PlugDisks();
        references = [.. disks.Select(_ => new ReferenceDisk((int)CapacitySectors))];
        var frames = machine.Region(KernelMemory, setup.Fails(BootStage.Memory) ? DmaLimits.PageSize : KernelMemoryLength);
        machine.Cache?.MapUncached(frames.Cpu.Value, frames.Length);
        fallback = new(cpu, machine.Region(FallbackMemory, CapacitySectors * Sector.Size));
        makeKernel = () => new(cpu, board(cpu), description, [new DmaRange(frames.Cpu, frames.Bus, frames.Length)], Options);
        kernel = makeKernel();
        machine.Cpu.Handler = OnInterrupt;
    }

    public Engine Engine => machine.Engine;

    public BarrierSites Barriers => machine.Barriers;

    public SimulatedMachine Machine => machine;

    public KernelBoot<SimMachine, TBoard> Kernel => kernel;

    public IReadOnlyList<Operation> Program { get; set; }

    public string Bounds => $"{setup.Disks.Count} disks, {Program.Count} operations, {Engine.MaxPoints} points";

    public IReadOnlyList<WatchedRule> Rules => RuleNumbers.All;

    /// <summary>Of a hostile machine, only that a boot can be complete at all.</summary>
    public IReadOnlyList<Premise> Premises
    {
        get
        {
            string[] required = IsHostile ? [.. setup.Requires.Intersect([BootPremise.Boots])] : [.. setup.Requires];
            return [.. BootPremise.All.Select(name => new Premise(name, counts.GetValueOrDefault(name), required.Contains(name))), .. machine.MemoryPremises];
        }
    }

    bool IsHostile => profile == DeviceProfile.Hostile;

    /// <summary>A legacy function's queue has the size that it says, and QEMU's says 256.</summary>
    ushort QueueSize => (ushort)(profile == DeviceProfile.Qemu && setup.Disks.Any(disk => disk.Interface == VirtioPciInterface.Legacy) ? 256 : 8);

    BootOptions Options => BootOptions.Default with
    {
        Disk = BlkOptions.Default with { QueueSize = QueueSize, MaxDataSegments = 1 },
        DiskCount = 2,
        PciCapacity = setup.Fails(BootStage.Pci) ? 1 : 8,
        VirtioCapacity = setup.Fails(BootStage.Virtio) ? 1 : 8,
        RegionCapacity = 8,
    };

    public void Reset(Strategy strategy)
    {
        machine.Reset(strategy);
        foreach (var reference in references) reference.Reset();
        if (freshDrivers) kernel = makeKernel();
        content = 0;
    }

    public void Run()
    {
        Engine.Begins(-1, "boot");
        var result = kernel.Run(setup.AllowsFallback ? fallback : null);
        if (JudgeBoot(result))
        {
            cpu.UnmaskInterrupts();
            for (int i = 0; i < Program.Count; i++)
            {
                Engine.Begins(i);
                if (!Perform(Program[i])) break;
            }
        }
        machine.Cpu.Finish();
        Engine.RunToRest();
        machine.Monitors.CameToRest();
        JudgeOutcome();
    }

    public string Describe(Operation operation) => BootVerbs.Describe(operation);

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => machine.Dispose();

    void OnInterrupt()
    {
        machine.Monitors.HandlerEntered();
        var outcome = kernel.OnInterrupt();
        if (outcome == InterruptOutcome.Handled) Count(BootPremise.Interrupts);
        if (outcome == InterruptOutcome.Masked)
        {
            Count(BootPremise.Masked);
            if (!IsHostile) Fail("interrupts", "masked", "the kernel has masked an interrupt of a device that is well", "Register a handler before an interrupt is enabled; it claims each interrupt for which its device has a reason.");
        }
        machine.Monitors.HandlerLeft();
    }

    void Count(string premise)
    {
        if (!Engine.Draining) counts[premise] = counts.GetValueOrDefault(premise) + 1;
    }

    void Fail(string monitor, string rule, string message, string mend) => Engine.Fail(new(monitor, rule, [], message, mend));
}
