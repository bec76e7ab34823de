using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Taking requests back: 2.7.14 "Receiving Used Buffers From The Device", and the events that are no completion.</content>
internal sealed partial class DriverCore<TMachine>
{
    /// <summary>
    /// True since the device was brought up, or has told that its configuration changed (2.5.2), until <see cref="TakeConfigurationChange"/>: a driver that keeps
    /// something of it reads again then.
    /// </summary>
    public bool ConfigurationIsStale { get; private set; }

    /// <summary>
    /// In interrupt context, for a line. True when the interrupt was this device's. Acknowledged before anything is looked at: what happens after
    /// that raises the line again. (4.2.3.4.1 has it the other way round; then an event between looking and acknowledging is lost.)
    /// A driver that polls may call this now and then, to learn of changes of the configuration.
    /// Runs on the CPU that waits: its event flags need no barrier then, and the used ring none here, since whoever goes to sleep orders its last look
    /// at it behind asking for interrupts.
    /// </summary>
    public bool OnInterrupt() => transport.Kind != TransportKind.None && Note(transport.TakeLine(machine));

    /// <summary>In interrupt context, for a message: its vector says why, and no register is looked at. The same otherwise.</summary>
    public bool OnVector(ushort vector) => transport.Kind != TransportKind.None && Note(transport.CausesOf(vector));

    /// <summary>
    /// The oldest end of a request that was not reported yet, of each queue in turn, so that a busy one cannot keep what has ended in others from the caller.
    /// Ok: there is one. Pending: there is none; then nothing was changed, so this may be the condition of a polling loop. NeedsReset: there is none and,
    /// before <see cref="Recover"/>, there will be none. NoDevice: there is none and the driver is not running, or the device is gone.
    /// </summary>
    public DriverStatus TryReap(out RequestEnd end) => TryReap(AnyQueue, out end);

    /// <summary>As <see cref="TryReap(out RequestEnd)"/>, of one of the driver's queues; what has ended in others stays to be reaped.</summary>
    public DriverStatus TryReap(int queue, out RequestEnd end)
    {
        TakeOver();
        if (TryReport(queue, out end))
            return DriverStatus.Ok;
        if (!options.UseInterrupts && state == DriverState.Ready)
        {
            CheckDeviceStatus();
            if (state == DriverState.Gone && TryReport(queue, out end))
                return DriverStatus.Ok;
        }

        return state == DriverState.Ready ? DriverStatus.Pending : CheckState();
    }

    /// <summary>The driver is done with the memory of a request that was to be held. InvalidArgument: it holds no such memory.</summary>
    public DriverStatus Release(RequestId id)
    {
        if (QueueOf(id) is not { } queue || queue.Slots.StateOf(id.Slot) != SlotState.Held)
            return DriverStatus.InvalidArgument;
        queue.Slots.Release(id.Slot);
        return DriverStatus.Ok;
    }

    /// <summary>Whether the configuration has to be read (again). Cleared before the reading, so that a change meanwhile is another one.</summary>
    public bool TakeConfigurationChange()
    {
        bool wasStale = ConfigurationIsStale;
        ConfigurationIsStale = false;
        return wasStale;
    }

    private const int AnyQueue = -1;

    private bool Note(uint causes)
    {
        if ((causes & InterruptCause.UsedBuffer) != 0)
            machine.Store32(events.Used, 1);
        if ((causes & InterruptCause.ConfigurationChange) != 0)
            machine.Store32(events.Configuration, DriverEvents.Changed);
        return causes != 0;
    }

    private bool TryReport(int queue, out RequestEnd end)
    {
        int first = queue == AnyQueue ? firstToReap : queue, count = queue == AnyQueue ? queues.Length : 1;
        for (int i = 0; i < count; i++)
        {
            int at = (first + i) % queues.Length;
            if (!queues[at].Slots.TryFirstEnded(out ushort slot))
                continue;
            end = queues[at].Slots.Report(slot);
            firstToReap = (at + 1) % queues.Length;
            return true;
        }

        end = default;
        return false;
    }

    /// <summary>
    /// Takes over all that the device has to tell, events first: an event flag is cleared before what it speaks of is looked at, so
    /// that nothing that comes later is lost with it. No barrier: the handler runs on the CPU that waits (<see cref="OnInterrupt"/>).
    /// </summary>
    private void TakeOver()
    {
        if (state != DriverState.Ready)
            return;
        if (machine.Load32(events.Used) != 0)
            machine.Store32(events.Used, 0);

        uint configurationEvent = machine.Load32(events.Configuration);
        if (configurationEvent != 0)
            machine.Store32(events.Configuration, 0);
        if (configurationEvent == DriverEvents.Removed)
        {
            LoseAsTold();
            return;
        }

        if (configurationEvent != 0)
        {
            ConfigurationIsStale = true;
            CheckDeviceStatus(); // 2.1.2: by such an event, a device also tells that it needs a reset
        }

        if (state == DriverState.Ready)
            CollectUsed();
    }

    private int CollectUsed()
    {
        int count = 0;
        foreach (RequestQueue<TMachine> queue in queues)
        {
            if (queue.IsInUse)
                count += CollectUsed(queue);
        }

        return count;
    }

    /// <summary>Bounded by the requests in flight: the queue gives back no more than it was given.</summary>
    private int CollectUsed(RequestQueue<TMachine> queue)
    {
        int count = 0;
        while (true)
        {
            DriverStatus status = queue.TryTakeUsed(out ushort slot, out uint usedLength);
            if (status == DriverStatus.DeviceError)
                state = DriverState.Broken;
            if (status != DriverStatus.Ok)
                return count;
            count++;
            switch (queue.Slots.StateOf(slot))
            {
                case SlotState.InFlight:
                    queue.Slots.End(slot, DriverStatus.Ok, usedLength);
                    break;
                case SlotState.Abandoned:
                    queue.Slots.Reclaim(slot);
                    break;
                default:
                    machine.Panic("virtio: a chain came back for a request that is not in flight"u8);
                    break;
            }
        }
    }
}
