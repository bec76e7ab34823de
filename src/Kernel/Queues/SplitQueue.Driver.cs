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
    public DriverStatus TryAdd(in DmaSegment readable, in DmaSegment writable, out DescriptorId head)
    {
        if (freeCount < 2)
            return Refuse(count: 2, out head);
        if (!IsLegalChain((ulong)readable.Length + writable.Length) || readable.Length == 0 || writable.Length == 0)
            return Refuse(count: 0, out head);

        ushort first = freeHead;
        ushort second = shadows[first].Next;
        ushort rest = shadows[second].Next;
        WriteDescriptor(first, readable, SplitDescriptor.Next);
        WriteNext(first, second);
        WriteDescriptor(second, writable, SplitDescriptor.Write);
        head = Offer(first, tail: second, rest, count: 2, writable.Length);
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
        if (!TryMeasure(readable, out ulong readableLength) || !TryMeasure(writable, out ulong writableLength)
            || !IsLegalChain(readableLength + writableLength))
        {
            return Refuse(count: 0, out head);
        }

        ushort first = freeHead;
        ushort tail = first;
        ushort rest = first;
        for (int i = 0; i < count; i++)
        {
            bool isWritable = i >= readable.Length;
            bool isLast = i == count - 1;
            DmaSegment segment = isWritable ? writable[i - readable.Length] : readable[i];
            tail = rest;
            rest = shadows[tail].Next;
            WriteDescriptor(tail, segment, (ushort)((isWritable ? SplitDescriptor.Write : 0) | (isLast ? 0 : SplitDescriptor.Next)));
            if (!isLast)
                WriteNext(tail, rest);
        }

        // A writable part of exactly 2^32 bytes is the one length that 32 bits cannot say; the device cannot report it either.
        head = Offer(first, tail, rest, (ushort)count, (uint)Math.Min(writableLength, uint.MaxValue));
        return DriverStatus.Ok;
    }

    /// <summary>
    /// Gives all that was added since the last time to the device, by one store of avail.idx (2.7.13.3): descriptors and slots are
    /// seen before it.
    /// </summary>
    public void Publish()
    {
        if (published == added)
            return;
        machine.StoreRelease16(availableIndexAddress, availableIndex.Value);
        availableIndexPublished = availableIndex;
        published = added;
    }

    /// <summary>
    /// Whether the device wants to be told (2.7.10, 2.7.13.4.1). avail.idx must be seen before used.flags is looked at; otherwise the
    /// device could go to sleep between the two, unseen by either side.
    /// </summary>
    public bool ShouldNotify()
    {
        machine.Barrier(BarrierPurpose.StoreThenLoad);
        return (machine.Load16(memory.Cpu + layout.Used + UsedRing.FlagsOffset) & UsedRing.NoNotify) == 0;
    }

    /// <summary>Rings the doorbell; the device is live (DRIVER_OK) and has the queue.</summary>
    public void Notify()
    {
        machine.Barrier(BarrierPurpose.BeforeDoorbell);
        doorbell.Ring(machine);
    }

    /// <summary>Writes one descriptor field by field, but for the link.</summary>
    private void WriteDescriptor(ushort id, in DmaSegment segment, ushort flags)
    {
        CpuAddress descriptor = table + (ulong)id * SplitDescriptor.Size;
        machine.Store64(descriptor + SplitDescriptor.AddressOffset, segment.Address.Value);
        machine.Store32(descriptor + SplitDescriptor.LengthOffset, segment.Length);
        machine.Store16(descriptor + SplitDescriptor.FlagsOffset, flags);
    }

    private void WriteNext(ushort id, ushort next)
        => machine.Store16(table + (ulong)id * SplitDescriptor.Size + SplitDescriptor.NextOffset, next);

    /// <summary>Takes the chain out of the free list and puts its head into the next available slot.</summary>
    private DescriptorId Offer(ushort first, ushort tail, ushort rest, ushort count, uint writableLength)
    {
        ref ShadowDescriptor head = ref shadows[first];
        head.Sequence = added++;
        head.WritableLength = writableLength;
        head.Tail = tail;
        head.Count = count;
        freeHead = rest;
        freeCount -= count;
        machine.Store16(availableSlots + (ulong)availableIndex.Slot(size) * AvailableRing.EntrySize, first);
        availableIndex = availableIndex.Next;
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

    private static bool IsLegalChain(ulong length) => length is > 0 and <= LongestChain;

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
