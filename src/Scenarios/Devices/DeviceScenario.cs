using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Ordering;

namespace Ringcheck.Scenarios;

/// <summary>
/// A real driver on a simulated machine, whatever the device: found as a kernel finds it, initialised, run through a program, and its outcome judged. Each request must
/// end exactly once; what it must end with, and the verbs that make requests, are in the class of the device, whose constructor plugs the device in (<see cref="Plug"/>)
/// and gives the driver (<see cref="Use"/>).
/// </summary>
abstract partial class DeviceScenario<TDevice, TDriver> : IBarrierScenario
    where TDevice : VirtioDevice
    where TDriver : class, IVirtioDriver
{
    /// <summary>Where the driver's memory is, and from where on the rest is the program's, both from the start of RAM.</summary>
    protected const uint DriverMemory = 0x10_0000, Buffers = 0x20_0000;

    /// <summary>What is waited for an answer that may never come.</summary>
    protected const uint UnansweredTimeoutMs = 100;

    const int HotPlugInterrupt = 63;

    readonly DeviceSetup setup;
    readonly DeviceProfile profile;
    readonly bool freshDriver;
    readonly SimulatedMachine machine;
    readonly ActionAgent? unplug;
    readonly InterruptLine? hotPlug;
    readonly ActionAgent? outside;
    readonly Queue<Operation> askedOfHost = [];
    readonly string[] counted;
    readonly long[] counts;
    uint deviceType;
    TDevice? device;
    TDriver? driver;
    Func<TDriver>? makeDriver;
    DmaRegion driverRegion;

    /// <summary>A machine without a device yet: see <see cref="Plug"/> and <see cref="Use"/>.</summary>
    /// <param name="setup">What it is.</param>
    /// <param name="profile">How the device uses its freedom.</param>
    /// <param name="memory">The machine's.</param>
    /// <param name="freshDriver">Whether each execution gets a new driver object.</param>
    /// <param name="ownPremises">Names of what the device's own class counts.</param>
    protected DeviceScenario(DeviceSetup setup, DeviceProfile profile, MachineMemory memory, bool freshDriver, params string[] ownPremises)
    {
        if (setup.Pci is { IsPc: true } && memory.Model == MemoryModel.AArch64) throw new ArgumentException("a pc is an x86 machine: its memories are sc and tso");
        this.setup = setup;
        this.profile = profile;
        this.freshDriver = freshDriver;
        Program = setup.Program;
        machine = new(memory: memory) { BusOffset = setup.BusOffset, UseIommu = setup.UseIommu, HasPorts = setup.Pci is { IsPc: true }, PayloadChunks = setup.PayloadChunks };
        machine.Engine.TimersOnlyWhenIdle = !setup.TimersAtAnyTime;
        machine.Monitors.JudgeDevices = !IsHostile;
        Cpu = new(machine);
        machine.Cpu.Handler = OnInterrupt;
        counted = [.. DevicePremise.Counted, .. ownPremises];
        counts = new long[counted.Length];
        if (setup.Program.Any(DeviceVerbs.IsOfHost)) outside = machine.Engine.Add(new ActionAgent("host", ActAsHost));
        if (setup.Unplug == DeviceUnplug.Never) return;
        unplug = machine.Engine.Add(new ActionAgent("unplug", TakeAway));
        hotPlug = machine.Interrupts.AddLine(HotPlugInterrupt);
    }

    public Engine Engine => machine.Engine;

    public BarrierSites Barriers => machine.Barriers;

    public IReadOnlyList<Operation> Program { get; set; }

    public SimulatedMachine Machine => machine;

    public TDevice Device => device ?? throw new InvalidOperationException("no device was plugged in");

    public TDriver Driver => driver ?? throw new InvalidOperationException("there is no driver");

    public string Bounds => $"ring of {setup.QueueSize}, {Program.Count} operations, payload in {setup.PayloadChunks}, {machine.Engine.MaxPoints} points";

    public IReadOnlyList<WatchedRule> Rules => RuleNumbers.All;

    public IReadOnlyList<Premise> Premises
    {
        get
        {
            var (ownership, notifications) = (machine.Monitors.Ownership, machine.Monitors.Notifications);
            return
            [
                .. counted.Select((name, i) => PremiseOf(name, counts[i])),
                PremiseOf(DevicePremise.IndexWraps, ownership.IndexWraps),
                PremiseOf(DevicePremise.ChainsReturned, ownership.ChainsReturned),
                PremiseOf(DevicePremise.KicksSaved, notifications.KicksSaved),
                PremiseOf(DevicePremise.InterruptsSaved, notifications.InterruptsSaved),
                PremiseOf(DevicePremise.PassedIommu, machine.Iommu?.Passed ?? 0),
                .. machine.MemoryPremises,
            ];
        }
    }

    protected SimMachine Cpu { get; }

    protected DeviceProfile Profile => profile;

    protected bool IsHostile => profile == DeviceProfile.Hostile;

    /// <summary>Where time-outs may come at any moment, that of a reset would leave nothing to ask.</summary>
    protected DriverOptions DriverOptions => new(setup.UseInterrupts, setup.UseEventIndex,
        setup.TimersAtAnyTime && !IsHostile ? 0 : DriverOptions.Default.ResetTimeoutMs, setup.StartAt);

    /// <summary>What every device is told.</summary>
    protected VirtioSettings DeviceSettings => new()
    {
        Profile = profile,
        IsLegacy = setup.IsLegacy,
        StartAt = setup.StartAt,
        QueueSizeMax = setup.QueueSizeMax,
        MaximumHangs = setup.MaximumHangs,
    };

    /// <summary>The size that the driver asks for: QEMU's legacy queues over PCI have one size, which cannot be chosen.</summary>
    protected ushort QueueSizeWith(ushort qemuQueueSize) => profile == DeviceProfile.Qemu && setup.Pci is { UseLegacy: true } ? qemuQueueSize : setup.QueueSize;

    public void Reset(Strategy strategy)
    {
        machine.Reset(strategy);
        ForgetRequests();
        transport = default;
        regionIsMapped = deviceMayRun = false;
        askedOfHost.Clear();
        if (freshDriver) driver = makeDriver!();
        PowerOn();
    }

    public string Describe(Operation operation) => operation.IsOwn() ? DescribeOwn(operation) : DeviceVerbs.Describe(operation);

    public IEnumerable<Operation> Simpler(Operation operation) => operation.IsOwn() ? SimplerOwn(operation) : DeviceVerbs.Simpler(operation);

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => machine.Dispose();

    /// <summary>The program's own state, back to the beginning of an execution.</summary>
    protected abstract void PowerOn();

    protected abstract string DescribeOwn(Operation operation);

    protected virtual IEnumerable<Operation> SimplerOwn(Operation operation) => [];

    /// <summary>Called once, by the constructor, after <see cref="Plug"/>.</summary>
    protected void Use(uint memoryLength, Func<TDriver> make)
    {
        makeDriver = make;
        driver = make();
        driverRegion = machine.Region(DriverMemory, memoryLength);
        machine.Cache?.MapUncached(driverRegion.Cpu.Value, driverRegion.Length);
    }

    protected void Count(string premise)
    {
        if (!Engine.Draining) counts[Array.IndexOf(counted, premise)]++;
    }

    protected void Fail(string monitor, string rule, string[] clauses, string message, string mend) => Engine.Fail(new(monitor, rule, clauses, message, mend));

    /// <summary>Of what a hostile device answers little is judged; that it did serve requests is asked all the same.</summary>
    Premise PremiseOf(string name, long count) => new(name, count, Required: IsHostile ? name == DevicePremise.RequestsOk : setup.Requires.Contains(name));
}
