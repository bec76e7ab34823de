using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Ordering;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// The real virtio-blk driver on a simulated machine: found by scanning, initialised, run through a program, and its outcome judged
/// against a reference disk. Each request must end exactly once, with its data or an error, and its memory must be the
/// caller's again after that: the scenario writes over it at once, and the monitors watch.
/// </summary>
sealed partial class BlkScenario : IBarrierScenario
{
    public const uint CapacitySectors = 64;

    const uint BufferStride = 0x1000, DriverMemory = 0x10_0000, Buffers = 0x20_0000;
    const int MaxRequests = 32;
    const int HotPlugInterrupt = 63;
    const uint UnansweredTimeoutMs = 100;

    readonly BlkSetup setup;
    readonly DeviceProfile profile;
    readonly bool freshDriver;
    readonly SimulatedMachine machine;
    readonly SimMachine cpu;
    readonly BlkDevice device;
    readonly BlkOptions options;
    readonly DmaRegion driverRegion;
    readonly ReferenceDisk reference = new((int)CapacitySectors);
    readonly DurableDisk durable = new();
    readonly ActionAgent? unplug;
    readonly InterruptLine? hotPlug;
    readonly long[] counts;
    VirtioBlk<SimMachine> driver;

    public BlkScenario(BlkSetup setup, DeviceProfile profile, MachineMemory memory, bool freshDriver)
    {
        if (setup.Pci is { IsPc: true } && memory.Model == MemoryModel.AArch64) throw new ArgumentException("a pc is an x86 machine: its memories are sc and tso");
        machine = new(memory: memory) { BusOffset = setup.BusOffset, UseIommu = setup.UseIommu, HasPorts = setup.Pci is { IsPc: true } };
        if (machine.Iommu is { } iommu) iommu.MostMappings = setup.MappingsMax;
        this.setup = setup;
        this.profile = profile;
        this.freshDriver = freshDriver;
        Program = setup.Program;
        machine.PayloadChunks = setup.PayloadChunks;
        machine.Engine.TimersOnlyWhenIdle = !setup.TimersAtAnyTime;
        machine.Monitors.JudgeDevices = profile != DeviceProfile.Hostile;
        machine.Monitors.JudgeLengths = profile != DeviceProfile.Qemu;
        device = Plug(new()
        {
            Profile = profile,
            IsLegacy = setup.IsLegacy,
            Image = new SyntheticImage(CapacitySectors),
            IsReadOnly = setup.IsReadOnly,
            StartAt = setup.StartAt,
            QueueSizeMax = setup.QueueSizeMax,
            Faults = setup.Faults,
            SegmentsMax = setup.SegmentsMax,
            SegmentSizeMax = setup.SegmentSizeMax,
            QueueCount = setup.DeviceQueues,
            HasVolatileCache = setup.HasVolatileCache,
        });
        cpu = new(machine);
        options = BlkOptions.Default with
        {
            // QEMU's queues have 256 descriptors, and a legacy queue cannot have less than the device says.
            QueueSize = profile == DeviceProfile.Qemu && setup.Pci is { UseLegacy: true } ? (ushort)256 : setup.QueueSize,
            MaxDataSegments = setup.MaxDataSegments,
            PooledBytes = setup.PooledBytes,
            UseInterrupts = setup.UseInterrupts,
            UseEventIndex = setup.UseEventIndex,
            StartAt = setup.StartAt,
            QueueCount = setup.DriverQueues,
            // Where time-outs may come at any moment, that of a reset would leave nothing to ask.
            ResetTimeoutMs = setup.TimersAtAnyTime && profile != DeviceProfile.Hostile ? 0 : BlkOptions.Default.ResetTimeoutMs,
        };
        driverRegion = machine.Region(DriverMemory, options.MemoryLength);
        machine.Cache?.MapUncached(driverRegion.Cpu.Value, driverRegion.Length);
        driver = new(cpu, options);
        machine.Cpu.Handler = OnInterrupt;
        if (setup.Unplug != DeviceUnplug.Never)
        {
            unplug = machine.Engine.Add(new ActionAgent("unplug", TakeAway));
            hotPlug = machine.Interrupts.AddLine(HotPlugInterrupt);
        }
        counts = new long[PremiseNames.Length];
    }

    static readonly string[] PremiseNames =
    [
        BlkPremise.RequestsOk, BlkPremise.RequestsFailed, BlkPremise.RequestsAborted, BlkPremise.TimedOut, BlkPremise.SectorsJudged,
        BlkPremise.Resets, BlkPremise.Interrupts, BlkPremise.IndexWraps, BlkPremise.DeviceRefused, BlkPremise.CapacityFollowed, BlkPremise.ChainsReturned,
        BlkPremise.KicksSaved, BlkPremise.InterruptsSaved, BlkPremise.EventWraps, BlkPremise.Scattered, BlkPremise.Unmapped, BlkPremise.PassedIommu,
        BlkPremise.EndedByRemoval, BlkPremise.Removals, BlkPremise.CacheSwitched,
        BlkPremise.StableJudged,
    ];

    public Engine Engine => machine.Engine;

    public BarrierSites Barriers => machine.Barriers;

    public IReadOnlyList<Operation> Program { get; set; }

    public SimulatedMachine Machine => machine;

    public BlkDevice Device => device;

    public string Bounds
        => $"{(setup.DriverQueues > 1 ? $"{setup.DriverQueues} rings" : "ring")} of {setup.QueueSize}, {Program.Count} operations, payload in {setup.PayloadChunks}, {machine.Engine.MaxPoints} points";

    public IReadOnlyList<WatchedRule> Rules => RuleNumbers.All;

    public IReadOnlyList<Premise> Premises
    {
        get
        {
            var (ownership, notifications) = (machine.Monitors.Ownership, machine.Monitors.Notifications);
            var premises = new Premise[PremiseNames.Length];
            for (int i = 0; i < premises.Length; i++)
            {
                long count = PremiseNames[i] switch
                {
                    BlkPremise.IndexWraps => ownership.IndexWraps,
                    BlkPremise.ChainsReturned => ownership.ChainsReturned,
                    BlkPremise.KicksSaved => notifications.KicksSaved,
                    BlkPremise.InterruptsSaved => notifications.InterruptsSaved,
                    BlkPremise.EventWraps => notifications.EventWraps,
                    BlkPremise.Unmapped => machine.Iommu?.Unmapped ?? 0,
                    BlkPremise.PassedIommu => machine.Iommu?.Passed ?? 0,
                    _ => counts[i],
                };
                premises[i] = new(PremiseNames[i], count, IsRequired(PremiseNames[i]));
            }
            return [.. premises, .. machine.MemoryPremises];
        }
    }

    /// <summary>Of a hostile device's data nothing is judged; that it did serve requests is asked all the same.</summary>
    bool IsRequired(string premise) => IsHostile ? premise is BlkPremise.RequestsOk : setup.Requires.Contains(premise);

    public void Reset(Strategy strategy)
    {
        machine.Reset(strategy);
        reference.Reset();
        durable.Reset();
        ForgetRequests();
        ForgetMemory();
        transport = default;
        if (freshDriver) driver = new(cpu, options);
    }

    public string Describe(Operation operation) => BlkVerbs.Describe(operation);

    public IEnumerable<Operation> Simpler(Operation operation) => BlkVerbs.Simpler(operation);

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => machine.Dispose();

    void OnInterrupt()
    {
        Count(BlkPremise.Interrupts);
        machine.Monitors.HandlerEntered();
        if (hotPlug is { High: true })
        {
            // An interrupt of the bus: the handler of a device that is gone is not asked.
            hotPlug.Set(false);
            driver.Removed();
        }
        else
        {
            ServeDevice();
        }
        machine.Monitors.HandlerLeft();
    }

    void Count(string premise)
    {
        if (!Engine.Draining) counts[Array.IndexOf(PremiseNames, premise)]++;
    }
}
