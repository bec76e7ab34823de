using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// A block device opened with a fallback allowed, while the device is there: it may refuse (profile odd), and then the caller must be told.
/// Success counts only if the device has served it: whoever tests against memory that nobody announced tests nothing.
/// </summary>
sealed class BlkOpenScenario : IBarrierScenario
{
    public const string Name = "blk-open", Summary = "opened with a fallback allowed: a device that is there must not be hidden by it";

    const uint DriverMemory = 0x10_0000, Buffer = 0x20_0000, FallbackMemory = 0x21_0000, FallbackSectors = 16;

    readonly DeviceProfile profile;
    readonly SimulatedMachine machine;
    readonly SimMachine cpu;
    readonly DmaRegion driverRegion;
    readonly RamDisk<SimMachine> fallback;
    readonly VirtioBlk<SimMachine> driver;
    readonly byte[] scratch = new byte[Sector.Size];
    long opened, refused;
    int succeeded;

    public BlkOpenScenario(DeviceProfile profile, MachineMemory memory)
    {
        machine = new(memory: memory);
        this.profile = profile;
        machine.Monitors.JudgeDevices = profile != DeviceProfile.Hostile;
        machine.Plug(0, transport => new BlkDevice(machine, transport, "blk", new BlkSettings
        {
            Profile = profile,
            Image = new SyntheticImage(BlkScenario.CapacitySectors),
            Refusable = FeatureSet.Of(BlkFeature.Discard),
        }));
        machine.FillEmptySlots(MmioIdentity.ModernVersion);
        cpu = new(machine);
        machine.Cache?.MapUncached(SimulatedMachine.RamBase + DriverMemory, Buffer - DriverMemory);
        var options = BlkOptions.Default with { QueueSize = 4, MaxDataSegments = 1 };
        driverRegion = Region(DriverMemory, options.MemoryLength);
        driver = new(cpu, options);
        fallback = new(cpu, Region(FallbackMemory, FallbackSectors * Sector.Size));
        machine.Cpu.Handler = () => driver.OnInterrupt();
    }

    public Engine Engine => machine.Engine;

    public BarrierSites Barriers => machine.Barriers;

    public IReadOnlyList<Operation> Program { get; set; } = [BlkVerbs.Do(BlkVerb.Write, 3, 1, 1), BlkVerbs.Do(BlkVerb.Read, 3, 1, 1)];

    public string Bounds => $"{Program.Count} operations, {machine.Engine.MaxPoints} points";

    public IReadOnlyList<WatchedRule> Rules => RuleNumbers.All;

    public IReadOnlyList<Premise> Premises =>
    [
        new("devices opened", opened, Required: profile != DeviceProfile.Hostile),
        new("devices that refused", refused, Required: profile == DeviceProfile.Odd),
        .. machine.MemoryPremises,
    ];

    public void Reset(Strategy strategy)
    {
        machine.Reset(strategy);
        succeeded = 0;
    }

    public void Run()
    {
        Engine.Begins(-1, "open a disk");
        var status = BlockDevices.OpenOrFallback(cpu, driver, driverRegion, fallback, allowFallback: true, out var disk);
        cpu.UnmaskInterrupts();
        if (status == DriverStatus.Ok) Use(disk);
        else JudgeRefusal(status);
        machine.Cpu.Finish();
        Engine.RunToRest();
        machine.Monitors.CameToRest();
        int served = machine.Monitors.Ownership.TakenBackNow;
        if (profile != DeviceProfile.Hostile && succeeded > served) Fail("vacuity", "device-not-touched",
            $"{succeeded} requests ended well, but the device has served {served}", "Success without the device is a fallback: say so, or fail.");
    }

    void Use(in BlockDevice<SimMachine> disk)
    {
        if (!Engine.Draining) opened++;
        if (disk.Kind != BlockDeviceKind.VirtioBlk && profile != DeviceProfile.Hostile) Fail("fallback", "hides-device",
            "the device is there and was not opened, and the caller got a fallback", "Fall back only where there is no device.");
        if (disk.Kind != BlockDeviceKind.VirtioBlk) return;
        var buffer = Region(Buffer, Sector.Size);
        for (int i = 0; i < Program.Count; i++)
        {
            var operation = Program[i];
            Engine.Begins(i);
            var sector = new Sector(operation.A % FallbackSectors);
            ReferenceDisk.Fill(scratch, 1, (uint)sector.Value);
            bool isWrite = operation.VerbOf() == BlkVerb.Write;
            if (isWrite) cpu.CopyToMemory(buffer.Cpu, scratch);
            // A hostile device may never answer; an honest one does, and then no time passes.
            const uint timeoutMs = 1000;
            var status = isWrite ? disk.Write(sector, buffer, timeoutMs) : disk.Read(sector, buffer, timeoutMs);
            if (status == DriverStatus.TimedOut) return;
            if (status == DriverStatus.Ok) succeeded++;
        }
    }

    void JudgeRefusal(DriverStatus status)
    {
        if (!Engine.Draining) refused++;
        bool mayRefuse = profile == DeviceProfile.Hostile || (profile == DeviceProfile.Odd && status == DriverStatus.FeaturesRefused);
        if (!mayRefuse) Fail("initialisation", status.ToString(), $"the driver could not bring up a device that is well: {status}",
            "Follow 3.1.1 step by step; the monitors name the step if it was one of the driver's.");
    }

    public string Describe(Operation operation) => BlkVerbs.Describe(operation);

    public IEnumerable<Operation> Simpler(Operation operation) => BlkVerbs.Simpler(operation);

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => machine.Dispose();

    static DmaRegion Region(uint offset, uint length)
        => new(new(SimulatedMachine.RamBase + offset), new(SimulatedMachine.RamBase + offset), length);

    void Fail(string monitor, string rule, string message, string mend) => Engine.Fail(new(monitor, rule, [], message, mend));
}
