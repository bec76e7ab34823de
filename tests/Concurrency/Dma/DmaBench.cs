using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Concurrency.Dma;

/// <summary>
/// The real block driver in front of an IOMMU, on a machine whose bus addresses are not CPU addresses, and a test that does with mappings what it likes. The driver's region is
/// mapped already, unless the test says otherwise.
/// </summary>
sealed class DmaBench : IScenario
{
    public const ulong Offset = 0x12_8000_0000;

    readonly Action<DmaBench> program;
    readonly BlkOptions options = BlkOptions.Default with { QueueSize = 8, MaxDataSegments = 2 };

    public DmaBench(Action<DmaBench> program, DeviceProfile profile = DeviceProfile.Strict, ulong offset = Offset)
    {
        this.program = program;
        Machine = new() { BusOffset = offset, UseIommu = true };
        Machine.Monitors.JudgeDevices = profile != DeviceProfile.Hostile;
        Machine.Plug(0, line => new BlkDevice(Machine, line, "blk", new BlkSettings { Profile = profile, Image = new SyntheticImage(64) }));
        Machine.FillEmptySlots(MmioIdentity.ModernVersion);
        Cpu = new(Machine);
        Driver = new(Cpu, options);
        Astray = new(Machine);
        Astray.Agent = Engine.Add(new CoroutineAgent("astray", () => default(DeviceTask<Nothing>)));
        Machine.Cpu.Handler = () => Driver.OnInterrupt();
    }

    public SimulatedMachine Machine { get; }

    public SimMachine Cpu { get; }

    public VirtioBlk<SimMachine> Driver { get; }

    /// <summary>A master that nobody has told anything.</summary>
    public DmaPort Astray { get; }

    public Engine Engine => Machine.Engine;

    public DmaRegion Region => Machine.Region(0x10_0000, options.MemoryLength);

    /// <summary>Two sectors of memory.</summary>
    public DmaRegion Buffer => Machine.Region(0x20_0000, 2 * Sector.Size);

    public IReadOnlyList<Operation> Program { get; set; } = [new(1)];

    public IReadOnlyList<Premise> Premises => [];

    public string Bounds => "";

    /// <summary>The key of what the first execution finds, or "" if nothing.</summary>
    public static string Outcome(Action<DmaBench> program, DeviceProfile profile = DeviceProfile.Strict, ulong offset = Offset) => Found(program, profile, offset)?.Key ?? "";

    public static Violation? Found(Action<DmaBench> program, DeviceProfile profile = DeviceProfile.Strict, ulong offset = Offset)
    {
        using var bench = new DmaBench(program, profile, offset);
        return Execution.Run(bench, PlainRun.Instance, audited: true);
    }

    public void BringUp(bool map = true)
    {
        if (map) Cpu.TryMapForDevice(Region, DmaDirection.Both);
        var status = MmioBus.Find(Cpu, DeviceType.Block, out var transport);
        if (status == DriverStatus.Ok) status = Driver.Initialise(transport, Region);
        if (status != DriverStatus.Ok) throw new InvalidOperationException($"initialisation: {status}");
        Cpu.UnmaskInterrupts();
    }

    public RequestId Submit(BlkOperation operation, DmaRegion data)
    {
        var status = Driver.Submit(operation, new Sector(3), [DmaSegment.Of(data)], out var id);
        return status == DriverStatus.Ok ? id : throw new InvalidOperationException($"submission: {status}");
    }

    public DriverStatus Wait(RequestId id) => Driver.Wait(id, timeoutMs: 0, out _);

    /// <summary>Shut down, and nothing mapped any more.</summary>
    public void Close()
    {
        Driver.Shutdown(timeoutMs: 0);
        Cpu.UnmapForDevice(Region);
    }

    public void Reset(Strategy strategy) => Machine.Reset(strategy);

    public void Run()
    {
        program(this);
        Machine.Cpu.Finish();
        Engine.RunToRest();
        Machine.Monitors.CameToRest();
    }

    public string Describe(Operation operation) => "";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => Machine.Dispose();
}
