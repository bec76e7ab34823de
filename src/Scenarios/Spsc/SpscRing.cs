using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Scenarios;

/// <summary>
/// A ring between one producer (the CPU) and one consumer (a device): what both <c>spsc</c> scenarios share. There is no virtio here, so no
/// monitor of memory ownership either: the oracle is the order and the values of what arrives.
/// </summary>
abstract class SpscRing : IBarrierScenario
{
    protected const uint FirstValue = 100;
    const byte ProduceCode = 1;

    readonly SimulatedMachine machine;
    readonly CoroutineAgent consumer;
    long consumed;

    protected SpscRing(int produced, MachineMemory memory)
    {
        machine = new(ramSize: 1 << 20, memory);
        Produced = produced;
        Program = [.. Enumerable.Repeat(new Operation(ProduceCode), produced)];
        machine.Cache?.MapUncached(machine.Ram.Base, machine.Ram.Size);
        Producer = new(machine);
        Dma = new(machine);
        consumer = machine.Engine.Add(new CoroutineAgent("consumer", Consume));
        Dma.Agent = consumer;
        machine.Monitors.JudgeDevices = false;
    }

    public Engine Engine => machine.Engine;

    public BarrierSites Barriers => machine.Barriers;

    public IReadOnlyList<Operation> Program { get; set; }

    public IReadOnlyList<Premise> Premises => [new("values consumed", consumed, Required: true), .. machine.MemoryPremises];

    public abstract string Bounds { get; }

    /// <summary>How often it produces, or tries to.</summary>
    protected int Produced { get; }

    protected SimMachine Producer { get; }

    protected DmaPort Dma { get; }

    protected static CpuAddress Cpu(uint offset) => new(SimulatedMachine.RamBase + offset);

    protected static BusAddress Bus(uint offset) => new(SimulatedMachine.RamBase + offset);

    public void Reset(Strategy strategy)
    {
        machine.Reset(strategy);
        consumer.Wake();
    }

    public void Run()
    {
        for (uint i = 0; i < Math.Min(Program.Count, Produced); i++)
        {
            Engine.Begins((int)i);
            Produce(i);
        }
        machine.Cpu.Finish();
        Engine.RunToRest();
    }

    public string Describe(Operation operation) => "produce one value";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => machine.Dispose();

    protected abstract void Produce(uint attempt);

    protected abstract DeviceTask<Nothing> Consume();

    protected void Consumed(uint value, uint expected)
    {
        if (value != expected) Engine.Fail(new("data-integrity", "wrong-value", ["split.driver.updating-idx.1"],
            $"the consumer read {value} from its slot instead of {expected}", "Write the slot before the index that publishes it."));
        if (!Engine.Draining) consumed++;
    }
}

/// <summary>
/// <c>spsc-4x3</c>: 4 slots, 16 scheduling points. The producer stores slot, then index, three times; the consumer polls four times: it reads
/// the index and, if that is new, reads the slot and stores its own index. Named and sized for comparisons with other tools.
/// </summary>
sealed class Spsc4x3(MachineMemory memory) : SpscRing(produced: 3, memory)
{
    const uint Tail = 0x100, Head = 0x140, Slots = 0x180, Size = 4, Polls = 4;

    public override string Bounds => "3 values, 4 slots, 4 polls";

    protected override void Produce(uint attempt)
    {
        Producer.Store32(Cpu(Slots + 4 * (attempt % Size)), FirstValue + attempt);
        Producer.Barrier(BarrierPurpose.PublishToDevice);
        Producer.Store32(Cpu(Tail), attempt + 1);
    }

    protected override async DeviceTask<Nothing> Consume()
    {
        uint head = 0;
        for (uint poll = 0; poll < Polls; poll++)
        {
            if (await Dma.Load<uint>(Bus(Tail)) == head) continue;
            Dma.OrderLoads();
            Consumed(await Dma.Load<uint>(Bus(Slots + 4 * (head % Size))), FirstValue + head);
            await Dma.Store(Bus(Head), ++head);
        }
        return default;
    }
}

/// <summary>
/// <c>spsc-2x4</c>: a ring of 2, both indices starting at 0; producer and consumer each try 4 times. One try: own index plain, the other's index
/// acquire, and if the ring is not full (not empty), the slot at index mod 2, plain, then own index store-release. With another number of tries it is what growth is measured on.
/// </summary>
sealed class Spsc2x4(MachineMemory memory, int tries = 4) : SpscRing(tries, memory)
{
    const uint Tail = 0x100, Head = 0x140, Slots = 0x180, Size = 2;

    public override string Bounds => $"{Produced} tries each, 2 slots";

    protected override void Produce(uint attempt)
    {
        ushort tail = Producer.Load16(Cpu(Tail));
        ushort head = Producer.LoadAcquire16(Cpu(Head));
        if ((ushort)(tail - head) == Size) return;
        Producer.Store32(Cpu(Slots + 4 * (tail % Size)), FirstValue + tail);
        Producer.StoreRelease16(Cpu(Tail), (ushort)(tail + 1));
    }

    protected override async DeviceTask<Nothing> Consume()
    {
        for (int poll = 0; poll < Produced; poll++)
        {
            ushort head = await Dma.Load<ushort>(Bus(Head));
            ushort tail = await Dma.LoadAcquire<ushort>(Bus(Tail));
            if (tail == head) continue;
            Consumed(await Dma.Load<uint>(Bus(Slots + 4 * (head % Size))), FirstValue + head);
            await Dma.StoreRelease(Bus(Head), (ushort)(head + 1));
        }
        return default;
    }
}
