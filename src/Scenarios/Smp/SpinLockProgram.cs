using Ringcheck.Kernel;
using SpinLock = Ringcheck.Kernel.SpinLock;

namespace Ringcheck.Scenarios;

/// <summary><c>lock-spin</c>: two CPUs and a spin lock. The wrong ones misuse it, each in a way of its own.</summary>
sealed class SpinLockProgram(string variant) : LockProgram(cpus: 2, rounds: 2, variant)
{
    public const string Name = "lock-spin", Summary = "two CPUs count under a spin lock";

    const string NoLock = "no-lock", Recursive = "recursive", NotHolder = "not-holder", TwoOrders = "two-orders", Kept = "kept", Sleeps = "sleeps";

    public static readonly IReadOnlyList<string> Wrong = [NoLock, Recursive, NotHolder, TwoOrders, Kept, Sleeps];

    static SpinLock Lock => new(SmpScenario.At(LockOffset));

    static SpinLock Other => new(SmpScenario.At(OtherLockOffset));

    public override void Build(SmpScenario scenario)
    {
        base.Build(scenario);
        scenario.Machine.Monitors.Locks.Call(SmpScenario.At(OtherLockOffset), "the other lock");
    }

    public override void Run(int cpu)
    {
        for (int round = 0; round < Rounds; round++)
        {
            if (Variant == NoLock) CountOnce();
            else if (Variant == TwoOrders) CountUnderBoth(cpu);
            else CountUnderLock(cpu, round);
        }
    }

    void CountUnderLock(int cpu, int round)
    {
        bool isTried = cpu == 1 && round == 1 && Lock.TryAcquire(Cpu);
        if (!isTried) Lock.Acquire(Cpu);
        CountOnce();
        if (Variant == Recursive) Lock.Acquire(Cpu);
        if (Variant == Sleeps && cpu == 0) Cpu.WaitForInterrupt(Hal.Deadline.Never);
        if (Variant == Kept && cpu == 1 && round == Rounds - 1) return;
        Lock.Release(Cpu);
        if (Variant == NotHolder && cpu == 1) Lock.Release(Cpu);
    }

    /// <summary>One takes them in one order, and one in the other.</summary>
    void CountUnderBoth(int cpu)
    {
        var (first, second) = cpu == 0 ? (Lock, Other) : (Other, Lock);
        first.Acquire(Cpu);
        second.Acquire(Cpu);
        CountOnce();
        second.Release(Cpu);
        first.Release(Cpu);
    }
}
