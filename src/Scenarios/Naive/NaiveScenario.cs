using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// The naive driver reads some sectors, two at a time, through the same memory again and again. Judged are its data, that each request ends,
/// and by the monitors what it does with rings and registers.
/// </summary>
sealed class NaiveScenario : IBarrierScenario
{
    public const string Name = "ring-naive", Summary = "a small driver with a full barrier before and after every access, for 'ringcheck barriers'";

    /// <summary>A device that may refuse features or break the standard is more than this driver is made for.</summary>
    public static readonly string[] Profiles = ["strict", "qemu"];

    const uint DriverMemory = 0x10_0000, Sectors = 64;
    const byte ReadCode = 1;

    readonly SimulatedMachine machine;
    readonly NaiveBlk driver;
    readonly byte[] data = new byte[Sector.Size];
    readonly uint[] sectorOf = new uint[NaiveBlk.InFlightMax];
    readonly bool[] isTaken = new bool[NaiveBlk.InFlightMax];
    int inFlight;
    long judged;

    public NaiveScenario(DeviceProfile profile, MachineMemory memory)
    {
        machine = new(memory: memory);
        machine.Monitors.JudgeLengths = profile != DeviceProfile.Qemu;
        machine.Cache?.MapUncached(machine.Ram.Base, machine.Ram.Size); // rings and buffers are all uncached here
        machine.Plug(0, transport => new BlkDevice(machine, transport, "blk", new BlkSettings { Profile = profile, Image = new SyntheticImage(Sectors) }));
        driver = new(new SimMachine(machine), new(new(SimulatedMachine.RamBase + DriverMemory), new(SimulatedMachine.RamBase + DriverMemory), NaiveBlk.MemoryLength));
        Program = [Read(5), Read(9), Read(6)];
    }

    public Engine Engine => machine.Engine;

    public BarrierSites Barriers => machine.Barriers;

    public IReadOnlyList<Operation> Program { get; set; }

    public string Bounds => $"ring of {NaiveBlk.QueueSize}, {Program.Count} reads, payload in {machine.PayloadChunks}, {machine.Engine.MaxPoints} points";

    public IReadOnlyList<WatchedRule> Rules => RuleNumbers.All;

    public IReadOnlyList<Premise> Premises => [new("sectors read and compared", judged, Required: true), .. machine.MemoryPremises];

    static Operation Read(uint sector) => new(ReadCode, sector);

    public void Reset(Strategy strategy)
    {
        machine.Reset(strategy);
        inFlight = 0;
        Array.Clear(isTaken);
    }

    public void Run()
    {
        Engine.Begins(-1, "initialise the device");
        if (!driver.Initialise()) Fail("initialisation", "refused", "the driver could not bring up a device that is well", "Follow 3.1.1 step by step.");
        for (int i = 0; i < Program.Count; i++)
        {
            var operation = Program[i];
            Engine.Begins(i);
            if (inFlight == NaiveBlk.InFlightMax) TakeBack();
            int slot = Array.IndexOf(isTaken, false);
            sectorOf[slot] = operation.A % Sectors;
            isTaken[slot] = true;
            inFlight++;
            driver.Read(slot, sectorOf[slot]);
        }
        Engine.Begins(-1, "wait for what is left");
        while (inFlight > 0) TakeBack();
        machine.Cpu.Finish();
        Engine.RunToRest();
    }

    void TakeBack()
    {
        var (slot, status) = driver.Wait(data);
        if (slot >= isTaken.Length || !isTaken[slot]) Fail("completion", "request-unknown", $"the driver took back a request that it has not made (slot {slot})",
            "Read the used element only after the index that says it is there.");
        if (status != BlkStatus.Ok) Fail("completion", "request-failed", $"the driver read status {status} of a request that a well device has served",
            "Read the status only after the used index that says it is there.");
        for (int at = 0; at < data.Length; at += sizeof(ulong))
        {
            ulong word = BitConverter.ToUInt64(data, at);
            if (word != SyntheticImage.Word(new(sectorOf[slot]), at)) Fail("data-integrity", "wrong-data",
                $"sector {sectorOf[slot]}, byte {at}: 0x{word:x16} was read, which is not what is there", "Read the data only after the used index that says it is there.");
        }
        isTaken[slot] = false;
        inFlight--;
        if (!Engine.Draining) judged++;
    }

    public string Describe(Operation operation) => operation.Code == ReadCode ? $"read sector {operation.A}" : throw new ArgumentException($"no operation {operation.Code}");

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => machine.Dispose();

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    void Fail(string monitor, string rule, string message, string mend) => Engine.Fail(new(monitor, rule, [], message, mend));
}
