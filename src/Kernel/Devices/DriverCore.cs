using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// What every virtio driver needs, whatever its device and transport are: initialisation in the standard's order, queues, requests that end exactly once, waiting by
/// interrupt or by polling, reset with work in flight, and a device that is taken away. A driver has one of these, says what is its own between the steps, and judges
/// answers; see <see cref="VirtioEntropy{TMachine}"/> for how little that can be.
/// </summary>
/// <remarks>
/// <see cref="OnInterrupt"/>, <see cref="OnVector"/> and <see cref="Removed"/> are for interrupt handlers and share two words of memory with the rest, and no field.
/// All else is main code, for one CPU at a time (with several, a lock goes around), called with interrupts unmasked. Nothing is allocated after the constructor.
/// </remarks>
internal sealed partial class DriverCore<TMachine>
    where TMachine : struct, IMachine
{
    private readonly DriverOptions options;
    private readonly QueueOptions[] queueOptions;
    private readonly RequestQueue<TMachine>[] queues;

    private TMachine machine;
    private Transport transport;
    private DmaRegion memory;
    private DriverEvents events;
    private DriverState state;
    private uint statusBits;
    private int firstToReap;

    /// <summary>A driver for no device yet: see <see cref="Attach"/>.</summary>
    public DriverCore(TMachine machine, in DriverOptions options, ReadOnlySpan<QueueOptions> queues)
    {
        this.machine = machine;
        this.options = options;
        queueOptions = new QueueOptions[queues.Length];
        queues.CopyTo(queueOptions);
        this.queues = new RequestQueue<TMachine>[queues.Length];
        for (ushort i = 0; i < queues.Length; i++)
        {
            this.queues[i] = new(machine, queues[i], i);
            this.queues[i].Slots.Clear();
        }
    }

    private enum DriverState : byte
    {
        /// <summary>Not initialised, not initialised successfully, or shut down.</summary>
        Down,
        Ready,

        /// <summary>Only a reset helps.</summary>
        Broken,

        /// <summary>Found to be gone, or told so, since the driver took it over. Nothing helps.</summary>
        Gone,
    }

    public Transport Transport => transport;

    /// <summary>What was negotiated.</summary>
    public FeatureSet Features { get; private set; }

    public bool IsReady => state == DriverState.Ready;

    /// <summary>Whether somebody calls <see cref="OnInterrupt"/> or <see cref="OnVector"/>.</summary>
    public bool UsesInterrupts => options.UseInterrupts;

    /// <summary>Found to be gone, or told so. Nothing helps.</summary>
    public bool IsGone => state == DriverState.Gone;

    /// <summary>The driver's own part of its memory, as long as it was asked for.</summary>
    public DmaRegion Own { get; private set; }

    /// <summary>What the device did wrong in the rings, if anything: the first queue of which that can be said.</summary>
    public QueueFault Fault
    {
        get
        {
            foreach (RequestQueue<TMachine> queue in queues)
            {
                if (queue.Ring.Fault != QueueFault.None)
                    return queue.Ring.Fault;
            }

            return QueueFault.None;
        }
    }

    /// <summary>Requests that the device has, in all queues: in flight, or timed out and not given back.</summary>
    public int WithDeviceCount
    {
        get
        {
            int count = 0;
            foreach (RequestQueue<TMachine> queue in queues)
                count += queue.Slots.WithDevice;
            return count;
        }
    }

    /// <summary>The driver's queue number <paramref name="number"/>, in the order of the constructor.</summary>
    public RequestQueue<TMachine> this[int number] => queues[number];

    /// <summary>
    /// Whether the device may still touch the request's memory: true until its end, and after a time-out until the device gives it
    /// back or is reset.
    /// </summary>
    public bool IsWithDevice(RequestId id)
        => QueueOf(id) is { } queue && queue.Slots.StateOf(id.Slot) is SlotState.InFlight or SlotState.Abandoned;

    /// <summary>Whether the id belongs to a request whose end was not reported yet, or whose memory is held.</summary>
    public bool IsCurrent(RequestId id) => QueueOf(id) is not null;

    /// <summary>Ok: requests can be submitted. NeedsReset, NoDevice: see <see cref="TryReap(out RequestEnd)"/>.</summary>
    public DriverStatus CheckState() => state switch
    {
        DriverState.Ready => DriverStatus.Ok,
        DriverState.Broken => DriverStatus.NeedsReset,
        _ => DriverStatus.NoDevice,
    };

    /// <summary>Gives all queued requests to the device, and tells it unless it asked not to be told.</summary>
    public void Kick()
    {
        if (state != DriverState.Ready)
            return;
        foreach (RequestQueue<TMachine> queue in queues)
        {
            if (queue.IsInUse)
                queue.Kick();
        }
    }

    /// <summary>The queue of a request that is of interest still; null for any other id.</summary>
    private RequestQueue<TMachine>? QueueOf(RequestId id)
        => id.Queue < queues.Length && queues[id.Queue].Slots.IsCurrent(id) ? queues[id.Queue] : null;
}
