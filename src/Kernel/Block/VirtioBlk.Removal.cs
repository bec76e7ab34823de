using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>A device that is taken away while the driver uses it. The standard says nothing about that; buses do: reads give all ones, writes are lost.</content>
public sealed partial class VirtioBlk<TMachine>
{
    /// <summary>
    /// For the driver of the bus, also in interrupt context: the device is gone, whatever its registers say. Main code takes notice when it looks next, and is
    /// woken for that if it sleeps: what the device has finished by then ends with its result, all else as NoDevice, and all memory is the caller's. Without
    /// this, who polls notices at once, and who sleeps when a time-out has passed.
    /// </summary>
    public void Removed()
    {
        if (transport.Kind != TransportKind.None)
            machine.Store32(events.Configuration, BlkEvents.Removed);
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
        state = BlkState.Gone;
        foreach (BlkQueue<TMachine> queue in queues)
            queue.Slots.EndAll(DriverStatus.NoDevice);
    }
}
