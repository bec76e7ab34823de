using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>What whoever owns a driver does with it, whatever its device is. Requests are each driver's own.</summary>
public interface IVirtioDriver
{
    Transport Transport { get; }

    bool IsReady { get; }

    /// <summary>What the device did wrong in the rings, if anything.</summary>
    QueueFault Fault { get; }

    /// <summary>Requests that the device has: in flight, or timed out and not given back.</summary>
    int WithDeviceCount { get; }

    /// <summary>Brings the device up. <paramref name="region"/>: all memory of the driver's that a device touches.</summary>
    DriverStatus Initialise(in Transport transport, DmaRegion region);

    /// <summary>Resets the device, with whatever is in flight, and brings it up again.</summary>
    DriverStatus Recover();

    /// <summary>Takes no more requests, waits for those in flight, and resets the device.</summary>
    DriverStatus Shutdown(uint timeoutMs);

    /// <summary>In interrupt context, for a line. True when the interrupt was this device's.</summary>
    bool OnInterrupt();

    /// <summary>In interrupt context, for a message.</summary>
    bool OnVector(ushort vector);

    /// <summary>For the driver of the bus, also in interrupt context: the device is gone.</summary>
    void Removed();

    /// <summary>Gives all queued requests to the device, and tells it unless it asked not to be told.</summary>
    void Kick();
}
