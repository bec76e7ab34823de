using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>cpu-boot</c>: a small boot. cpu0 turns its MMU on, loads code and runs it, makes two threads and switches to one and then the other, in which it
/// releases cpu1 and sleeps until that has come up and answered. The variants are the same code with some of three barriers left out; all others are always there.
/// </summary>
sealed class CpuBootScenario(string variant) : CpuScenario(cpus: 2, LeftOut(variant))
{
    public const string Name = "cpu-boot", Summary = "a boot: MMU on, code loaded, first context switches, second CPU, idle and woken";

    /// <summary>The shipped code.</summary>
    public const string Shipped = "isb-after-switch";

    /// <summary>From no barriers of the three to all, one more at each step.</summary>
    public static readonly IReadOnlyList<string> Variants = ["no-barriers", "dsb-before-wfi", "isb-after-ttbr", Shipped];

    static readonly CpuBarrierSite[] InOrderOfMending =
    [
        new(nameof(Idle), "Sleep", IsDsb: true),
        new(nameof(AddressSpaces), nameof(AddressSpaces.SwitchTo), IsDsb: false),
        new(nameof(ContextSwitch), nameof(ContextSwitch.SwitchTo), IsDsb: false),
    ];

    static readonly uint[] Words = new uint[2];

    long booted;

    static IReadOnlyList<CpuBarrierSite> LeftOut(string variant)
    {
        int mended = Variants.ToList().IndexOf(variant);
        return InOrderOfMending[mended..];
    }

    public override string Bounds => "2 CPUs, 2 pages, 1 line of code, 2 context switches, 1 wake-up";

    public override IReadOnlyList<Premise> Premises =>
    [
        new("boots that came to their end", booted, Required: true),
        new("barriers left out", Machine.BarriersLeftOut, Required: Machine.LeftOut.Count > 0),
    ];

    protected override void PowerOn() => BootLoader.Leave(Machine);

    protected override void RunCpu(int cpu)
    {
        if (cpu == 0) BootFirst();
        else BootSecond();
    }

    void BootFirst()
    {
        Expect(EarlyBoot.Start(Cpu, BootLoader.Plan), BootLoader.ImageSize, "the size of the image");
        EarlyBoot.ComeOnline(Cpu, BootLoader.Plan);
        CodeLoading.Load(Cpu, CpuMap.Code, Words.AsSpan());
        CodeLoading.MakeExecutable(Cpu, CpuMap.Code, (uint)Words.Length * 4);
        Cpu.Run(CpuMap.Code);
        Threads.Make(Cpu, Threads.A);
        Threads.Make(Cpu, Threads.B);
        ulong stackPointer = ContextSwitch.SwitchTo(Cpu, Threads.Boot, Threads.B, Threads.BootStack);
        Threads.Work(Cpu, Threads.B);
        ContextSwitch.SwitchTo(Cpu, Threads.B, Threads.A, stackPointer);
        Threads.Work(Cpu, Threads.A);
        Cpu.StoreRelease64(CpuMap.Work, 1);
        Expect(Idle.WaitForWork(Cpu, CpuMap.Answer, seen: 0), 1, "the answer of the second CPU");
    }

    void BootSecond()
    {
        Await(CpuMap.Work, 1);
        EarlyBoot.StartOther(Cpu, BootLoader.Plan);
        EarlyBoot.ComeOnline(Cpu, BootLoader.Plan);
        CodeLoading.BeginRunning(Cpu);
        Cpu.Run(CpuMap.Code);
        Idle.Post(Cpu, target: 0, CpuMap.Answer, 1);
    }

    protected override void Ended()
    {
        Expect(Machine.Peek(BootLoader.Plan.Online.Value + 8), 2, "the number of CPUs online");
        Expect(Machine.Peek(CpuMap.FrameA.Value), Threads.WorkDone(Threads.A), "what thread A has written");
        booted++;
    }
}
