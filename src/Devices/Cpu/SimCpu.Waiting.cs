using Ringcheck.Hal;

namespace Ringcheck.Devices;

public readonly partial struct SimCpu
{
    public bool AreInterruptsMasked => machine.Engine.Running.IsMasked;

    public void MaskInterrupts() => machine.Engine.Running.Mask();

    public void UnmaskInterrupts() => machine.Engine.Running.Unmask();

    public void WaitForInterrupt(Deadline deadline)
    {
        int self = machine.Running;
        machine.Model.Sleep(self);
        machine.Engine.Running.WaitForInterrupt(deadline.AtMs);
        machine.Model.Wake(self);
    }

    public Deadline DeadlineAfter(uint timeoutMs) => machine.Engine.Running.DeadlineAfter(timeoutMs);

    public bool HasPassed(Deadline deadline) => machine.Engine.Running.HasPassed(deadline);

    public PollLoop BeginPoll(Deadline deadline) => machine.Engine.Running.BeginPoll(deadline);

    public bool KeepPolling(ref PollLoop poll, bool done) => machine.Engine.Running.KeepPolling(ref poll, done);
}
