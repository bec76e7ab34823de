using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>Bugs that the toy ring can be given.</summary>
public enum ToyBug
{
    None,

    /// <summary>The index is stored before the slot that it publishes.</summary>
    IndexBeforeSlot,

    /// <summary>The consumer goes to rest after a look that came too early, and nobody wakes it: a lost wake-up.</summary>
    NoRecheck,

    /// <summary>Both of the above: two kinds of failure in one program.</summary>
    Both,
}

/// <summary>
/// A producer that waits for its consumer, small enough to be searched in full: the yardstick for pruning and shrinking. Codes: 1 = produce,
/// 2 = a store that matters to nobody.
/// </summary>
public sealed class ToyScenario : IScenario
{
    const uint Tail = 0x100, Head = 0x140, Slots = 0x180, Noise = 0x1C0, Busy = 0x200;

    readonly SimulatedMachine machine = new(ramSize: 1 << 16);
    readonly SimMachine cpu;
    readonly DmaPort dma;
    readonly CoroutineAgent consumer;
    readonly ToyBug bug;
    uint consumed;
    long total;

    public ToyScenario(ToyBug bug, int produced = 2, int noise = 0)
    {
        this.bug = bug;
        cpu = new(machine);
        dma = new(machine);
        consumer = Engine.Add(new CoroutineAgent("consumer", Consume));
        dma.Agent = consumer;
        machine.Monitors.JudgeDevices = false;
        Program = [.. Enumerable.Repeat(new Operation(2), noise), .. Enumerable.Repeat(new Operation(1), produced), .. Enumerable.Repeat(new Operation(2), noise)];
    }

    public Engine Engine => machine.Engine;

    public IReadOnlyList<Operation> Program { get; set; }

    public IReadOnlyList<Premise> Premises => [new("values consumed", total, Required: true)];

    public string Bounds => "toy";

    public void Reset(Strategy strategy)
    {
        machine.Reset(strategy);
        consumed = 0;
    }

    public void Run()
    {
        uint produced = 0;
        foreach (var operation in Program)
        {
            if (operation.Code == 2) cpu.Store32(At(Noise), operation.A);
            else Produce(produced++);
        }
        var poll = cpu.BeginPoll(Deadline.Never);
        while (cpu.KeepPolling(ref poll, done: cpu.Load32(At(Head)) == produced))
        {
        }
        machine.Cpu.Finish();
        Engine.RunToRest();
    }

    void Produce(uint i)
    {
        bool early = bug is ToyBug.IndexBeforeSlot or ToyBug.Both;
        if (early) cpu.Store32(At(Tail), i + 1);
        cpu.Store32(At(Slots + 4 * i), i + 100);
        if (!early) cpu.Store32(At(Tail), i + 1);
        // With the bug, a consumer that says it is busy is believed, though it may have looked for the last time.
        if (bug is not (ToyBug.NoRecheck or ToyBug.Both) || cpu.Load32(At(Busy)) == 0) consumer.Wake();
    }

    async DeviceTask<Nothing> Consume()
    {
        await dma.Store(new(SimulatedMachine.RamBase + Busy), 1u);
        while (await dma.Load<uint>(new(SimulatedMachine.RamBase + Tail)) is var tail && tail != consumed)
        {
            uint value = await dma.Load<uint>(new(SimulatedMachine.RamBase + Slots + 4 * consumed));
            if (value != consumed + 100) Engine.Fail(new("toy", "wrong-value", [], $"read {value}", "Store the slot first."));
            consumed++;
            total++;
            await dma.Store(new(SimulatedMachine.RamBase + Head), consumed);
        }
        await dma.Store(new(SimulatedMachine.RamBase + Busy), 0u);
        return default;
    }

    static CpuAddress At(uint offset) => new(SimulatedMachine.RamBase + offset);

    public string Describe(Operation operation) => operation.Code == 1 ? "produce" : $"noise {operation.A}";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => machine.Dispose();
}
