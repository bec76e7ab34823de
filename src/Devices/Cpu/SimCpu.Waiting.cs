using Ringcheck.Hal;

namespace Ringcheck.Devices;

public readonly partial struct SimCpu
{
    public void MaskInterrupts() => machine.Engine.Running.Mask();

    public void UnmaskInterrupts() => machine.Engine.Running.Unmask();

    public void WaitForInterrupt(Deadline deadline)
    {
        int self = machine.Running;
        machine.Model.Sleep(self);
        machine.Engine.Running.WaitForInterrupt(deadline.AtMs);
        machine.Model.Wake(self);
    }

    public Deadline DeadlineAfter(uint timeoutMs)
        => timeoutMs == 0 ? Deadline.Never : new(machine.Engine.Running.ReadClock() + timeoutMs);

    public bool HasPassed(Deadline deadline) => !deadline.IsNever && machine.Engine.Running.ReadClock() >= deadline.AtMs;

    public PollLoop BeginPoll(Deadline deadline)
    {
        var head = machine.Engine.Running.BeginPoll();
        return new PollLoop { Mark0 = head.A, Mark1 = head.B, Deadline = deadline };
    }

    public bool KeepPolling(ref PollLoop poll, bool done)
    {
        var cpu = machine.Engine.Running;
        if (!done) poll.TimedOut = HasPassed(poll.Deadline);
        if (done || poll.TimedOut)
        {
            cpu.EndPoll();
            return false;
        }
        cpu.PollAgain(new(poll.Mark0, poll.Mark1), poll.Deadline.AtMs);
        return true;
    }
}
