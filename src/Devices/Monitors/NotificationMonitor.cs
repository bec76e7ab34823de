using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>One direction of a queue's notifications, as <see cref="NotificationMonitor"/> follows it.</summary>
struct NotificationWatch
{
    /// <summary>The other side wanted to be told of what was stored from <see cref="Since"/> on, and has not been told.</summary>
    public bool IsOwed;
    public RingIndex Since;

    /// <summary>Told since the last store of the index: for counting only.</summary>
    public bool Happened;

    /// <summary>The event word as last written: for counting only.</summary>
    public RingIndex Event;

    public readonly ulong Word => IsOwed ? 1UL << 16 | Since.Value : 0;
}

/// <summary>
/// Virtio 1.4, 2.7.7 and 2.7.10, notification suppression, by flags and by event indices. A notification is owed once an index was stored
/// while the other side's word asked for it: with EVENT_IDX, a word that lies among the indices just filled; without, a flag that is 0.
/// It is owed no more once it was given, or once the other side has changed its mind before that: whoever was about to decide may have read
/// either. A debt that is left when everything has come to rest is a violation, whether somebody waits for it or not. Notifications that
/// nobody asked for are legal, and those that are late are too.
/// </summary>
public sealed class NotificationMonitor(SimulatedMachine machine, Monitors monitors)
{
    const string Name = "notification";
    const string DriverUsed = "split.driver.used-buffer-notification-suppression.", DeviceUsed = "split.device.used-buffer-notification-suppression.";
    const string DriverAvailable = "split.driver.available-buffer-notification-suppression.", DeviceAvailable = "split.device.available-buffer-notification-suppression.";

    /// <summary>
    /// Premises, counted over all executions and for EVENT_IDX only: stores of avail.idx and used.idx that no notification came between,
    /// and event words that went past 65,535.
    /// </summary>
    public long KicksSaved, InterruptsSaved, EventWraps;

    internal static string WantsKickClause(QueueWatch queue) => DriverAvailable + (HasEventIndex(queue) ? "6" : "4");

    internal static string WantsInterruptClause(QueueWatch queue) => DeviceUsed + (HasEventIndex(queue) ? "5" : "3");

    internal static bool HasEventIndex(QueueWatch queue) => queue.Device.Negotiated.Has(Feature.EventIndex);

    internal void Enabled(QueueWatch queue)
    {
        queue.Kick = queue.Interrupt = new() { Happened = true };
        queue.Kick.Event = new(machine.Ram.Load<ushort>(queue.AvailEvent));
        queue.Interrupt.Event = new(machine.Ram.Load<ushort>(queue.UsedEvent));
    }

    /// <summary>The driver has stored avail.idx.</summary>
    internal void Published(QueueWatch queue, RingIndex before, RingIndex now)
    {
        KicksSaved += Stored(ref queue.Kick, queue, machine.Ram.Load<ushort>(queue.Used), machine.Ram.Load<ushort>(queue.AvailEvent), before, now);
        if (queue.Kick.IsOwed && monitors.IsCovered) monitors.Coverage.Meet(SystemRule.AvailableBufferNotNotified);
    }

    /// <summary>The device has stored used.idx.</summary>
    internal void Returned(QueueWatch queue, RingIndex before, RingIndex now)
    {
        InterruptsSaved += Stored(ref queue.Interrupt, queue, machine.Ram.Load<ushort>(queue.Available), machine.Ram.Load<ushort>(queue.UsedEvent), before, now);
        if (queue.Interrupt.IsOwed && monitors.IsCovered) monitors.Coverage.Meet(SystemRule.UsedBufferNotNotified);
    }

    /// <summary>Both directions have 1 for "tell me nothing" in bit 0 of their flags. Returns 1 if the store before this one was not told.</summary>
    static int Stored(ref NotificationWatch watch, QueueWatch queue, ushort flags, ushort wanted, RingIndex before, RingIndex now)
    {
        bool isSaved = !watch.Happened && HasEventIndex(queue);
        watch.Happened = false;
        bool isWanted = HasEventIndex(queue) ? now.HasPassed(new(wanted), before.DistanceTo(now)) : (flags & UsedRing.NoNotify) == 0;
        if (isWanted && !watch.IsOwed)
        {
            watch.IsOwed = true;
            watch.Since = before;
        }
        return isSaved ? 1 : 0;
    }

    /// <summary>The driver has written to QueueNotify.</summary>
    internal void Notified(VirtioDevice device, uint number)
    {
        foreach (var queue in monitors.Ownership.Queues)
        {
            if (queue.Device == device && queue.Number == number) queue.Kick = queue.Kick with { IsOwed = false, Happened = true };
        }
    }

    /// <summary>The device has raised its interrupt for used buffers: on virtio-mmio, one for all its queues.</summary>
    internal void Interrupted(VirtioDevice device)
    {
        foreach (var queue in monitors.Ownership.Queues)
        {
            if (queue.Device == device) queue.Interrupt = queue.Interrupt with { IsOwed = false, Happened = true };
        }
    }

    // What each side asks for

    internal void DriverWroteFlags(QueueWatch queue, ushort flags)
    {
        bool isEvent = HasEventIndex(queue);
        if (monitors.IsCovered) monitors.Coverage.Meet(SystemRule.AvailableFlags);
        if (flags > (isEvent ? 0 : AvailableRing.NoInterrupt)) monitors.Driver(Name, "available-flags", [DriverUsed + (isEvent ? "3" : "1")],
            $"the driver sets the available ring's flags to {flags}", isEvent ? "With EVENT_IDX the flags are 0; used_event says what is wanted." : "Without EVENT_IDX the flags are 0 or 1.");
        if (!isEvent && (flags & AvailableRing.NoInterrupt) != 0) queue.Interrupt.IsOwed = false;
    }

    internal void DeviceWroteFlags(QueueWatch queue, ushort flags)
    {
        bool isEvent = HasEventIndex(queue);
        if (monitors.IsCovered) monitors.Coverage.Meet(SystemRule.UsedFlags);
        if (flags > (isEvent ? 0 : UsedRing.NoNotify)) monitors.Device(Name, "used-flags", [DeviceAvailable + (isEvent ? "3" : "1")],
            $"the device sets the used ring's flags to {flags}", isEvent ? "With EVENT_IDX the flags are 0; avail_event says what is wanted." : "Without EVENT_IDX the flags are 0 or 1.");
        if (!isEvent && (flags & UsedRing.NoNotify) != 0) queue.Kick.IsOwed = false;
    }

    internal void DriverWroteUsedEvent(QueueWatch queue, RingIndex wanted) => Asked(ref queue.Interrupt, queue, wanted, queue.Returned);

    internal void DeviceWroteAvailEvent(QueueWatch queue, RingIndex wanted) => Asked(ref queue.Kick, queue, wanted, queue.Published);

    void Asked(ref NotificationWatch watch, QueueWatch queue, RingIndex wanted, RingIndex stored)
    {
        if (!HasEventIndex(queue)) return;
        if (wanted.Value < watch.Event.Value && watch.Event.DistanceTo(wanted) < 0x8000) EventWraps++;
        watch.Event = wanted;
        watch.IsOwed &= stored.HasPassed(wanted, watch.Since.DistanceTo(stored));
    }

    // Judgement

    /// <summary>Nothing is under way any more: what is owed now will never come.</summary>
    internal void CameToRest()
    {
        foreach (var queue in monitors.Ownership.Queues)
        {
            if (!queue.Live || queue.Stopped || queue.Device.IsBroken || queue.Device.IsResetPending) continue;
            // A function that has lied about its capabilities may have had its doorbell looked for where it is not.
            if (queue.Kick.IsOwed && machine.Pci is not { MayMislead: true }) monitors.Driver(Name, "available-buffer-not-notified", [WantsKickClause(queue)], KickText(queue),
                "After each store of avail.idx, and a barrier, read what the device asks for, compare it with all that was published since the last time, and notify.");
            if (queue.Interrupt.IsOwed) monitors.Device(Name, "used-buffer-not-notified", [WantsInterruptClause(queue)], InterruptText(queue),
                "After each store of used.idx, and a barrier, read what the driver asks for, compare it with all that was returned since the last time, and interrupt.");
        }
    }

    internal string KickText(QueueWatch queue)
        => $"the driver stored avail.idx from {queue.Kick.Since.Value} to {queue.Published.Value} while {Word(queue, "avail_event", queue.AvailEvent, "used", queue.Used)}, and has not notified queue {queue.Number} of {queue.Device.Name}";

    internal string InterruptText(QueueWatch queue)
        => $"{queue.Device.Name} stored used.idx from {queue.Interrupt.Since.Value} to {queue.Returned.Value} while {Word(queue, "used_event", queue.UsedEvent, "available", queue.Available)}, and has not interrupted";

    string Word(QueueWatch queue, string word, ulong address, string ring, ulong flags) => HasEventIndex(queue)
        ? $"{word} was {machine.Ram.Load<ushort>(address)}" : $"the {ring} ring's flags were {machine.Ram.Load<ushort>(flags)}";
}
