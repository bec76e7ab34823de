using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>What several CPUs need that share a driver (<see cref="LockedBlk{TMachine}"/>), all under its lock but <see cref="HasNewsSince"/>: as <see cref="DriverCore{TMachine}"/> has it.</content>
public sealed partial class VirtioBlk<TMachine>
{
    /// <summary>
    /// As <see cref="Wait"/>, and Pending if the request has not ended: nothing of it has changed then. What the device has returned is taken over first,
    /// whosever it is.
    /// </summary>
    public DriverStatus TryFinish(RequestId id, out BlkCompletion completion) => Deliver(core.TryFinish(id, out RequestEnd end), end, out completion);

    /// <summary>Takes over what the device has returned, and how it is.</summary>
    public void TakeReturned()
    {
        core.TakeReturned();
        Refresh();
    }

    /// <summary>The caller waits no longer: the end is TimedOut, unless it has come just now.</summary>
    public DriverStatus StopWaiting(RequestId id, out BlkCompletion completion) => Deliver(core.StopWaiting(id, out RequestEnd end), end, out completion);

    /// <summary>
    /// Asks to be interrupted for what is returned next in a queue. False: something was returned already, and there may be no interrupt for it.
    /// </summary>
    public bool AskForInterrupt(QueueIndex queueIndex) => core.AskForInterrupt(queueIndex.Value);

    /// <summary>Up to where chains of a queue were taken back; 0 for a queue that there is not.</summary>
    public RingIndex TakenOf(QueueIndex queueIndex) => queueIndex.Value < queueCount ? core[queueIndex.Value].Ring.Taken : default;

    /// <summary>
    /// Without the lock, for a polling loop: whether the device has returned something since a queue was at <paramref name="taken"/>, or is not alive any more.
    /// Looks at memory and a register, and at nothing that other CPUs change.
    /// </summary>
    public bool HasNewsSince(QueueIndex queueIndex, RingIndex taken) => core.HasNewsSince(queueIndex.Value, taken);

    /// <summary>There was news, and then there was nothing to take: the device is not alive, or its index went back.</summary>
    public void Suspect() => core.Suspect();

    /// <summary>
    /// Resets the device, and leaves it. Ok: what was in flight has ended as Aborted, and all memory is the caller's. TimedOut: the reset was not observed. NoDevice: it
    /// is gone, and all memory is the caller's too.
    /// </summary>
    public DriverStatus Stop() => core.Recover();
}
