using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// The queue and the transport as a driver other than <see cref="VirtioBlk{TMachine}"/> may use them: it notifies without asking whether that is
/// wanted, which is always allowed (2.7.10), and takes its queue back from a device that it does not reset (4.2.2.2), with a request in flight,
/// to use the memory for something else. What it wrote there must stay.
/// </summary>
sealed class QueueScenario : IBarrierScenario
{
    public const string NotifyName = "queue-notify", NotifySummary = "a queue whose device is always notified, without asking whether it wants that";
    public const string RestartName = "queue-restart", RestartSummary = "a queue set up a second time in the same memory, for a device that may look at it before it is notified";
    public const string RecycleName = "queue-recycle", RecycleSummary = "a buffer read and handed to the device again, while it is at work on another";
    public const string ReleaseName = "queue-release", ReleaseSummary = "a queue taken back with a request in flight, to use its memory for something else";

    /// <summary>QEMU goes on serving a queue whose QueueReady is 0 (data/qemu-observed.md), and of a hostile device's data nothing can be said.</summary>
    public static readonly string[] Profiles = ["strict", "odd"];

    const byte ReadCode = 1, WaitCode = 2, ReleaseCode = 3, RestartCode = 4;
    const ushort QueueSize = 8;
    const uint Sectors = 64, QueueMemory = 0x10_0000, Requests = 0x20_0000, RequestStride = 0x1000, DataOffset = 0x200, StatusOffset = 0x180;
    const int MaxRequests = 8;

    readonly SimulatedMachine machine;
    readonly SimMachine cpu;
    readonly SplitQueue<SimMachine> queue;
    readonly DmaSegment[] readable = new DmaSegment[1], writable = new DmaSegment[2];
    readonly byte[] scratch = new byte[Sector.Size];
    readonly uint[] sectorOf = new uint[MaxRequests];
    readonly ushort[] headOf = new ushort[MaxRequests];
    readonly bool[] isInFlight = new bool[MaxRequests];
    int inFlight;
    long judged, released, restarted;

    readonly string name;

    /// <summary>One of the scenarios by name.</summary>
    public QueueScenario(string name, DeviceProfile profile, MachineMemory memory)
    {
        this.name = name;
        machine = new(memory: memory);
        machine.Plug(0, transport => new BlkDevice(machine, transport, "blk", new BlkSettings { Profile = profile, Image = new SyntheticImage(Sectors) }));
        machine.Cache?.MapUncached(machine.Ram.Base, machine.Ram.Size); // rings and buffers are all uncached here
        cpu = new(machine);
        queue = new(cpu, QueueSize);
        Program = name switch
        {
            ReleaseName => [new(ReadCode, 5), new(ReadCode, 9), new(WaitCode), new(ReadCode, 6), new(ReleaseCode)],
            RecycleName => [new(ReadCode, 5), new(ReadCode, 9), new(WaitCode), new(ReadCode, 6), new(WaitCode), new(WaitCode)],
            RestartName => [new(ReadCode, 5), new(WaitCode), new(RestartCode), new(ReadCode, 9), new(WaitCode)],
            _ => [new(ReadCode, 5), new(WaitCode), new(ReadCode, 9), new(WaitCode)],
        };
    }

    public Engine Engine => machine.Engine;

    public BarrierSites Barriers => machine.Barriers;

    public IReadOnlyList<Operation> Program { get; set; }

    public string Bounds => $"ring of {QueueSize}, {Program.Count} operations, payload in {machine.PayloadChunks}, {machine.Engine.MaxPoints} points";

    public IReadOnlyList<WatchedRule> Rules => RuleNumbers.All;

    public IReadOnlyList<Premise> Premises =>
    [
        new("sectors read and compared", judged, Required: name != ReleaseName),
        new("queues taken back with a request in flight", released, Required: name == ReleaseName),
        new("queues set up again", restarted, Required: name == RestartName), .. machine.MemoryPremises,
    ];

    public void Reset(Strategy strategy)
    {
        machine.Reset(strategy);
        inFlight = 0;
        Array.Clear(isInFlight);
    }

    public void Run()
    {
        Engine.Begins(-1, "find and initialise the device");
        MustBringUp(out var transport);
        bool isOurs = true;
        for (int i = 0; i < Program.Count; i++)
        {
            var operation = Program[i];
            if (!isOurs) break;
            Engine.Begins(i);
            if (operation.Code == ReadCode && inFlight < MaxRequests) Read(operation.A % Sectors);
            else if (operation.Code == WaitCode && inFlight > 0) Wait();
            else if (operation.Code == RestartCode && inFlight == 0) Restart(out transport);
            else if (operation.Code == ReleaseCode) isOurs = !Release(transport);
        }
        Engine.Begins(-1, "wait for what is left");
        while (isOurs && inFlight > 0) Wait();
        machine.Cpu.Finish();
        Engine.RunToRest();
    }

    void MustBringUp(out Transport transport)
    {
        if (BringUp(out transport) is var status && status != DriverStatus.Ok)
            Fail("initialisation", status.ToString(), $"the driver could not bring up a device that is well: {status}", "Follow 3.1.1 step by step.");
    }

    void Restart(out Transport transport)
    {
        const int looks = 8;
        MustBringUp(out transport);
        for (int i = 0; i < looks; i++) transport.ReadStatus(cpu); // a driver with other things to do: time for the device to look by itself
        if (!Engine.Draining) restarted++;
    }

    DriverStatus BringUp(out Transport transport)
    {
        var status = MmioBus.Find(cpu, DeviceType.Block, out transport);
        if (status == DriverStatus.Ok) status = transport.Reset(cpu, Deadline.Never);
        if (status != DriverStatus.Ok) return status;
        const uint known = DeviceStatus.Acknowledge | DeviceStatus.Driver, chosen = known | DeviceStatus.FeaturesOk;
        transport.WriteStatus(cpu, DeviceStatus.Acknowledge);
        transport.WriteStatus(cpu, known);
        transport.WriteFeatures(cpu, transport.ReadFeatures(cpu, FeatureSet.Of(Feature.Version1)));
        transport.WriteStatus(cpu, chosen);
        if (transport.ReadStatus(cpu) != chosen) return DriverStatus.FeaturesRefused;
        var layout = SplitLayout.Modern(QueueSize);
        var memory = Region(QueueMemory, layout.Length);
        var doorbell = default(Doorbell);
        status = queue.Initialise(memory, layout, default, useEventIndex: false);
        if (status == DriverStatus.Ok) status = transport.SetUpQueue(cpu, new QueueIndex(0), layout, memory.Bus, out doorbell);
        if (status != DriverStatus.Ok) return status;
        queue.AttachDoorbell(doorbell);
        queue.DisableInterrupts();
        transport.WriteStatus(cpu, chosen | DeviceStatus.DriverOk);
        return DriverStatus.Ok;
    }

    void Read(uint sector)
    {
        int free = Array.IndexOf(isInFlight, false); // the lowest: memory is used again as soon as it can be
        var request = Request(free);
        cpu.Store32(request.Cpu + BlkRequest.TypeOffset, BlkRequestType.In);
        cpu.Store64(request.Cpu + BlkRequest.SectorOffset, sector);
        cpu.Store8(request.Cpu + StatusOffset, BlkStatus.NotWritten);
        readable[0] = DmaSegment.Of(request.Slice(0, BlkRequest.HeaderSize));
        writable[0] = DmaSegment.Of(request.Slice(DataOffset, Sector.Size));
        writable[1] = DmaSegment.Of(request.Slice(StatusOffset, BlkRequest.StatusSize));
        if (queue.TryAdd(readable, writable, out var head) != DriverStatus.Ok) return; // full: the program is longer than the ring
        (sectorOf[free], headOf[free], isInFlight[free]) = (sector, head.Value, true);
        inFlight++;
        queue.Publish();
        queue.Notify();
    }

    void Wait()
    {
        var poll = cpu.BeginPoll(Deadline.Never);
        while (cpu.KeepPolling(ref poll, done: queue.HasUsed()))
        {
        }
        int request = -1;
        if (queue.TryTakeUsed(out var used) == DriverStatus.Ok)
        {
            for (int i = 0; i < MaxRequests; i++)
            {
                if (isInFlight[i] && headOf[i] == used.Head.Value) request = i;
            }
        }
        if (request < 0) Fail("completion", "request-unknown", $"what came back is no request that was made (queue fault: {queue.Fault})",
            "Read the used element only after the index that says it is there.");
        isInFlight[request] = false;
        inFlight--;
        var memory = Request(request);
        if (cpu.Load8(memory.Cpu + StatusOffset) != BlkStatus.Ok) Fail("completion", "request-failed", "a request that a well device has served has no good status",
            "Read the status only after the used index that says it is there.");
        cpu.CopyFromMemory(memory.Cpu + DataOffset, scratch);
        if (Differs(scratch, at => SyntheticImage.Word(new(sectorOf[request]), at)) is var wrong && wrong >= 0) Fail("data-integrity", "wrong-data",
            $"sector {sectorOf[request]}, byte {wrong} is not what is on the disk", "Read the data only after the used index that says it is there.");
        if (!Engine.Draining) judged++;
    }

    /// <summary>True: the queue is ours, and so is the memory of what was in flight.</summary>
    bool Release(in Transport transport)
    {
        if (transport.ReleaseQueue(cpu, new QueueIndex(0)) != DriverStatus.Ok)
            Fail("queue", "not-released", "the device keeps a queue whose QueueReady was written 0", "Read QueueReady back.");
        if (!Engine.Draining && inFlight > 0) released++;
        for (int request = 0; request < MaxRequests; request++)
        {
            if (isInFlight[request]) UseForSomethingElse(request);
        }
        return true;
    }

    void UseForSomethingElse(int request)
    {
        var data = Request(request).Cpu + DataOffset;
        ulong Mark(int at) => 0x0DDBA11UL << 32 | (uint)request << 16 | (uint)at;
        for (int at = 0; at < scratch.Length; at += sizeof(ulong)) BitConverter.TryWriteBytes(scratch.AsSpan(at), Mark(at));
        cpu.CopyToMemory(data, scratch);
        Array.Clear(scratch);
        cpu.CopyFromMemory(data, scratch);
        if (Differs(scratch, Mark) is var wrong && wrong >= 0) Fail("memory-reuse", "written-late",
            $"byte {wrong} of a buffer that is the driver's again is not what the driver wrote there: the device's write came after it",
            "Use memory that a device had only after the answer that says it is done with it (BarrierPurpose.AfterRegisterRead).");
    }

    static int Differs(byte[] found, Func<int, ulong> wanted)
    {
        for (int at = 0; at < found.Length; at += sizeof(ulong))
        {
            if (BitConverter.ToUInt64(found, at) != wanted(at)) return at;
        }
        return -1;
    }

    static DmaRegion Request(int index) => Region(Requests + (uint)index * RequestStride, RequestStride);

    static DmaRegion Region(uint offset, uint length) => new(new(SimulatedMachine.RamBase + offset), new(SimulatedMachine.RamBase + offset), length);

    public string Describe(Operation operation) => operation.Code switch
    {
        ReadCode => $"read sector {operation.A}, and notify",
        RestartCode => "reset the device, and set the queue up again",
        WaitCode => "poll until a request has come back",
        ReleaseCode => "take the queue back, and use the memory of what is in flight for something else",
        _ => throw new ArgumentException($"no operation {operation.Code}"),
    };

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => machine.Dispose();

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    void Fail(string monitor, string rule, string message, string mend) => Engine.Fail(new(monitor, rule, [], message, mend));
}
