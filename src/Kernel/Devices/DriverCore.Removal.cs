using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>A device that is taken away while the driver uses it. The standard says nothing about that; buses do: reads give all ones, writes are lost.</content>
internal sealed partial class DriverCore<TMachine>
{
    /// <summary>
    /// For the driver of the bus, also in interrupt context: the device is gone, whatever its registers say. Main code takes notice when it looks next, and is
    /// woken for that if it sleeps: what the device has returned by then ends with Ok, all else as NoDevice, and all memory is the driver's. Without
    /// this, who polls notices at once, and who sleeps when a time-out has passed.
    /// </summary>
    public void Removed()
    {
        if (transport.Kind != TransportKind.None)
            machine.Store32(events.Configuration, DriverEvents.Removed);
    }

    /// <summary>Looks whether the device still runs, for a driver that has met something odd.</summary>
    public void CheckDevice()
    {
        if (state == DriverState.Ready)
            CheckDeviceStatus();
    }

    private void CheckDeviceStatus()
    {
        uint status = transport.ReadStatus(machine);
        if (!IsRunning(status))
            GiveUpOn(status);
    }

    /// <summary>
    /// Whether anything can still be expected: not when the device asks for a reset, and not when it has been reset behind our back or
    /// is gone (all ones).
    /// </summary>
    private static bool IsRunning(uint status) => (status & (DeviceStatus.NeedsReset | DeviceStatus.DriverOk)) == DeviceStatus.DriverOk;

    /// <summary>Seen once is seen: a device that has asked for a reset is not asked again. One that is gone cannot be reset.</summary>
    private void GiveUpOn(uint status)
    {
        state = DriverState.Broken;
        if (transport.IsGone(machine, status))
            Lose();
    }

    /// <summary>The answer to a read, whoever gives it, comes after what the device wrote to memory while it was there.</summary>
    private void LoseAsTold()
    {
        transport.ReadStatus(machine);
        Lose();
    }

    /// <summary>After a read that showed the device to be gone: it touches no memory any more.</summary>
    private void Lose()
    {
        machine.Barrier(BarrierPurpose.AfterRegisterRead);
        if (WithDeviceCount != 0) // else the rings may be those of before a reset
            CollectUsed();
        state = DriverState.Gone;
        foreach (RequestQueue<TMachine> queue in queues)
            queue.Slots.EndAll(DriverStatus.NoDevice);
    }
}
