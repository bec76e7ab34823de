using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Ordering;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>
/// A thread of a program as driver code on the CPU: waits are polling loops. It keeps no dependencies, as drivers keep none.
/// </summary>
sealed class ProgramCpu(SimulatedMachine machine, ProgramStep[] code, int locations) : IProgramThread
{
    readonly SimMachine cpu = new(machine);
    readonly HashSet<int> failed = [];
    uint last;

    public int Number => 0;

    public List<uint> Values { get; } = [];

    public List<int> Choices { get; } = [];

    public bool IsRunning => !machine.Cpu.Finished;

    /// <summary>Loads of polling iterations that failed: by the seam's contract they leave nothing behind, and are no events.</summary>
    public bool Failed(int record) => failed.Contains(record);

    public void Start()
    {
        Values.Clear();
        Choices.Clear();
        failed.Clear();
        last = 0;
    }

    public void Run()
    {
        foreach (var step in code)
        {
            if (step.OnlyIf && last == 0) continue;
            var address = new CpuAddress(ProgramThread.AddressOf(step.Moves ? (int)((uint)step.Location + last) % locations : step.Location).Value);
            uint value = step.Copies ? last + 1 : (uint)step.Value;
            switch (step.Kind)
            {
                case StepKind.Load:
                    Read(Load(address, step.Order));
                    break;
                case StepKind.Store:
                    if (step.Order == AccessOrder.Plain) cpu.Store32(address, value);
                    else cpu.StoreRelease32(address, value);
                    break;
                case StepKind.Exchange:
                    Read(cpu.Exchange32(address, value, OrderOf(step)));
                    break;
                case StepKind.Add:
                    Read(cpu.FetchAdd32(address, value, OrderOf(step)));
                    break;
                case StepKind.Compare:
                    Read(cpu.CompareExchange32(address, 0, value, OrderOf(step)));
                    break;
                case StepKind.Wait:
                    Read(Poll(address, step));
                    break;
                case StepKind.Choose:
                    Choices.Add(machine.Engine.Choose(ChoiceKind.Device, 2));
                    Read((uint)Choices[^1]);
                    break;
                case StepKind.Fence:
                    machine.Weak?.Fence(0, step.Fence);
                    break;
            }
        }
    }

    uint Poll(CpuAddress address, in ProgramStep step)
    {
        var poll = cpu.BeginPoll(Deadline.Never);
        while (true)
        {
            int from = Recorded;
            uint value = Load(address, step.Order);
            bool done = value != step.Value;
            for (int id = from; !done && id < Recorded; id++)
            {
                if (machine.Weak!.Audit.Record[id] is { IsRead: true, Thread: 0 }) failed.Add(id);
            }
            if (!cpu.KeepPolling(ref poll, done)) return value;
        }
    }

    int Recorded => machine.Weak?.Audit.Record.Count ?? 0;

    uint Load(CpuAddress address, AccessOrder order) => order == AccessOrder.Plain ? cpu.Load32(address) : cpu.LoadAcquire32(address);

    static AtomicOrder OrderOf(in ProgramStep step) => step.Order == AccessOrder.Plain ? AtomicOrder.Relaxed : AtomicOrder.AcquireRelease;

    void Read(uint value) => Values.Add(last = value);
}
