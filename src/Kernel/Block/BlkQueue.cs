using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// One request queue of a block device: its ring, the requests that are in it, and the memory of both. Judges nothing: what a request may be and
/// what an end means is the driver's business.
/// </summary>
internal sealed class BlkQueue<TMachine>(TMachine machine, in BlkOptions options, QueueIndex index)
    where TMachine : struct, IMachine
{
    private readonly ushort[] slotOfHead = new ushort[options.QueueSize];
    private BlkMemory memory;

    public QueueIndex Index => index;

    public SplitQueue<TMachine> Ring { get; } = new(machine, options.QueueSize);

    public BlkSlots Slots { get; } = new(index, options.SlotCount);

    public ref readonly BlkMemory Memory => ref memory;

    public void Attach(in BlkMemory memory) => this.memory = memory;

    /// <summary>The chain of a request whose slot was taken. NoSpace: the slot is free again, and nothing has happened.</summary>
    public DriverStatus TryAdd(ushort slot, uint length, ReadOnlySpan<DmaSegment> pieces, int readable, out BlkRequestId id)
    {
        DriverStatus status = Ring.TryAdd(pieces[..readable], pieces[readable..], out DescriptorId head);
        if (status != DriverStatus.Ok)
        {
            Slots.Cancel(slot);
            id = default;
            return status;
        }

        slotOfHead[head.Value] = slot;
        Slots[slot].DataLength = length;
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
