using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>A thread of a program: a coroutine that interprets it.</summary>
sealed class ProgramThread : IProgramThread
{
    static readonly Func<uint, bool>[] Changed = [.. Enumerable.Range(0, 4).Select(from => (Func<uint, bool>)(value => value != from))];

    readonly SimulatedMachine machine;
    readonly CoroutineAgent agent;
    readonly DmaPort dma;
    readonly ProgramStep[] code;
    readonly int locations;
    uint last;
    int lastRead;

    public ProgramThread(SimulatedMachine machine, int number, ProgramStep[] code, int locations)
    {
        this.machine = machine;
        this.code = code;
        this.locations = locations;
        agent = machine.Engine.Add(new CoroutineAgent($"t{number}", Run));
        dma = new(machine) { Agent = agent };
    }

    public List<uint> Values { get; } = [];

    public List<int> Choices { get; } = [];

    public bool IsRunning => agent.Running;

    public int Number => dma.Thread;

    /// <summary>A location in a cache line of its own.</summary>
    public static BusAddress AddressOf(int location) => new(SimulatedMachine.RamBase + (64 * (ulong)location));

    public static int LocationAt(ulong address) => (int)((address - SimulatedMachine.RamBase) / 64);

    public void Start()
    {
        Values.Clear();
        Choices.Clear();
        (last, lastRead) = (0, -1);
        agent.Wake();
    }

    async DeviceTask<Nothing> Run()
    {
        foreach (var step in code)
        {
            if (step.OnlyIf)
            {
                if (step.Tells && lastRead >= 0) dma.Branch(lastRead);
                if (last == 0) continue;
            }
            int location = step.Moves ? (int)((uint)step.Location + last) % locations : step.Location;
            uint value = step.Copies ? last + 1 : (uint)step.Value;
            int address = step.Moves && step.Tells ? lastRead : step.AddressFrom, data = step.Copies && step.Tells ? lastRead : step.DataFrom;
            switch (step.Kind)
            {
                case StepKind.Load:
                    Read(step, await dma.Load<uint>(AddressOf(location), step.Order, address, step.Keep));
                    break;
                case StepKind.Store:
                    await dma.Store(AddressOf(location), value, step.Order, address, data);
                    break;
                case StepKind.Exchange:
                    Read(step, await dma.Exchange(AddressOf(location), value, step.Order, address, data, step.Keep));
                    break;
                case StepKind.Add:
                    Read(step, await dma.FetchAdd(AddressOf(location), value, step.Order, address, data, step.Keep));
                    break;
                case StepKind.Compare:
                    Read(step, await dma.CompareExchange(AddressOf(location), 0, value, step.Order, address, data, step.Keep));
                    break;
                case StepKind.Wait:
                    Read(step, await dma.LoadUntil(AddressOf(location), Changed[step.Value], step.Order, address, step.Keep));
                    break;
                case StepKind.Choose:
                    Choices.Add(machine.Engine.Choose(ChoiceKind.Device, 2));
                    Values.Add(last = (uint)Choices[^1]);
                    lastRead = -1;
                    break;
                case StepKind.Fence:
                    dma.Barrier(step.Fence);
                    break;
                default:
                    dma.Branch(step.AddressFrom);
                    break;
            }
        }
        return default;
    }

    void Read(in ProgramStep step, uint value)
    {
        Values.Add(last = value);
        lastRead = step.Keep;
    }
}
