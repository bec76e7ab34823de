using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>cpu-unmap</c>: cpu0 takes a page away and gives its frame to somebody else, then lets another page point to another frame, while the other CPUs use both pages.
/// They may find a page gone, which is an exception, but never a frame that is not theirs any more.
/// </summary>
sealed class CpuUnmapScenario() : CpuScenario(Others + 1)
{
    public const string Name = "cpu-unmap", Summary = "TLB shoot-down by inter-processor interrupt, and break-before-make, while other CPUs use the pages";

    const int Others = 2, Tries = 1;
    const ulong Stop = 1;

    static readonly PhysicalAddress First = new(5 * CpuMap.Page), Second = new(6 * CpuMap.Page), Third = new(7 * CpuMap.Page);

    long reached, gone;

    public override string Bounds => "3 CPUs, 1 page taken away, 1 page changed, 1 access of each other CPU to each";

    public override IReadOnlyList<Premise> Premises =>
        [new("pages reached while another CPU changes them", reached, Required: true), new("pages found gone", gone, Required: true)];

    protected override void PowerOn()
    {
        PresetKernelTable();
        PresetPage(CpuMap.KernelTable, CpuMap.Private, First);
        PresetPage(CpuMap.KernelTable, CpuMap.Private2, Second);
    }

    protected override void RunCpu(int cpu)
    {
        Cpu.UnmaskInterrupts();
        if (cpu == 0) ChangePages();
        else UsePages();
    }

    void ChangePages()
    {
        Mappings.Unmap(Cpu, CpuMap.KernelTable, CpuMap.Private, Shootdown);
        Cpu.Free(First);
        Mappings.Change(Cpu, CpuMap.KernelTable, CpuMap.Private2, Third, MemoryKind.Normal);
        Cpu.Free(Second);
        for (uint other = 1; other <= Others; other++) Idle.Post(Cpu, other, WorkOf(other), Stop);
    }

    void UsePages()
    {
        for (int i = 0; i < Tries; i++)
        {
            Use(CpuMap.Private);
            Use(CpuMap.Private2);
        }
        Idle.WaitForWork(Cpu, WorkOf(Cpu.CurrentCpu), seen: 0);
    }

    void Use(CpuAddress page)
    {
        bool isThere = Cpu.TryLoad64(page, out _);
        if (Engine.Draining) return;
        if (isThere) reached++;
        else gone++;
    }

    static CpuAddress WorkOf(uint cpu) => CpuMap.Work + 8 * cpu;

    protected override void Ended()
    {
    }
}
