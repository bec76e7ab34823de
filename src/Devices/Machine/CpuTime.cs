using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Devices;

/// <summary>Deadlines and polling loops of the seam (<see cref="ITime"/>) on a CPU of the engine: the same for every simulated lane.</summary>
static class CpuTime
{
    public static Deadline DeadlineAfter(this CpuAgent cpu, uint timeoutMs) => timeoutMs == 0 ? Deadline.Never : new(cpu.ReadClock() + timeoutMs);

    public static bool HasPassed(this CpuAgent cpu, Deadline deadline) => !deadline.IsNever && cpu.ReadClock() >= deadline.AtMs;

    public static PollLoop BeginPoll(this CpuAgent cpu, Deadline deadline)
    {
        var head = cpu.BeginPoll();
        return new PollLoop { Mark0 = head.A, Mark1 = head.B, Deadline = deadline };
    }

    public static bool KeepPolling(this CpuAgent cpu, ref PollLoop poll, bool done)
    {
        if (!done) poll.TimedOut = cpu.HasPassed(poll.Deadline);
        if (done || poll.TimedOut)
        {
            cpu.EndPoll();
            return false;
        }
        cpu.PollAgain(new(poll.Mark0, poll.Mark1), poll.Deadline.AtMs);
        return true;
    }
}
