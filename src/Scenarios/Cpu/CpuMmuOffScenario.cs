using Ringcheck.Exploration;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary><c>cpu-mmu-off</c>: two CPUs from reset until both are online, the second released by the first.</summary>
sealed class CpuMmuOffScenario() : CpuScenario(cpus: 2)
{
    public const string Name = "cpu-mmu-off", Summary = "two CPUs from reset, with the MMU off and all memory Device memory, until both are online";

    long booted;

    public override string Bounds => "2 CPUs, 2 pages";

    public override IReadOnlyList<Premise> Premises => [new("boots of both CPUs", booted, Required: true)];

    protected override void PowerOn() => BootLoader.Leave(Machine);

    protected override void RunCpu(int cpu)
    {
        if (cpu == 0)
        {
            Expect(EarlyBoot.Start(Cpu, BootLoader.Plan), BootLoader.ImageSize, "the size of the image");
            Cpu.StoreRelease64(CpuMap.Work, 1);
        }
        else
        {
            Await(CpuMap.Work, 1);
            EarlyBoot.StartOther(Cpu, BootLoader.Plan);
        }
        EarlyBoot.ComeOnline(Cpu, BootLoader.Plan);
    }

    protected override void Ended()
    {
        Expect(Machine.Peek(BootLoader.Plan.Online.Value + 8), 2, "the number of CPUs online");
        booted++;
    }
}
