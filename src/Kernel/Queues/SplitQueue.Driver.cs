using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>From driver to device: 2.7.13 "Supplying Buffers to The Device".</content>
public sealed partial class SplitQueue<TMachine>
{
    /// <summary>2.7.5.2: a chain holds at most 2^32 bytes.</summary>
    private const ulong LongestChain = 1UL << 32;

    /// <summary>
    /// The common chain: one piece to read, one to write. Nothing reaches the device before <see cref="Publish"/>.
    /// NoSpace: not enough free descriptors. InvalidArgument: an empty piece. DeviceError: see <see cref="Fault"/>.
    /// </summary>
    public DriverStatus TryAdd(DmaSegment readable, DmaSegment writable, out DescriptorId head)
    {
        if (freeCount < 2)
            return Refuse(count: 2, out head);
        if (readable.Length == 0 || writable.Length == 0 || (ulong)readable.Length + writable.Length > LongestChain)
            return Refuse(count: 0, out head);

        int last = freeCount - 1;
        ushort first = free[last];
        ushort second = free[last - 1];
        WriteDescriptor(first, readable, SplitDescriptor.Next);
        WriteNext(first, second);
        WriteDescriptor(second, writable, SplitDescriptor.Write);
        freeCount = (ushort)(last - 1);
        head = Offer(first, new ChainLink(writable.Length, second, 2));
        return DriverStatus.Ok;
    }

    /// <summary>
    /// A chain of any pieces, those that the device reads before those that it writes (2.7.4.2). Nothing reaches the device before
    /// <see cref="Publish"/>. NoSpace: not enough free descriptors now. InvalidArgument: no piece, an empty piece, more than 2^32 bytes,
    /// or more pieces than the queue has descriptors. DeviceError: see <see cref="Fault"/>.
    /// </summary>
    public DriverStatus TryAdd(ReadOnlySpan<DmaSegment> readable, ReadOnlySpan<DmaSegment> writable, out DescriptorId head)
    {
        int count = readable.Length + writable.Length;
        if (count > freeCount)
            return Refuse(count, out head);
        if (count == 0 || !TryMeasure(readable, out ulong readableLength) || !TryMeasure(writable, out ulong writableLength)
            || readableLength + writableLength > LongestChain)
        {
            return Refuse(count: 0, out head);
        }

        int last = freeCount - 1;
        for (int i = 0; i < count; i++)
        {
            ushort id = free[last - i];
            bool isWritable = i >= readable.Length;
            bool isLast = i == count - 1;
            DmaSegment segment = isWritable ? writable[i - readable.Length] : readable[i];
            WriteDescriptor(id, segment, (ushort)((isWritable ? SplitDescriptor.Write : 0) | (isLast ? 0 : SplitDescriptor.Next)));
            if (isLast)
                break;
            ushort next = free[last - i - 1];
            WriteNext(id, next);
            shadows[id].Link = new(0, next, 0);
        }

        // A writable part of exactly 2^32 bytes is the one length that 32 bits cannot say; the device cannot report it either.
        ushort first = free[last];
        ushort second = count > 1 ? free[last - 1] : first;
        freeCount -= (ushort)count;
        head = Offer(first, new ChainLink((uint)Math.Min(writableLength, uint.MaxValue), second, (ushort)count));
        return DriverStatus.Ok;
    }

    /// <summary>
    /// Gives all that was added since the last time to the device, by one store of avail.idx (2.7.13.3): descriptors and slots are
    /// seen before it.
    /// </summary>
    public void Publish()
    {
        ulong last = added;
        if (published == last)
            return;
        machine.StoreRelease16(availableIndexAddress, RingIndexOf(last).Value);
        published = last;
    }

    /// <summary>
    /// Whether the device wants to be told (2.7.10, 2.7.13.4.1). True obliges: with EVENT_IDX, what was published before is not asked about
    /// again, however many publications there were. avail_event is the device's word and decides no more than this: a device that
    /// lies there is not told.
    /// </summary>
    public bool ShouldNotify()
    {
        // avail.idx must be seen before the device's wish is looked at: otherwise the device could publish its wish, look at avail.idx
        // for the last time and go to sleep, each side before it has seen what the other wrote.
        machine.Barrier(BarrierPurpose.StoreThenLoad);
        if (!useEventIndex)
            return (machine.Load16(usedFlagsAddress) & UsedRing.NoNotify) == 0;

        ulong last = published;
        ulong count = last - decided;
        decided = last;
        return RingIndexOf(last).HasPassed(new RingIndex(machine.Load16(availableEventAddress)), count);
    }

    /// <summary>Rings the doorbell; the device is live (DRIVER_OK) and has the queue.</summary>
    public void Notify()
    {
        machine.Barrier(BarrierPurpose.BeforeDoorbell);
        doorbell.Ring(machine);
    }

    /// <summary>Writes one descriptor field by field, but for the link.</summary>
    private void WriteDescriptor(ushort id, DmaSegment segment, ushort flags)
    {
        CpuAddress descriptor = table + (ulong)id * SplitDescriptor.Size;
        machine.Store64(descriptor + SplitDescriptor.AddressOffset, segment.Address.Value);
        machine.Store32(descriptor + SplitDescriptor.LengthOffset, segment.Length);
        machine.Store16(descriptor + SplitDescriptor.FlagsOffset, flags);
    }

    private void WriteNext(ushort id, ushort next)
        => machine.Store16(table + (ulong)id * SplitDescriptor.Size + SplitDescriptor.NextOffset, next);

    /// <summary>Records the chain, whose descriptors are taken, and puts its head into the next available slot.</summary>
    private DescriptorId Offer(ushort first, ChainLink link)
    {
        ulong sequence = added;
        ref ShadowDescriptor head = ref shadows[first];
        head.Sequence = sequence;
        head.Link = link;
        machine.Store16(availableSlots + (ulong)RingIndexOf(sequence).Slot(size) * AvailableRing.EntrySize, first);
        added = sequence + 1;
        return new(first);
    }

    /// <summary>Why a chain of <paramref name="count"/> descriptors is not taken; 0 stands for one that is wrong in itself.</summary>
    private DriverStatus Refuse(int count, out DescriptorId head)
    {
        head = default;
        if (Fault != QueueFault.None)
            return DriverStatus.DeviceError;
        return count == 0 || count > size ? DriverStatus.InvalidArgument : DriverStatus.NoSpace;
    }

    private static bool TryMeasure(ReadOnlySpan<DmaSegment> segments, out ulong length)
    {
        length = 0;
        foreach (ref readonly DmaSegment segment in segments)
        {
            if (segment.Length == 0)
                return false;
            length += segment.Length;
        }

        return true;
    }
}
