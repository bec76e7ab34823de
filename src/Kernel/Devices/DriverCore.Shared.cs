using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>What several CPUs need that share a driver: the pieces of waiting, without the waiting. All under their lock, but for <see cref="HasNewsSince"/>.</content>
internal sealed partial class DriverCore<TMachine>
{
    /// <summary>
    /// As <see cref="Wait(RequestId, uint, out RequestEnd)"/>, and Pending if the request has not ended: nothing of it has changed then. What the device has returned is
    /// taken over first, whosever it is. With <paramref name="stopsWaiting"/> the caller waits no longer: the end is TimedOut, unless it has come just now.
    /// </summary>
    public DriverStatus TryFinish(RequestId id, bool stopsWaiting, out RequestEnd end) => stopsWaiting ? GiveUp(id, out end) : Look(id, out end);

    /// <summary>Takes over what the device has returned, and how it is.</summary>
    public void TakeReturned() => TakeOver();

    /// <summary>Whether the id belongs to a request that has not ended.</summary>
    public bool IsInFlight(RequestId id) => QueueOf(id) is { } queue && queue.Slots.StateOf(id.Slot) == SlotState.InFlight;

    /// <summary>Up to where chains of a queue were taken back; 0 for a queue that there is not.</summary>
    public RingIndex TakenOf(int queue) => queue < queues.Length && queues[queue].IsInUse ? queues[queue].Ring.Taken : default;

    /// <summary>
    /// Asks to be interrupted for what is returned next in a queue. False: something was returned already, and there may be no interrupt for it.
    /// </summary>
    public bool AskForInterrupt(int queue)
    {
        SplitQueue<TMachine> ring = queues[queue].Ring;
        ring.EnableInterrupts();
        if (!ring.HasUsed())
            return true;
        ring.DisableInterrupts(); // whoever takes it looks again, and asks again
        return false;
    }

    /// <summary>
    /// Without the lock, for a polling loop: whether the device has returned something since a queue was at <paramref name="taken"/>, or is not alive any more.
    /// Looks at memory and a register, and at nothing that other CPUs change.
    /// </summary>
    public bool HasNewsSince(int queue, RingIndex taken) => queues[queue].Ring.HasUsedSince(taken) || !IsRunning(transport.ReadStatus(machine));

    /// <summary>There was news, and then there was nothing to take: the device is not alive, or its index went back.</summary>
    public void Suspect()
    {
        CheckDevice();
        if (state == DriverState.Ready)
            DistrustWhatMoved();
    }
}
