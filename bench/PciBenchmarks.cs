using BenchmarkDotNet.Attributes;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Scenarios;
using Ringcheck.Standard;

namespace Ringcheck.Bench;

/// <summary>
/// The same program over virtio-mmio and over PCI, on sequentially consistent memory with all monitors: the time is for each execution, and <c>Points</c> prints how many scheduling points that is
/// on average. Target: a point on a PCI lane takes at most 1.3 times as long as one of virtio-mmio.
/// </summary>
public class PciLaneBenchmarks
{
    const int Executions = 500;

    readonly RandomWalk strategy = new(1);
    IScenario scenario = null!;
    long next;

    [Params("blk-last-slot", "blk-pci-ring-2", "blk-pci", "blk-pci-bridge", "blk-pc", "blk-pc-legacy")]
    public string Scenario { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        scenario = new ScenarioCatalog().Create(Scenario, "strict", "sc");
        long points = 0;
        for (int i = 0; i < Executions; i++)
        {
            strategy.Begin(i);
            if (Execution.Run(scenario, strategy) is { } violation) throw new InvalidOperationException(violation.Message);
            points += scenario.Engine.Points;
        }
        Console.WriteLine($"// Points: {Scenario} {(double)points / Executions:F1} in each execution");
    }

    [GlobalCleanup]
    public void CleanUp() => scenario.Dispose();

    [Benchmark(OperationsPerInvoke = Executions)]
    public void Execute()
    {
        for (int i = 0; i < Executions; i++)
        {
            strategy.Begin(next++);
            if (Execution.Run(scenario, strategy) is { } violation) throw new InvalidOperationException(violation.Message);
        }
    }
}

/// <summary>
/// The kernel's cost of coming to a device, on a machine that runs nothing beside it: a probe of all 32 slots of virtio-mmio, going through PCI (32 places on the root bus, sizing, addresses, routing), and
/// finding the structures of one function.
/// </summary>
public class PciProbeBenchmarks : IDisposable
{
    readonly SimulatedMachine slots = new(1 << 20), buses = new(1 << 20);
    readonly PciDeviceTable table = new(8);
    SimMachine slotCpu, busCpu;
    PciHostInfo host;

    [GlobalSetup]
    public void SetUp()
    {
        slots.Plug(31, way => new BlkDevice(slots, way, "blk", new BlkSettings { Image = new SyntheticImage(64) }));
        slots.FillEmptySlots(MmioIdentity.ModernVersion);
        _ = new PciHost(buses, PciHostSettings.Virt());
        buses.PlugPci(new() { DeviceType = DeviceType.Block }, way => new BlkDevice(buses, way, "blk", new BlkSettings { Image = new SyntheticImage(64) }), device: 2);
        slotCpu = new(slots);
        busCpu = new(buses);
        host = PciHostInfo.Virt(highMemory: true);
        slots.Engine.MaxPoints = buses.Engine.MaxPoints = uint.MaxValue;
        slots.Reset(PlainRun.Instance);
        buses.Reset(PlainRun.Instance);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        slots.Dispose();
        buses.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public DriverStatus ProbeMmio() => MmioBus.Find(slotCpu, DeviceType.Block, out _);

    [Benchmark]
    public DriverStatus EnumeratePci() => host.Initialise(busCpu, table);

    [Benchmark]
    public DriverStatus OpenVirtioPci() => VirtioPci.Open(busCpu, host, table, VirtioPci.Find(table, DeviceType.Block), preferLegacy: false, out _);

    [IterationSetup(Target = nameof(OpenVirtioPci))]
    public void Enumerate() => host.Initialise(busCpu, table);
}
