using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// What all virtio drivers have in common for those who own one. A driver derives from this, and has what is its device's own: the features that it wants, what it reads
/// of the configuration, requests, and what answers mean.
/// </summary>
/// <remarks>
/// <see cref="OnInterrupt"/>, <see cref="OnVector"/> and <see cref="Removed"/> are for interrupt handlers. All else is main code, for one CPU at a time (with several, a lock
/// goes around: <see cref="LockedDriver{TMachine}"/>), called with interrupts unmasked. Nothing is allocated after the constructor. When a method says NeedsReset,
/// <see cref="Recover"/> is the way out; until then what is in flight stays with the device.
/// </remarks>
public abstract class VirtioDriver<TMachine> : IVirtioDriver
    where TMachine : struct, IMachine
{
    private protected readonly DriverCore<TMachine> core;
    private protected TMachine machine;

    /// <summary>A driver for no device yet: see <see cref="Initialise"/>.</summary>
    private protected VirtioDriver(TMachine machine, in DriverOptions options, ReadOnlySpan<QueueOptions> queues)
    {
        this.machine = machine;
        core = new(machine, options, queues);
    }

    public Transport Transport => core.Transport;

    /// <summary>What was negotiated.</summary>
    public FeatureSet Features => core.Features;

    public bool IsReady => core.IsReady;

    /// <summary>What the device did wrong in the rings, if anything: the first queue of which that can be said.</summary>
    public QueueFault Fault => core.Fault;

    /// <summary>Requests that the device has, in all queues: in flight, or timed out and not given back.</summary>
    public int WithDeviceCount => core.WithDeviceCount;

    /// <summary>The machine that the driver is for.</summary>
    internal TMachine RunsOn => machine;

    /// <summary>For who keeps several CPUs apart: <see cref="LockedDriver{TMachine}"/>.</summary>
    internal DriverCore<TMachine> SharedCore => core;

    /// <summary>
    /// Whether the device may still touch the request's memory: true until its end, and after a time-out until the device gives it
    /// back or is reset.
    /// </summary>
    public bool IsWithDevice(RequestId id) => core.IsWithDevice(id);

    /// <inheritdoc/>
    public abstract DriverStatus Initialise(in Transport transport, DmaRegion region);

    /// <inheritdoc/>
    public abstract DriverStatus Recover();

    /// <inheritdoc cref="DriverCore{TMachine}.Shutdown"/>
    public DriverStatus Shutdown(uint timeoutMs) => core.Shutdown(timeoutMs);

    /// <summary>
    /// Resets the device, and leaves it. Ok: what was in flight has ended as Aborted, and all memory is the caller's. TimedOut: the reset was not observed. NoDevice: it
    /// is gone, and all memory is the caller's too.
    /// </summary>
    public DriverStatus Stop() => core.Recover();

    /// <inheritdoc cref="DriverCore{TMachine}.OnInterrupt"/>
    public bool OnInterrupt() => core.OnInterrupt();

    /// <inheritdoc cref="DriverCore{TMachine}.OnVector"/>
    public bool OnVector(ushort vector) => core.OnVector(vector);

    /// <inheritdoc cref="DriverCore{TMachine}.Removed"/>
    public void Removed() => core.Removed();

    /// <inheritdoc/>
    public void Kick() => core.Kick();
}
