using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 2.7.7 and 2.7.10, notification suppression. Nobody can run and a CPU still waits: says which of the two notifications was lost, by
/// what lies in the rings, and whose it was to give if one was owed (<see cref="NotificationMonitor"/>). Does not say whose fault it is where
/// none was owed and both sides could have prevented it.
/// </summary>
static class LostNotification
{
    const string Name = "lost-notification";

    public static Violation Diagnose(SimulatedMachine machine, CpuAgent waiting)
    {
        var notifications = machine.Monitors.Notifications;
        foreach (var queue in machine.Monitors.Ownership.Queues)
        {
            if (!queue.Live) continue;
            int published = queue.Taken.DistanceTo(queue.Published), held = queue.Held, unseen = queue.Seen.DistanceTo(queue.Returned);
            string where = $"{waiting.Name} waits for {waiting.WaitsFor}, and nothing else can run. Queue {queue.Number} of {queue.Device.Name}: "
                + $"{published} published and not read by the device, {held} with the device, {unseen} returned and not seen by the driver";
            bool isEvent = NotificationMonitor.HasEventIndex(queue);
            string[] interrupt = [NotificationMonitor.WantsInterruptClause(queue)], kick = [NotificationMonitor.WantsKickClause(queue)];
            if (unseen > 0 && queue.Interrupt.IsOwed) return new(Name, "used-buffer", interrupt, $"{where}; {notifications.InterruptText(queue)}",
                "After each store of used.idx, read what the driver asks for, and interrupt if that covers what was returned since the last time.");
            if (unseen > 0 && machine.Interrupts.WhyNotGiven(waiting) is { } hidden) return new(Name, "used-buffer", [], $"{where}; {hidden.Message}", hidden.Mend);
            if (unseen > 0) return new(Name, "used-buffer", interrupt,
                $"{where}; {(isEvent ? $"used_event is {machine.Ram.Load<ushort>(queue.UsedEvent)}, used.idx {queue.Returned.Value}" : $"available flags are {machine.Ram.Load<ushort>(queue.Available)}")}, InterruptStatus is {queue.Device.InterruptStatus}",
                (isEvent ? "Before sleeping, store in used_event the index of the next chain to take, and then look at the used ring once more"
                    : "After allowing interrupts, look at the used ring once more before sleeping") + "; acknowledge an interrupt before looking, not after.");
            if (published > 0 && queue.Kick.IsOwed) return new(Name, "available-buffer", kick, $"{where}; {notifications.KickText(queue)}",
                "After each store of avail.idx, read what the device asks for, and notify if that covers what was published since the last time.");
            if (published > 0) return new(Name, "available-buffer", kick,
                $"{where}; {(isEvent ? $"avail_event is {machine.Ram.Load<ushort>(queue.AvailEvent)}, avail.idx {queue.Published.Value}" : $"used flags are {machine.Ram.Load<ushort>(queue.Used)}")}",
                isEvent ? "A device that writes avail_event names the next chain that it will take, and looks once more."
                    : "Notify after each publication unless the device's flags, read after the index was stored, say no; a device that allows notifications looks once more.");
            if (held > 0) return new(Name, "request-never-ends", [], where + "; the device keeps what it has taken",
                "Wait with a time-out, and reset the device when it passes.");
        }
        foreach (var device in machine.Devices)
        {
            if (device.IsRemoved) return new(Name, "device-removed", [], $"{waiting.Name} waits for {waiting.WaitsFor}, and nothing else can run; {device.Name} is gone",
                "A loop that polls ends on all ones; a wait for an interrupt ends with its time-out, or with word from the driver of the bus.");
        }
        if (machine.Interrupts.WhyNotGiven(waiting) is { } why) return new(Name, "nobody-runs", [], $"{waiting.Name} waits for {waiting.WaitsFor}, and nothing else can run; {why.Message}", why.Mend);
        return new(Name, "nobody-runs", [], $"{waiting.Name} waits for {waiting.WaitsFor}, and nothing else can run; no request is on its way",
            "Wait only for what somebody will do.");
    }
}
