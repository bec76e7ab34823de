using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>A lock between CPUs: one word, 0 when free. An exclusive access takes it, so it needs Normal memory: not before the MMU is on.</summary>
public readonly struct SpinLock(CpuAddress word)
{
    public void Acquire<TCpu>(TCpu cpu)
        where TCpu : struct, ICpuSystem
    {
        while (cpu.Exchange64(word, 1) != 0)
        {
            var poll = cpu.BeginPoll(Deadline.Never);
            while (cpu.KeepPolling(ref poll, done: cpu.Load64(word) == 0))
            {
            }
        }
    }

    public void Release<TCpu>(TCpu cpu)
        where TCpu : struct, ICpuSystem => cpu.StoreRelease64(word, 0);
}
