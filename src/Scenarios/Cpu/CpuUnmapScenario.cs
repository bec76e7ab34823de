using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>cpu-unmap</c>: cpu0 changes a page that the other CPUs use, and gives its old frame to somebody else. The others may find the page gone, which is an
/// exception, or find it new, but never reach a frame that is not theirs any more. Profile <c>shoot-down</c> takes the page away by inter-processor
/// interrupts to two CPUs, of which one uses it; <c>both</c> has two CPUs do that to each other at the same time; <c>change</c> lets the page point to another frame.
/// </summary>
sealed class CpuUnmapScenario(string profile) : CpuScenario(profile == ShootDown ? 3 : 2)
{
    public const string Name = "cpu-unmap", Summary = "TLB shoot-down by inter-processor interrupt, and break-before-make, while other CPUs use the page";

    public const string ShootDown = "shoot-down", Both = "both", Change = "change";

    public static readonly IReadOnlyList<string> Profiles = [ShootDown, Both, Change];

    const ulong Stop = 1;

    static readonly PhysicalAddress First = new(5 * CpuMap.Page), Second = new(6 * CpuMap.Page);

    long reached, gone;

    public override string Bounds => profile switch
    {
        ShootDown => "3 CPUs, 1 page taken away, 1 access of one other CPU",
        Both => "2 CPUs, 1 page taken away by each, 1 access of each to the other's",
        _ => "2 CPUs, 1 page changed, 2 accesses of the other CPU",
    };

    /// <summary>Three CPUs have too many states.</summary>
    public override int? SearchedDeviations => profile == ShootDown ? 3 : base.SearchedDeviations;

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
        if (profile == Both)
        {
            TakeAway(cpu);
            return;
        }
        if (cpu == 0)
        {
            if (profile == ShootDown) Unmap(CpuMap.Private, First);
            else ChangeFrame();
            Cpu.StoreRelease64(CpuMap.Work, Stop);
            return;
        }
        if (cpu == 1) Use(CpuMap.Private);
        if (profile == Change) Use(CpuMap.Private);
        Await(CpuMap.Work, Stop);
    }

    /// <summary>Each takes a page of its own away, uses the other's, and stays until the other is done.</summary>
    void TakeAway(int cpu)
    {
        if (cpu == 0) Unmap(CpuMap.Private, First);
        else Unmap(CpuMap.Private2, Second);
        Use(cpu == 0 ? CpuMap.Private2 : CpuMap.Private);
        var (own, others) = (CpuMap.Work + 8 * (ulong)cpu, CpuMap.Work + 8 * (ulong)(1 - cpu));
        Cpu.StoreRelease64(own, Stop);
        Await(others, Stop);
    }

    void Unmap(CpuAddress page, PhysicalAddress frame)
    {
        Mappings.Unmap(Cpu, CpuMap.KernelTable, page, Shootdown);
        Cpu.Free(frame);
    }

    void ChangeFrame()
    {
        Mappings.Change(Cpu, CpuMap.KernelTable, CpuMap.Private, Second, MemoryKind.Normal);
        Cpu.Free(First);
        Cpu.Load64(CpuMap.Private);
    }

    void Use(CpuAddress page)
    {
        bool isThere = Cpu.TryLoad64(page, out _);
        if (Engine.Draining) return;
        if (isThere) reached++;
        else gone++;
    }

    protected override void Ended()
    {
    }
}
