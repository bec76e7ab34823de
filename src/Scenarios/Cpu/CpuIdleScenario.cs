using Ringcheck.Exploration;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>cpu-idle</c>: cpu0 asks for something and sleeps until it is answered; cpu1, which never sleeps, answers by a store and an interrupt. Twice.
/// </summary>
sealed class CpuIdleScenario() : CpuScenario(cpus: 2)
{
    public const string Name = "cpu-idle", Summary = "sleep until another CPU has answered, with nothing lost between the last look and WFI";

    const ulong Rounds = 2;

    long answers;

    public override string Bounds => "2 CPUs, 2 requests";

    public override IReadOnlyList<Premise> Premises => [new("answers received", answers, Required: true)];

    protected override void PowerOn() => PresetKernelTable();

    protected override void RunCpu(int cpu)
    {
        for (ulong round = 1; round <= Rounds; round++)
        {
            if (cpu == 0) Ask(round);
            else Answer(round);
        }
    }

    void Ask(ulong round)
    {
        Cpu.StoreRelease64(CpuMap.Work, round);
        Expect(Idle.WaitForWork(Cpu, CpuMap.Answer, seen: round - 1), round, "the answer");
        if (!Engine.Draining) answers++;
    }

    void Answer(ulong round)
    {
        Await(CpuMap.Work, round);
        Idle.Post(Cpu, target: 0, CpuMap.Answer, round);
    }

    protected override void Ended()
    {
    }
}
