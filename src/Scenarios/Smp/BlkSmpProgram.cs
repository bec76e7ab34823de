using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// The virtio-blk driver used by several CPUs (<see cref="LockedBlk{TMachine}"/>). Each CPU submits its requests, waits for them, judges their ends and data, and
/// writes over their memory at once; the monitors watch who owns it.
/// </summary>
sealed partial class BlkSmpProgram : ISmpProgram
{
    const uint PresentWord = 0x1000, GraceWords = 0x1040, SharedWords = 0x2000, DriverMemory = 0x10_0000, Buffers = 0x20_0000, BufferStride = 0x1000;
    const int SectorsOfDisk = 64, MostRequests = 4;

    /// <summary>What memory is overwritten with once it is somebody else's.</summary>
    const byte Other = 0xA5;

    struct Request
    {
        public RequestId Id;
        public Operation What;
        public uint Content;
        public DmaRegion Buffer;
        public bool IsOutstanding;
    }

    readonly BlkSmpSetup setup;
    readonly DeviceProfile profile;
    readonly string variant;
    readonly ReferenceDisk reference = new(SectorsOfDisk);
    readonly Request[][] requests;
    readonly byte[][] scratch;
    readonly BlkOptions options;
    SmpScenario scenario = null!;
    BlkDevice device = null!;
    VirtioBlk<SimMachine> driver = null!;
    LockedBlk<SimMachine> blk = null!;
    uint nextContent;
    bool wasRemoved;
    long ok, aborted, gone, judged, interrupts, resets;

    public BlkSmpProgram(BlkSmpSetup setup, DeviceProfile profile, string variant)
    {
        this.setup = setup;
        this.profile = profile;
        this.variant = variant;
        requests = [.. setup.Scripts.Select(_ => new Request[MostRequests])];
        scratch = [.. setup.Scripts.Select(_ => new byte[Sector.Size])];
        options = BlkOptions.Default with { QueueSize = setup.QueueSize, MaxDataSegments = 1, UseInterrupts = setup.InterruptCpu is not null, QueueCount = (ushort)Queues };
    }

    public int Cpus => setup.Scripts.Count;

    int Queues => setup.HasQueueForEachCpu ? Cpus : 1;

    public int? SearchedDeviations => null;

    public string Bounds => $"{(Queues > 1 ? $"{Queues} rings" : "ring")} of {setup.QueueSize}, {setup.Scripts.Sum(script => script.Count)} operations, payload in {scenario.Machine.PayloadChunks}";

    bool Resets => setup.Scripts.Any(script => script.Any(operation => operation.VerbOf() == BlkVerb.Recover));

    bool Removes => setup.Scripts.Any(script => script.Any(operation => operation.VerbOf() == BlkVerb.Restart));

    public IReadOnlyList<Premise> Premises =>
    [
        new(BlkPremise.RequestsOk, ok, Required: true),
        new(BlkPremise.SectorsJudged, judged, Required: true),
        new(BlkPremise.RequestsAborted, aborted, Required: Resets),
        new(BlkPremise.Resets, resets, Required: Resets),
        new("requests that found the device gone", gone, Required: Removes),
        new(BlkPremise.Interrupts, interrupts, Required: setup.InterruptCpu is not null),
        new("waits for a lock", scenario.Machine.Monitors.Locks.Waits, Required: variant == LockProgram.Shipped),
    ];

    SimMachine Cpu => scenario.Cpu;

    GracePeriods Grace => new(SmpScenario.At(GraceWords), (uint)Cpus);

    IrqLock Guard => new(SmpScenario.At(SharedWords));

    public void Build(SmpScenario on)
    {
        scenario = on;
        var machine = on.Machine;
        machine.Monitors.JudgeLengths = profile != DeviceProfile.Qemu;
        machine.Monitors.Locks.Call(SmpScenario.At(SharedWords), "the driver's lock");
        machine.Monitors.Locks.ProtectsFields = true;
        device = machine.Plug(0, transport => new BlkDevice(machine, transport, "blk", new BlkSettings { Profile = profile, Image = new SyntheticImage(SectorsOfDisk), QueueCount = Queues }));
        machine.FillEmptySlots(MmioIdentity.ModernVersion);
        machine.Cache?.MapUncached(SmpScenario.At(0).Value, 0x4000);
        machine.Cache?.MapUncached(SmpScenario.At(DriverMemory).Value, options.MemoryLength);
        driver = new(on.Cpu, options);
        blk = new(on.Cpu, driver, SmpScenario.At(PresentWord), SmpScenario.At(SharedWords));
        if (setup.InterruptCpu is not { } target) return;
        machine.Interrupts.RouteTo(machine.Cpus[target]);
        machine.Cpus[target].Handler = OnInterrupt;
    }

    public void PowerOn()
    {
        reference.Reset();
        foreach (var each in requests) Array.Clear(each);
        nextContent = 1;
        wasRemoved = false;
    }

    public void BringUp()
    {
        Grace.Initialise(Cpu);
        var status = MmioBus.Find(Cpu, DeviceType.Block, out var transport);
        if (status == DriverStatus.Ok) status = blk.Start(transport, SmpScenario.Region(DriverMemory, options.MemoryLength));
        if (status == DriverStatus.Ok || (profile == DeviceProfile.Odd && status == DriverStatus.FeaturesRefused)) return;
        scenario.Fail("initialisation", status.ToString(), $"the driver could not bring up a device that is well: {status}", "Follow 3.1.1 step by step.");
    }

    public void TearDown()
    {
    }

    void OnInterrupt()
    {
        if (!scenario.Engine.Draining) interrupts++;
        scenario.Machine.Monitors.HandlerEntered();
        if (variant == BlkSmpScenarios.HandlerWithoutLock) driver.OnInterrupt();
        else blk.OnInterrupt();
        scenario.Machine.Monitors.HandlerLeft();
    }

    /// <summary>The disk holds what was written, and nothing else.</summary>
    public void Judge()
    {
        for (uint sector = 0; sector < SectorsOfDisk; sector++)
        {
            if (!reference.IsKnown(sector)) continue;
            device.Disk.Read(new Sector(sector), scratch[0]);
            int wrong = reference.Compare(sector, scratch[0]);
            if (wrong >= 0) scenario.Fail("data-integrity", "disk-differs", $"the disk holds other data in sector {sector}, byte {wrong}, than the program was told",
                "What a write reports as done must be on the disk, and nothing else may change.");
        }
        if (wasRemoved) JudgeReusedMemory();
    }

    /// <summary>After removal the memory of driver and lock is somebody else's: nobody may have written there.</summary>
    void JudgeReusedMemory()
    {
        foreach (byte each in scenario.Machine.Ram.Span(SmpScenario.At(SharedWords).Value, (int)LockedBlk<SimMachine>.SharedLength))
        {
            if (each != Other) scenario.Fail("rcu", "use-after-free", "the memory of the driver's lock was written to after the device was removed and the memory used for something else",
                "Make it unreachable, wait for a grace period, and then free it.");
        }
    }
}
