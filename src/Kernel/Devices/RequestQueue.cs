using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// One queue of a driver: its ring, and the requests that are in it. Judges nothing: what a request may be and what its answer means is the driver's business.
/// </summary>
internal sealed class RequestQueue<TMachine>(TMachine machine, in QueueOptions options, ushort number)
    where TMachine : struct, IMachine
{
    private readonly ushort[] slotOfHead = new ushort[options.Size];

    public QueueOptions Options { get; } = options;

    public SplitQueue<TMachine> Ring { get; } = new(machine, options.Size);

    public RequestSlots Slots { get; } = new(number, options.SlotCount);

    /// <summary>Its number among the device's queues, which may depend on what was negotiated.</summary>
    public QueueIndex Index { get; set; }

    /// <summary>Whether the device has it: a driver may be made for more queues than a device turns out to have.</summary>
    public bool IsInUse { get; set; }

    /// <summary>The chain of a request whose slot was taken. NoSpace, InvalidArgument, DeviceError: the slot is free again, and nothing has happened.</summary>
    public DriverStatus TryAdd(ushort slot, ReadOnlySpan<DmaSegment> readable, ReadOnlySpan<DmaSegment> writable, out RequestId id)
    {
        DriverStatus status = Ring.TryAdd(readable, writable, out DescriptorId head);
        if (status != DriverStatus.Ok)
        {
            Slots.Cancel(slot);
            id = default;
            return status;
        }

        slotOfHead[head.Value] = slot;
        id = Slots.IdOf(slot);
        return DriverStatus.Ok;
    }

    /// <summary>The request of the next chain that the device has returned, as <see cref="SplitQueue{TMachine}.TryTakeUsed"/>.</summary>
    public DriverStatus TryTakeUsed(out ushort slot, out uint usedLength)
    {
        DriverStatus status = Ring.TryTakeUsed(out UsedBuffer used);
        slot = status == DriverStatus.Ok ? slotOfHead[used.Head.Value] : (ushort)0;
        usedLength = used.Length;
        return status;
    }

    /// <summary>Gives all queued requests to the device, and tells it unless it asked not to be told.</summary>
    public void Kick()
    {
        if (Ring.Unpublished == 0)
            return;
        Ring.Publish();
        if (Ring.ShouldNotify())
            Ring.Notify();
    }
}
