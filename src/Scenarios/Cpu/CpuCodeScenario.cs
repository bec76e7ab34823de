using Ringcheck.Exploration;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>cpu-code</c>: cpu0 loads code that fills two cache lines, makes it executable and runs it, then cpu1 runs it; then the same once more with other code in
/// the same place, which cpu1 has run before.
/// </summary>
sealed class CpuCodeScenario() : CpuScenario(cpus: 2)
{
    public const string Name = "cpu-code", Summary = "code loaded and made executable on one CPU, run there and on another, and replaced";

    const uint Lines = 2, WordsInLine = 16, Rounds = 2;

    static readonly uint[] Words = new uint[(Lines - 1) * WordsInLine + 1];

    long runs;

    public override string Bounds => "2 CPUs, 2 lines of code, loaded twice";

    public override IReadOnlyList<Premise> Premises => [new("code run on the other CPU", runs, Required: true)];

    protected override void PowerOn() => PresetKernelTable();

    protected override void RunCpu(int cpu)
    {
        for (ulong round = 1; round <= Rounds; round++)
        {
            if (cpu == 0) Load(round);
            else RunLoaded(round);
        }
    }

    void Load(ulong round)
    {
        CodeLoading.Load(Cpu, CpuMap.Code, Words.AsSpan());
        CodeLoading.MakeExecutable(Cpu, CpuMap.Code, (uint)Words.Length * 4);
        RunAll();
        Cpu.StoreRelease64(CpuMap.Work, round);
        Await(CpuMap.Answer, round);
    }

    void RunLoaded(ulong round)
    {
        Await(CpuMap.Work, round);
        CodeLoading.BeginRunning(Cpu);
        RunAll();
        if (!Engine.Draining) runs++;
        Cpu.StoreRelease64(CpuMap.Answer, round);
    }

    void RunAll()
    {
        for (uint line = 0; line < Lines; line++) Cpu.Run(CpuMap.Code + line * WordsInLine * 4);
    }

    protected override void Ended()
    {
    }
}
