using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 2.7.7 and 2.7.10, notification suppression. Nobody can run and a CPU still waits: says which of the two notifications was lost, by
/// what lies in the rings. Does not say whose fault it is where both sides could have prevented it.
/// </summary>
static class LostNotification
{
    const string Name = "lost-notification";

    public static Violation Diagnose(SimulatedMachine machine, CpuAgent waiting)
    {
        foreach (var queue in machine.Monitors.Ownership.Queues)
        {
            if (!queue.Live) continue;
            int published = queue.Taken.DistanceTo(queue.Published), held = queue.Held, unseen = queue.Seen.DistanceTo(queue.Returned);
            string where = $"{waiting.Name} waits for {waiting.WaitsFor}, and nothing else can run. Queue {queue.Number} of {queue.Device.Name}: "
                + $"{published} published and not read by the device, {held} with the device, {unseen} returned and not seen by the driver";
            ushort availableFlags = machine.Ram.Load<ushort>(queue.Available), usedFlags = machine.Ram.Load<ushort>(queue.Used);
            if (unseen > 0) return new(Name, "used-buffer", ["split.device.used-buffer-notification-suppression.3"],
                $"{where}; available flags are {availableFlags}, InterruptStatus is {queue.Device.InterruptStatus}",
                "After allowing interrupts, look at the used ring once more before sleeping; acknowledge an interrupt before looking, not after.");
            if (published > 0) return new(Name, "available-buffer", ["split.driver.available-buffer-notification-suppression.4"],
                $"{where}; used flags are {usedFlags}",
                "Notify after each publication unless the device's flags, read after the index was stored, say no; a device that allows notifications looks once more.");
            if (held > 0) return new(Name, "request-never-ends", [], where + "; the device keeps what it has taken",
                "Wait with a time-out, and reset the device when it passes.");
        }
        return new(Name, "nobody-runs", [], $"{waiting.Name} waits for {waiting.WaitsFor}, and nothing else can run; no request is on its way",
            "Wait only for what somebody will do.");
    }
}
