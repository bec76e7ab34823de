using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Waiting for the end of a request: by polling, or asleep until an interrupt.</content>
public sealed partial class VirtioBlk<TMachine>
{
    /// <summary>
    /// Waits for one request, asleep if the driver uses interrupts; queued requests are kicked first. The answer is how it ended
    /// (<see cref="BlkCompletion.Status"/>, TimedOut included), or one of two that end nothing: NeedsReset (<see cref="Recover"/> will end
    /// it) and InvalidArgument (no such request, or its end was reported before). 0 waits for ever.
    /// </summary>
    public DriverStatus Wait(BlkRequestId id, uint timeoutMs, out BlkCompletion completion)
        => options.UseInterrupts ? Sleep(id, timeoutMs, out completion) : Poll(id, timeoutMs, out completion);

    /// <summary>As <see cref="Wait"/>, by looking again and again, whether the driver uses interrupts or not.</summary>
    public DriverStatus Poll(BlkRequestId id, uint timeoutMs, out BlkCompletion completion)
    {
        Deadline deadline = machine.DeadlineAfter(timeoutMs);
        Kick();
        while (true)
        {
            DriverStatus status = Look(id, out completion);
            if (status != DriverStatus.Pending)
                return status;
            if (!PollForUsed(deadline))
                return GiveUp(id, out completion);
        }
    }

    /// <summary>
    /// Waits until any request has ended, and reports it: see <see cref="TryReap"/>. TimedOut: none has, and none was ended by this.
    /// Pending: no request is in flight, so there is nothing to wait for.
    /// </summary>
    public DriverStatus WaitAny(uint timeoutMs, out BlkCompletion completion)
    {
        Deadline deadline = machine.DeadlineAfter(timeoutMs);
        Kick();
        while (true)
        {
            DriverStatus status = TryReap(out completion);
            if (status != DriverStatus.Pending || slots.InFlight == 0)
                return status;
            if (!(options.UseInterrupts ? SleepForEvent(deadline) : PollForUsed(deadline)))
            {
                status = TryReap(out completion);
                return status == DriverStatus.Pending ? DriverStatus.TimedOut : status;
            }
        }
    }

    private DriverStatus Sleep(BlkRequestId id, uint timeoutMs, out BlkCompletion completion)
    {
        Deadline deadline = machine.DeadlineAfter(timeoutMs);
        Kick();
        while (true)
        {
            DriverStatus status = Look(id, out completion);
            if (status != DriverStatus.Pending)
                return status;
            if (!SleepForEvent(deadline))
                return GiveUp(id, out completion);
        }
    }

    /// <summary>Until everything in flight has ended by itself: false when some has not by the deadline.</summary>
    private bool Drain(Deadline deadline)
    {
        Kick();
        while (true)
        {
            TakeOver();
            if (slots.WithDevice == 0)
                return true;
            if (state != BlkState.Ready)
                return false;
            if (options.UseInterrupts ? SleepForEvent(deadline) : PollForUsed(deadline))
                continue;
            TakeOver();
            return slots.WithDevice == 0;
        }
    }

    private DriverStatus Look(BlkRequestId id, out BlkCompletion completion)
    {
        completion = default;
        if (!slots.IsCurrent(id) || slots[id.Slot].State is BlkSlotState.Abandoned or BlkSlotState.Held)
            return DriverStatus.InvalidArgument;
        TakeOver();
        if (slots[id.Slot].State == BlkSlotState.Ended)
        {
            completion = slots.Report(id.Slot);
            return completion.Status;
        }

        return state == BlkState.Ready ? DriverStatus.Pending : DriverStatus.NeedsReset;
    }

    /// <summary>The deadline has passed. One last look, so that what came in time is not called late.</summary>
    private DriverStatus GiveUp(BlkRequestId id, out BlkCompletion completion)
    {
        DriverStatus status = Look(id, out completion);
        if (status != DriverStatus.Pending)
            return status;
        completion = slots.Abandon(id.Slot);
        return DriverStatus.TimedOut;
    }

    /// <summary>
    /// Until there is something in the used ring, or the device is not alive. False: the deadline has passed. A used index that is seen
    /// to move and then gives nothing breaks the queue; so a caller's loop around this takes a chain back each time, or ends.
    /// </summary>
    private bool PollForUsed(Deadline deadline)
    {
        PollLoop poll = machine.BeginPoll(deadline);
        bool isAlive = true;
        while (machine.KeepPolling(ref poll, done: queue.HasUsed() || !(isAlive = IsAlive())))
        {
        }

        if (poll.TimedOut)
            return false;
        int count = CollectUsed();
        if (!isAlive)
            state = BlkState.Broken; // seen once is seen: a device that has asked for a reset is not asked again
        if (count > 0 || state != BlkState.Ready)
            return true;
        CheckDeviceStatus();
        if (state == BlkState.Ready)
            Distrust();
        return true;
    }

    /// <summary>
    /// Asleep until the handler has seen an interrupt of this device. False: the deadline has passed. Interrupts are asked for only here,
    /// and after asking the ring is looked at once more: what came before the device saw the request came silently (2.7.7).
    /// The deadline comes first, so that a device that does nothing but interrupt cannot keep the caller for longer.
    /// </summary>
    private bool SleepForEvent(Deadline deadline)
    {
        if (machine.HasPassed(deadline))
            return false;
        queue.EnableInterrupts();
        if (queue.HasUsed())
        {
            queue.DisableInterrupts();
            if (CollectUsed() == 0 && state == BlkState.Ready)
                Distrust();
            return true;
        }

        // Masked between looking and sleeping: an interrupt that comes there stays pending and ends the sleep at once.
        machine.MaskInterrupts();
        bool woken = HasEvent();
        while (!woken && !machine.HasPassed(deadline))
        {
            machine.WaitForInterrupt(deadline);
            machine.UnmaskInterrupts();
            machine.MaskInterrupts();
            woken = HasEvent();
        }

        machine.UnmaskInterrupts();
        queue.DisableInterrupts();
        return woken;
    }

    private bool HasEvent() => machine.Load32(memory.UsedEvent) != 0 || machine.Load32(memory.ConfigurationEvent) != 0;

    /// <summary>The used index was seen to have moved, and then not to have: see <see cref="QueueFault.UsedIndexWentBack"/>.</summary>
    private void Distrust()
    {
        queue.RefuseIndexThatWentBack();
        state = BlkState.Broken;
    }
}
