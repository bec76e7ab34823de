using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Waiting for the end of a request: by polling, or asleep until an interrupt.</content>
internal sealed partial class DriverCore<TMachine>
{
    /// <summary>
    /// Waits for one request, asleep if the driver uses interrupts; queued requests are kicked first. The answer is how it ended
    /// (<see cref="RequestEnd.Status"/>, TimedOut included), or one of two that end nothing: NeedsReset (<see cref="Recover"/> will end
    /// it) and InvalidArgument (no such request, or its end was reported before). 0 waits for ever, which with interrupts means: also for a device
    /// that was taken away without a word (<see cref="Removed"/>).
    /// </summary>
    public DriverStatus Wait(RequestId id, uint timeoutMs, out RequestEnd end) => Wait(id, timeoutMs, options.UseInterrupts, out end);

    /// <summary>As <see cref="Wait(RequestId, uint, out RequestEnd)"/>, by looking again and again, whether the driver uses interrupts or not.</summary>
    public DriverStatus Poll(RequestId id, uint timeoutMs, out RequestEnd end) => Wait(id, timeoutMs, sleeps: false, out end);

    /// <summary>
    /// Waits until any request has ended, and reports it: see <see cref="TryReap(out RequestEnd)"/>. TimedOut: none has, and none was ended by this.
    /// Pending: no request is in flight, so there is nothing to wait for.
    /// </summary>
    public DriverStatus WaitAny(uint timeoutMs, out RequestEnd end) => WaitAny(AnyQueue, timeoutMs, out end);

    /// <summary>As <see cref="WaitAny(uint, out RequestEnd)"/>, for one of the driver's queues.</summary>
    public DriverStatus WaitAny(int queue, uint timeoutMs, out RequestEnd end)
    {
        Deadline deadline = machine.DeadlineAfter(timeoutMs);
        Kick();
        while (true)
        {
            DriverStatus status = TryReap(queue, out end);
            if (status != DriverStatus.Pending || InFlight(queue) == 0)
                return status;
            if (!(options.UseInterrupts ? SleepForEvent(deadline) : PollForUsed(deadline)))
            {
                LookAtLateDevice();
                status = TryReap(queue, out end);
                return status == DriverStatus.Pending ? DriverStatus.TimedOut : status;
            }
        }
    }

    /// <summary>
    /// As <see cref="WaitAny(int, uint, out RequestEnd)"/>, but also until the configuration has changed, and with nothing in flight too: then the answer is Pending, and
    /// <see cref="TakeConfigurationChange"/> says so. A driver that has not taken the change of being brought up does not wait at all.
    /// </summary>
    public DriverStatus WaitForEvent(int queue, uint timeoutMs, out RequestEnd end)
    {
        Deadline deadline = machine.DeadlineAfter(timeoutMs);
        Kick();
        while (true)
        {
            DriverStatus status = TryReap(queue, out end);
            if (status != DriverStatus.Pending || ConfigurationIsStale)
                return status;
            if (!(options.UseInterrupts ? SleepForEvent(deadline) : PollForUsed(deadline, orChange: true)))
            {
                LookAtLateDevice();
                status = TryReap(queue, out end);
                return status == DriverStatus.Pending && !ConfigurationIsStale ? DriverStatus.TimedOut : status;
            }
        }
    }

    private DriverStatus Wait(RequestId id, uint timeoutMs, bool sleeps, out RequestEnd end)
    {
        Deadline deadline = machine.DeadlineAfter(timeoutMs);
        Kick();
        while (true)
        {
            DriverStatus status = Look(id, out end);
            if (status != DriverStatus.Pending)
                return status;
            if (!(sleeps ? SleepForEvent(deadline) : PollForUsed(deadline)))
                return GiveUp(id, out end);
        }
    }

    /// <summary>Until everything that the device returns by itself has come back: false when some has not by the deadline.</summary>
    private bool Drain(Deadline deadline)
    {
        Kick();
        while (true)
        {
            TakeOver();
            if (IsDrained())
                return true;
            if (state != DriverState.Ready)
                return false;
            if (options.UseInterrupts ? SleepForEvent(deadline) : PollForUsed(deadline))
                continue;
            LookAtLateDevice();
            TakeOver();
            return IsDrained();
        }
    }

    private bool IsDrained()
    {
        foreach (RequestQueue<TMachine> queue in queues)
        {
            if (queue.Options.IsAnswered && queue.Slots.WithDevice != 0)
                return false;
        }

        return true;
    }

    private int InFlight(int number)
    {
        if (number != AnyQueue)
            return queues[number].Slots.InFlight;
        int count = 0;
        foreach (RequestQueue<TMachine> queue in queues)
            count += queue.Slots.InFlight;
        return count;
    }

    private DriverStatus Look(RequestId id, out RequestEnd end)
    {
        end = default;
        if (QueueOf(id) is not { } queue || queue.Slots.StateOf(id.Slot) is SlotState.Abandoned or SlotState.Held)
            return DriverStatus.InvalidArgument;
        TakeOver();
        if (queue.Slots.StateOf(id.Slot) == SlotState.Ended)
        {
            end = queue.Slots.Report(id.Slot);
            return end.Status;
        }

        return state == DriverState.Ready ? DriverStatus.Pending : DriverStatus.NeedsReset;
    }

    /// <summary>The deadline has passed. One last look, so that what came in time is not called late.</summary>
    private DriverStatus GiveUp(RequestId id, out RequestEnd end)
    {
        LookAtLateDevice();
        DriverStatus status = Look(id, out end);
        if (status != DriverStatus.Pending)
            return status;
        end = queues[id.Queue].Slots.Abandon(id.Slot);
        return DriverStatus.TimedOut;
    }

    /// <summary>
    /// Nothing has come in time, interrupts included: a device that is gone raises none, and one that needs a reset may have failed to. (Who polls looks at the
    /// status all the while.)
    /// </summary>
    private void LookAtLateDevice()
    {
        if (options.UseInterrupts && state == DriverState.Ready)
            CheckDeviceStatus();
    }

    /// <summary>
    /// Until there is something in a used ring, or the device is not alive, or (where asked for) has told of a change. False: the deadline has passed. A used index that is seen
    /// to move and then gives nothing breaks the queue; so a caller's loop around this takes a chain back each time, or ends.
    /// </summary>
    private bool PollForUsed(Deadline deadline, bool orChange = false)
    {
        PollLoop poll = machine.BeginPoll(deadline);
        uint status = DeviceStatus.DriverOk;
        while (machine.KeepPolling(ref poll, done: HasUsed() || !IsRunning(status = transport.ReadStatus(machine)) || (orChange && IsChangeTold())))
        {
        }

        if (poll.TimedOut)
            return false;
        int count = CollectUsed();
        if (!IsRunning(status))
            GiveUpOn(status);
        if (count > 0 || state != DriverState.Ready)
            return true;
        if (orChange && machine.Load32(events.Configuration) != 0)
            return true;
        CheckDeviceStatus();
        if (state == DriverState.Ready)
            DistrustWhatMoved();
        return true;
    }

    /// <summary>Who polls asks for the causes of interrupts, as a handler would: nothing else tells of a change.</summary>
    private bool IsChangeTold()
    {
        OnInterrupt();
        return machine.Load32(events.Configuration) != 0;
    }

    /// <summary>
    /// Asleep until the handler has seen an interrupt of this device. False: the deadline has passed. Interrupts are asked for only here,
    /// and after asking the rings are looked at once more: what came before the device saw the request came silently (2.7.7).
    /// The deadline comes first, so that a device that does nothing but interrupt cannot keep the caller for longer.
    /// </summary>
    private bool SleepForEvent(Deadline deadline)
    {
        if (machine.HasPassed(deadline))
            return false;
        if (!AskForInterrupts())
        {
            if (CollectUsed() == 0 && state == DriverState.Ready)
                DistrustWhatMoved();
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
        foreach (RequestQueue<TMachine> queue in queues)
        {
            if (queue.IsInUse)
                queue.Ring.DisableInterrupts();
        }

        return woken;
    }

    private bool HasEvent() => machine.Load32(events.Used) != 0 || machine.Load32(events.Configuration) != 0;

    /// <summary>Only reads.</summary>
    private bool HasUsed()
    {
        foreach (RequestQueue<TMachine> queue in queues)
        {
            if (queue.IsInUse && queue.Ring.HasUsed())
                return true;
        }

        return false;
    }

    /// <summary>False: a queue has something already, and no queue interrupts.</summary>
    private bool AskForInterrupts()
    {
        for (int i = 0; i < queues.Length; i++)
        {
            if (!queues[i].IsInUse)
                continue;
            queues[i].Ring.EnableInterrupts();
            if (!queues[i].Ring.HasUsed())
                continue;
            for (; i >= 0; i--)
            {
                if (queues[i].IsInUse)
                    queues[i].Ring.DisableInterrupts();
            }

            return false;
        }

        return true;
    }

    /// <summary>
    /// Some used index was seen to have moved, and then nothing was there to be taken: it moved back (<see cref="QueueFault.UsedIndexWentBack"/>). Of several
    /// queues it is not known any more which it was, and the device is one: none is believed.
    /// </summary>
    private void DistrustWhatMoved()
    {
        foreach (RequestQueue<TMachine> queue in queues)
        {
            if (queue.IsInUse)
                queue.Ring.RefuseIndexThatWentBack();
        }

        state = DriverState.Broken;
    }
}
