using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Devices;

/// <summary>
/// A simulated computer with the map of QEMU's Arm <c>virt</c> machine: RAM at 0x40000000, 32 virtio-mmio slots of 0x200 bytes at
/// 0x0a000000. Built once, reset for each execution.
/// </summary>
public sealed partial class SimulatedMachine : ISystem, ITraced, IDisposable
{
    public const ulong RamBase = 0x4000_0000, MmioBase = 0x0a00_0000;
    public const int MmioSlots = 32, FirstMmioInterrupt = 16;

    readonly List<VirtioDevice> devices = [];
    readonly byte[] console = new byte[4096];
    int consoleLength;

    readonly List<PostedWrites> posted = [];
    readonly List<IPlatformDevice> platform = [];
    readonly List<DmaPort> masters = [];
    readonly CpuAgent[] cpus;
    readonly int[] keptStores;
    readonly CacheWatch? cache;
    WeakMemory? ordered;

    readonly bool alwaysOrdered;

    /// <summary>A machine without devices.</summary>
    /// <param name="ramSize">In bytes.</param>
    /// <param name="memory">Sequentially consistent if null.</param>
    /// <param name="cpus">Several need a <see cref="Baton"/> to run them.</param>
    /// <param name="alwaysOrdered">True: a sequentially consistent memory, too, is the ordering machine (<see cref="Weak"/>), which keeps every order then. Its executions
    /// have graphs like those of the others, and one graph stands for all schedules that make it.</param>
    /// <param name="interrupts">Makes the interrupt controller and puts its registers on the bus; null: there is none, and lines are wired together.</param>
    public SimulatedMachine(ulong ramSize = 16 << 20, MachineMemory? memory = null, int cpus = 1, bool alwaysOrdered = false,
        Func<SimulatedMachine, InterruptController>? interrupts = null)
    {
        this.alwaysOrdered = alwaysOrdered;
        Memory = memory ?? MachineMemory.SequentiallyConsistent;
        this.cpus = new CpuAgent[cpus];
        for (int i = 0; i < cpus; i++) this.cpus[i] = Engine.Add(new CpuAgent($"cpu{i}"));
        keptStores = new int[cpus];
        Ram = new(Engine, RamBase, ramSize);
        cache = Memory.IsCoherent ? null : new(Engine, Ram);
        Messages = new(this);
        Monitors = new(this);
        Interrupts = interrupts?.Invoke(this) ?? new WiredInterrupts(this);
        Engine.System = this;
    }

    public Engine Engine { get; } = new();

    /// <summary>The only one, or the first.</summary>
    public CpuAgent Cpu => cpus[0];

    /// <summary>All of them: a CPU's place here is its agent's number, and its thread of a weak memory.</summary>
    public IReadOnlyList<CpuAgent> Cpus => cpus;

    public InterruptController Interrupts { get; }

    public Ram Ram { get; }

    public MachineMemory Memory { get; }

    /// <summary>What a bus address is more than the CPU address of the same memory: not 0 where an address of the wrong kind is to show.</summary>
    public ulong BusOffset { get; init; }

    /// <summary>What stands between devices and memory, or null: then all memory is mapped for good.</summary>
    public Iommu? Iommu { get; private init; }

    public bool UseIommu
    {
        get => Iommu is not null;
        init => Iommu = value ? new(this) : null;
    }

    /// <summary>Where the CPU and all that watches find what a device finds at a bus address.</summary>
    public ulong MemoryAt(BusAddress address) => address.Value - BusOffset;

    /// <summary>A region of memory by its place in RAM, in bytes: as the machine's description would give it to a kernel.</summary>
    public DmaRegion Region(uint offset, uint length) => new(new(RamBase + offset), new(RamBase + offset + BusOffset), length);

    /// <summary>The memory that orders no more than it must, or null: then RAM is all there is. There from the first <see cref="Reset"/> on.</summary>
    public WeakMemory? Weak { get; private set; }

    /// <summary>DMA masters that wait for a store.</summary>
    internal DmaWaits Waits { get; } = new();

    /// <summary>The CPU's cache, where devices do not see it; null where they do, and where the device keeps no rules, so that nobody could.</summary>
    public CacheWatch? Cache => Monitors.JudgeDevices ? cache : null;

    /// <summary>The driver's barrier sites, on weak memory.</summary>
    public BarrierSites Barriers { get; } = new();

    /// <summary>What register accesses carry between a CPU's and a device's accesses to memory, where it is weak.</summary>
    public RegisterMessages Messages { get; }

    public Bus Bus { get; } = new();

    /// <summary>Whose register write arrives, while one does that took time.</summary>
    internal CpuAgent? Arriving { get; set; }

    /// <summary>The CPU whose register access is being carried out: for registers of which each CPU has its own.</summary>
    internal CpuAgent Accessing => Arriving ?? Engine.Running;

    /// <summary>Whether the CPUs have I/O ports: x86's do.</summary>
    public bool HasPorts { get; init; }

    /// <summary>Whether firmware has said how fast the generic timer's counter is (CNTFRQ_EL0), as it must; if not, it reads as 0.</summary>
    public bool HasCounterFrequency { get; init; } = true;

    /// <summary>The PCI host, on a machine that has one.</summary>
    public PciHost? Pci { get; internal set; }

    public Monitors Monitors { get; }

    public List<VirtioDevice> Devices => devices;

    /// <summary>Paths of register writes; none where they arrive at once.</summary>
    internal IReadOnlyList<PostedWrites> Posted => posted;

    /// <summary>What the execution does, for people, while it is recorded; null in all others.</summary>
    internal TraceRecorder? Recorder { get; private set; }

    /// <summary>Pieces in which payload moves, each a scheduling point: more than one lets tearing and late writes show.</summary>
    public int PayloadChunks { get; set; } = 2;

    /// <summary>What the driver printed in this execution (the first 4,096 bytes).</summary>
    public ReadOnlySpan<byte> Console => console.AsSpan(0, consoleLength);

    /// <summary>A device in a slot, over virtio-mmio.</summary>
    public TDevice Plug<TDevice>(int slot, Func<DeviceTransport, TDevice> make) where TDevice : VirtioDevice
    {
        var transport = new MmioTransport(this, Interrupts.AddLine(FirstMmioInterrupt + slot));
        var device = make(transport);
        Attach(slot, transport, device.Name);
        devices.Add(device);
        return device;
    }

    /// <summary>A device over virtio-pci.</summary>
    /// <param name="settings">What its function is.</param>
    /// <param name="make">Makes the device.</param>
    /// <param name="device">Its place on the bus, 0 to 31.</param>
    /// <param name="behind">The bridge that it is behind; null: on the root bus.</param>
    public TDevice PlugPci<TDevice>(VirtioPciSettings settings, Func<DeviceTransport, TDevice> make, int device, PciBridge? behind = null) where TDevice : VirtioDevice
    {
        var transport = new PciTransport(this, settings);
        var made = make(transport);
        (Pci ?? throw new InvalidOperationException("this machine has no PCI")).Plug(transport.Function, device, behind: behind);
        devices.Add(made);
        return made;
    }

    /// <summary>
    /// Any block of registers in a slot, with the path that its writes take. Unless it is an <see cref="IPlatformDevice"/>, the caller resets it, and its state is in no fingerprint.
    /// </summary>
    public void Attach(int slot, IBusDevice device, string name) => Attach(SlotAddress(slot), 0x200, device, name);

    /// <inheritdoc cref="Attach(int, IBusDevice, string)"/>
    public void Attach(ulong address, ulong size, IBusDevice device, string name)
    {
        Bus.Add(address, size, device, PathsTo(device, name));
        if (device is IPlatformDevice known) platform.Add(known);
    }

    /// <summary>What each CPU's register writes to a device take on their way; null where they arrive at once.</summary>
    internal PostedWrites[]? PathsTo(IBusDevice device, string name)
    {
        var paths = Memory.IsWeak ? new PostedWrites[cpus.Length] : null;
        for (int i = 0; i < paths?.Length; i++) posted.Add(paths[i] = Engine.Add(new PostedWrites(this, device, cpus[i], paths, PathName(name, i))));
        return paths;
    }

    /// <summary>Fills the slots that have no device, as QEMU does: a block that answers with DeviceID 0.</summary>
    public void FillEmptySlots(uint version)
    {
        var empty = new EmptyMmioSlot(version);
        for (int slot = 0; slot < MmioSlots; slot++)
        {
            if (Bus.Find(SlotAddress(slot), out _) is null) Bus.Add(SlotAddress(slot), 0x200, empty);
        }
    }

    string PathName(string device, int cpu) => cpus.Length == 1 ? $"{device}.path" : $"{device}.path{cpu}";

    public static ulong SlotAddress(int slot) => MmioBase + 0x200UL * (ulong)slot;

    /// <summary>The number of a DMA master's thread; the CPUs come first.</summary>
    internal int AddMaster(DmaPort port)
    {
        masters.Add(port);
        return cpus.Length + masters.Count - 1;
    }

    internal bool IsCpu(int thread) => thread < cpus.Length;

    /// <summary>Whose thread of memory it is.</summary>
    internal string ThreadName(int thread) => IsCpu(thread) ? cpus[thread].Name : masters[thread - cpus.Length].Agent.Name;

    public void Reset(Strategy strategy)
    {
        Weak = Memory.IsWeak || alwaysOrdered || strategy is Reducer ? ordered ??= new(Engine, Ram, Memory.Model, cpus.Length + masters.Count, Waits) : null;
        Engine.Reset(strategy);
        Arriving = null;
        Recorder?.Begin();
        Waits.Reset();
        Interrupts.Reset();
        Monitors.Reset();
        Ram.Reset();
        Weak?.Reset();
        if (Weak is not null) Weak.Audit.Recorder = Recorder;
        ForgetArrivals();
        Messages.Reset();
        Cache?.Reset();
        Iommu?.Reset();
        foreach (var device in devices) device.PowerOn();
        Pci?.PowerOn();
        foreach (var device in platform) device.PowerOn();
        consoleLength = 0;
    }

    public void Print(ReadOnlySpan<byte> text)
    {
        int count = Math.Min(text.Length, console.Length - consoleLength);
        Recorder?.Prints(text);
        text[..count].CopyTo(console.AsSpan(consoleLength));
        consoleLength += count;
    }

    void ISystem.Fold(ref StateHasher hasher)
    {
        hasher.Add(Ram.Hash);
        Weak?.Fold(ref hasher);
        Cache?.Fold(ref hasher);
        Iommu?.Fold(ref hasher);
        Interrupts.Fold(ref hasher);
        foreach (var path in posted) path.Fold(ref hasher);
        if (Memory.IsWeak) Messages.Fold(ref hasher);
        foreach (var device in devices) device.Fold(ref hasher);
        Pci?.Fold(ref hasher);
        foreach (var device in platform) device.Fold(ref hasher);
        Monitors.Fold(ref hasher);
    }

    Violation ISystem.LostWakeUp(CpuAgent waiting) => Monitors.LostNotification(waiting);

    /// <summary>A full barrier that waits for completion: a CPU's register writes that only the device acknowledges have arrived after it.</summary>
    internal void CompleteRegisterWrites(int cpu)
    {
        if (Memory.CompletesAtEndpoint) PushRegisterWrites(cpu);
    }

    /// <summary>All register writes that a CPU has made arrive now.</summary>
    internal void PushRegisterWrites(int cpu)
    {
        foreach (var path in posted)
        {
            if (path.Cpu.Id == cpu) path.Push(Weak!);
        }
    }

    /// <summary>Whether a CPU's write to a register has not arrived yet.</summary>
    internal bool IsOnItsWay(CpuAgent cpu, IBusDevice device, uint offset) => posted.Exists(path => path.Cpu == cpu && path.IsOnItsWay(device, offset));

    /// <summary>A CPU did something that later stores of it are kept behind: so are those of whoever sees them, register writes included.</summary>
    internal void KeepStores(int cpu) => keptStores[cpu]++;

    internal int KeptStores(int cpu) => keptStores[cpu];

    /// <summary>What must have happened for an exploration of weak memory to mean anything; empty on sequentially consistent memory.</summary>
    public IReadOnlyList<Premise> MemoryPremises => Weak is null && !Memory.IsWeak ? [] :
    [
        new("executions held against the axioms", Weak?.Audit.Checked ?? 0, Required: true),
        new("loads that returned an older value", Weak?.OlderLoads ?? 0, Required: false),
        new("stores that took an earlier place", Weak?.EarlierStores ?? 0, Required: false),
        new("register writes that arrived late", Weak?.PostedWrites ?? 0, Required: false),
    ];

    void ISystem.Touched(ulong watchKey)
    {
        if (Weak is null) Waits.Changed(watchKey); // a weak memory tells of each store, whatever its value and place
    }

    Violation? ISystem.Audit() => Weak?.Audit.Judge();

    void ISystem.IterationFailed(CpuAgent cpu) => Weak?.TakeBack(cpu);

    IReadOnlyList<string> ISystem.Explain() => Weak is null ? [] : OrderingExplanation.Of(this);

    void ITraced.Record(bool on, int most)
    {
        Recorder = on ? new(this) { MostEvents = most } : null;
        Engine.Observer = Interrupts.Recorder = Recorder;
    }

    ExecutionTrace ITraced.Recorded() => Recorder?.End() ?? throw new InvalidOperationException("nothing was recorded");

    public void Dispose()
    {
        ordered?.Dispose();
        Ram.Dispose();
    }
}
