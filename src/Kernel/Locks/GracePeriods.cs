using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// Read-copy-update by quiescent states (McKenney and Slingwine, PDCS 1998; Desnoyers et al., TPDS 2012): who reads shared memory announces now and then
/// that it holds on to nothing of it; who takes memory away first makes it unreachable, then waits until each CPU has said so since, and only then
/// frees it. Readers take no lock and write nothing while they read.
/// </summary>
/// <remarks>
/// A word counts the grace periods that were asked for; each CPU has a word with the last one that it has seen, or <see cref="Offline"/>. That a CPU looks at
/// the count again, acquiring, is what makes it see what was made unreachable before; that it releases its own word is what keeps its reads before the freeing. Only a CPU
/// that comes back needs a full barrier: nobody waited for it, so its word must be seen before it reads.
/// Who asks for grace periods holds a lock, or is the only one.
/// </remarks>
/// <param name="area"><see cref="SizeFor"/> bytes of zeroed memory: all CPUs offline.</param>
/// <param name="cpus">How many CPUs read.</param>
public readonly struct GracePeriods(CpuAddress area, uint cpus)
{
    /// <summary>Of a CPU's word: it reads nothing until <see cref="ComeOnline"/>.</summary>
    private const uint Offline = 0;

    private const uint FirstPeriod = 1;

    private CpuAddress Asked => area;

    /// <summary>Bytes that it takes.</summary>
    public static uint SizeFor(uint cpus) => 4 * (cpus + 1);

    private CpuAddress SeenBy(uint cpu) => area + 4 * (cpu + 1);

    /// <summary>Before anything else, by one CPU.</summary>
    public void Initialise<TMachine>(TMachine machine)
        where TMachine : struct, IMachine => machine.StoreRelease32(Asked, FirstPeriod);

    /// <summary>A CPU begins to read: what it finds from here on stays until it says that it holds on to nothing.</summary>
    public void ComeOnline<TMachine>(TMachine machine, uint cpu)
        where TMachine : struct, IMachine
    {
        machine.StoreRelaxed32(SeenBy(cpu), machine.LoadAcquire32(Asked));
        // Its word is seen, or it sees what was made unreachable: with neither, nobody would wait and it would read what is gone.
        machine.Barrier(BarrierPurpose.StoreThenLoad);
    }

    /// <summary>A CPU stops reading, for example to sleep: nobody waits for it.</summary>
    public void GoOffline<TMachine>(TMachine machine, uint cpu)
        where TMachine : struct, IMachine => machine.StoreRelease32(SeenBy(cpu), Offline);

    /// <summary>A quiescent state: this CPU, which is online, holds on to nothing that it has read.</summary>
    public void Quiescent<TMachine>(TMachine machine, uint cpu)
        where TMachine : struct, IMachine => machine.StoreRelease32(SeenBy(cpu), machine.LoadAcquire32(Asked));

    /// <summary>
    /// A grace period: what the caller has made unreachable before is free after. By a CPU that is offline itself, or it would wait for its own word.
    /// </summary>
    public void Wait<TMachine>(TMachine machine)
        where TMachine : struct, IMachine
    {
        uint period = machine.LoadRelaxed32(Asked) + 1;
        if (period == Offline)
            period = FirstPeriod;
        machine.StoreRelease32(Asked, period);
        // The other half of the barrier in ComeOnline.
        machine.Barrier(BarrierPurpose.StoreThenLoad);
        for (uint cpu = 0; cpu < cpus; cpu++)
        {
            var poll = machine.BeginPoll(Deadline.Never);
            while (machine.KeepPolling(ref poll, done: HasPassed(machine.LoadAcquire32(SeenBy(cpu)), period)))
            {
            }
        }
    }

    private static bool HasPassed(uint seen, uint period) => seen == Offline || seen == period;
}
