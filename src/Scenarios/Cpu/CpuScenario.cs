using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>Where things lie in the scenarios of CPUs. The kernel's own image, pages 0 and 1, has the same address before and after translation.</summary>
static class CpuMap
{
    public const uint Page = PageTable.PageSize;

    /// <summary>Kernel data: words and areas in page 0.</summary>
    public static readonly CpuAddress Work = new(0x100), Answer = new(0x108), Arguments = new(0x200), Online = new(0x240),
        SaveAreas = new(0x280), Shootdown = new(0x400);

    /// <summary>Code, and how much of it.</summary>
    public static readonly CpuAddress Code = new(Page);
    public const uint KernelPages = 2;

    public static readonly PageTable KernelTable = new(new PhysicalAddress(2 * Page)), TableA = new(new PhysicalAddress(3 * Page)),
        TableB = new(new PhysicalAddress(4 * Page));

    public static readonly PhysicalAddress FrameA = new(5 * Page), FrameB = new(6 * Page);

    /// <summary>A page that is another frame in each address space.</summary>
    public static readonly CpuAddress Private = new(8 * Page), Private2 = new(9 * Page);

    /// <summary>Where the kernel's own table has the frames of the two threads.</summary>
    public static readonly CpuAddress WindowA = new(10 * Page), WindowB = new(11 * Page);
}

/// <summary>Kernel code of one or more CPUs on <see cref="SimulatedCpus"/>. The program is fixed: what is explored is all else.</summary>
abstract class CpuScenario : IBarrierScenario
{
    readonly Baton baton;

    protected CpuScenario(int cpus, IReadOnlyList<CpuBarrierSite>? leftOut = null)
    {
        Machine = new(cpus) { LeftOut = leftOut ?? [] };
        Cpu = new(Machine);
        for (int i = 0; i < cpus; i++) Machine.OnInterrupt(i, () => CpuInterrupts.Handle(Cpu, Shootdown));
        baton = new(Engine, [.. Machine.Cpus.Select((cpu, i) => (cpu, (Action)(() => RunCpu(i))))]);
    }

    public Engine Engine => Machine.Engine;

    public IReadOnlyList<Operation> Program { get; set; } = [];

    public abstract IReadOnlyList<Premise> Premises { get; }

    public IReadOnlyList<Violation> Advice => Machine.Advice;

    public abstract string Bounds { get; }

    public BarrierSites Barriers => Machine.Barriers;

    /// <summary>Small enough to be searched to their end.</summary>
    public virtual int? SearchedDeviations => int.MaxValue;

    protected SimulatedCpus Machine { get; }

    /// <summary>The lane: for whichever CPU runs.</summary>
    protected SimCpu Cpu { get; }

    protected static TlbShootdown Shootdown => new(CpuMap.Shootdown);

    public void Reset(Strategy strategy)
    {
        Machine.Reset(strategy);
        PowerOn();
    }

    public void Run()
    {
        baton.Run();
        Engine.RunToRest();
        if (Engine.Draining) return;
        Machine.Settle();
        Ended();
    }

    public string Describe(Operation operation) => "nothing";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => baton.Dispose();

    /// <summary>What is there before anything runs.</summary>
    protected abstract void PowerOn();

    /// <summary>The code of one CPU.</summary>
    protected abstract void RunCpu(int cpu);

    /// <summary>An execution came to its end: judges and counts.</summary>
    protected abstract void Ended();

    /// <summary>Boot is long over: every CPU translates with the kernel's table, which maps the kernel.</summary>
    protected void PresetKernelTable()
    {
        for (uint page = 0; page < CpuMap.KernelPages; page++) PresetPage(CpuMap.KernelTable, new(page * CpuMap.Page), new(page * CpuMap.Page));
        for (int i = 0; i < Machine.Cpus.Length; i++) Machine.Preset(i, CpuMap.KernelTable.Root.Value);
    }

    protected void PresetPage(PageTable table, CpuAddress page, PhysicalAddress frame)
        => Machine.Preload(table.EntryOf(page).Value, PageTable.EntryFor(frame, MemoryKind.Normal));

    /// <summary>Waits until a word has a value, without sleeping.</summary>
    protected void Await(CpuAddress word, ulong value)
    {
        var poll = Cpu.BeginPoll(Deadline.Never);
        while (Cpu.KeepPolling(ref poll, done: Cpu.LoadAcquire64(word) == value))
        {
        }
    }

    protected void Expect(ulong found, ulong expected, string what)
    {
        if (found != expected) Fail("data-integrity", "wrong-value", $"{what} is {found} and should be {expected}");
    }

    protected void Fail(string monitor, string rule, string message) => Engine.Fail(new(monitor, rule, [], message, "Look at what led to it."));
}
