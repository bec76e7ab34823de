using Ringcheck.Hal;
using Ringcheck.Kernel;
using SpinLock = Ringcheck.Kernel.SpinLock;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>lock-ticket</c>: two CPUs (more for the growth curves) and a ticket lock, which must be fair: who waits sees each other CPU pass at most once. Wrong are <c>spin</c>, with a spin lock in
/// its place, and <c>abandoned-ticket</c>, with a CPU that draws a ticket and does not wait for its turn, as one would who gives up.
/// </summary>
sealed class TicketLockProgram(string variant, int cpus = 2, int rounds = 3) : LockProgram(cpus, rounds, variant)
{
    public const string Name = "lock-ticket", Summary = "two CPUs count under a ticket lock, which must be fair";

    const string Abandoned = "abandoned-ticket", Spin = "spin";

    public static readonly IReadOnlyList<string> Wrong = [Abandoned, Spin];

    static readonly CpuAddress Area = SmpScenario.At(LockOffset);

    public override void Build(SmpScenario scenario)
    {
        base.Build(scenario);
        scenario.Machine.Monitors.Locks.MostPassedOver = Cpus - 1;
    }

    public override void Run(int cpu)
    {
        for (int round = 0; round < Rounds; round++)
        {
            if (Variant == Abandoned && cpu == 1 && round == 1) Cpu.FetchAdd32(Area, 1, AtomicOrder.Relaxed);
            if (Variant == Spin) new SpinLock(Area).Acquire(Cpu);
            else new TicketLock(Area).Acquire(Cpu);
            CountOnce();
            if (Variant == Spin) new SpinLock(Area).Release(Cpu);
            else new TicketLock(Area).Release(Cpu);
        }
    }
}
