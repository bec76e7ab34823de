using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Virtio 1.4, 5.2.6 "Device Operation": making requests. Whatever the standard forbids is refused here, before the device sees it.</content>
public sealed partial class VirtioBlk<TMachine>
{
    /// <summary>
    /// Queues a request without telling the device: <see cref="Kick()"/> does that for all queued ones. <paramref name="data"/> stays with
    /// the device until the request has ended (see <see cref="IsWithDevice"/>). Read and Write: pieces of any size that are whole sectors
    /// together. Flush: no data, sector 0. GetId: 20 bytes, sector 0. For discard and write zeroes see <see cref="SubmitRanges"/>.
    /// NoSpace: reap first. OutOfRange, ReadOnly, NotSupported, InvalidArgument (lengths, limits, sector, queue): not for this device.
    /// Requests in different queues (<paramref name="queueIndex"/>, below <see cref="QueueCount"/>) are carried out in any order, as those of one queue are.
    /// </summary>
    public DriverStatus Submit(BlkOperation operation, Sector sector, ReadOnlySpan<DmaSegment> data, out BlkRequestId id, QueueIndex queueIndex = default)
    {
        id = default;
        uint length = 0;
        DriverStatus status = CheckState(queueIndex);
        if (status == DriverStatus.Ok)
            status = CheckData(data, out length);
        if (status == DriverStatus.Ok)
            status = Check(operation, sector, length);
        if (status != DriverStatus.Ok)
            return status;
        BlkQueue<TMachine> queue = queues[queueIndex.Value];
        if (!queue.Slots.TryTake(operation, out ushort slot))
            return DriverStatus.NoSpace;

        WriteHeader(queue, slot, operation, sector);
        chain[0] = DmaSegment.Of(queue.Memory.Header(slot));
        data.CopyTo(chain.AsSpan(1));
        chain[data.Length + 1] = DmaSegment.Of(queue.Memory.Status(slot));
        int readable = IsRead(operation) ? 1 : data.Length + 1;
        return queue.TryAdd(slot, length, chain.AsSpan(0, data.Length + 2), readable, out id);
    }

    /// <summary>
    /// As <see cref="Submit"/>, with the slot's own buffer for data: put outgoing data into <see cref="OutgoingBuffer"/> before
    /// <see cref="Kick()"/>; find incoming data in <see cref="IncomingBuffer"/> once the request has ended, and then call
    /// <see cref="Return"/>, whatever the end was. Takes two descriptors where the device allows header and data, or data and status,
    /// in one.
    /// </summary>
    public DriverStatus SubmitPooled(BlkOperation operation, Sector sector, uint length, out BlkRequestId id, QueueIndex queueIndex = default)
    {
        id = default;
        bool isFolded = false;
        DriverStatus status = CheckState(queueIndex);
        if (status == DriverStatus.Ok)
            status = CheckPooled(operation, length, out isFolded);
        if (status == DriverStatus.Ok)
            status = Check(operation, sector, length);
        if (status != DriverStatus.Ok)
            return status;
        BlkQueue<TMachine> queue = queues[queueIndex.Value];
        if (!queue.Slots.TryTake(operation, out ushort slot))
            return DriverStatus.NoSpace;

        queue.Slots[slot].IsPooled = true;
        WriteHeader(queue, slot, operation, sector);
        bool isRead = IsRead(operation);
        DmaSegment header = DmaSegment.Of(queue.Memory.Header(slot));
        DmaSegment data = DmaSegment.Of(isRead ? queue.Memory.IncomingData(slot, length) : queue.Memory.OutgoingData(slot).Slice(0, length));
        DmaSegment answer = DmaSegment.Of(queue.Memory.Status(slot));
        if (isFolded)
        {
            chain[0] = isRead ? header : new(header.Address, header.Length + length);
            chain[1] = isRead ? new(data.Address, length + answer.Length) : answer;
            return queue.TryAdd(slot, length, chain.AsSpan(0, 2), readable: 1, out id);
        }

        chain[0] = header;
        chain[1] = data;
        chain[2] = answer;
        return queue.TryAdd(slot, length, chain.AsSpan(0, 3), readable: isRead ? 1 : 2, out id);
    }

    /// <summary>
    /// Discard or write zeroes over some ranges, each within the capacity and the device's limits. Errors as with <see cref="Submit"/>;
    /// NotSupported also when the device's own limits leave no room for a single range.
    /// </summary>
    public DriverStatus SubmitRanges(BlkOperation operation, ReadOnlySpan<BlkRange> ranges, out BlkRequestId id, QueueIndex queueIndex = default)
    {
        id = default;
        DriverStatus status = CheckState(queueIndex);
        if (status == DriverStatus.Ok)
            status = CheckRanges(operation, ranges, queues[queueIndex.Value].Ring.Size);
        if (status != DriverStatus.Ok)
            return status;
        BlkQueue<TMachine> queue = queues[queueIndex.Value];
        if (!queue.Slots.TryTake(operation, out ushort slot))
            return DriverStatus.NoSpace;

        WriteHeader(queue, slot, operation, new Sector(0));
        uint length = (uint)ranges.Length * BlkRequest.RangeSize;
        DmaRegion list = queue.Memory.OutgoingData(slot).Slice(0, length);
        for (int i = 0; i < ranges.Length; i++)
        {
            CpuAddress range = list.Cpu + (ulong)i * BlkRequest.RangeSize;
            machine.Store64(range + BlkRequest.RangeSectorOffset, ranges[i].Start.Value);
            machine.Store32(range + BlkRequest.RangeCountOffset, ranges[i].SectorCount);
            machine.Store32(range + BlkRequest.RangeFlagsOffset, ranges[i].Unmap ? BlkRequest.RangeUnmap : 0);
        }

        chain[0] = DmaSegment.Of(queue.Memory.Header(slot));
        chain[1] = DmaSegment.Of(list);
        chain[2] = DmaSegment.Of(queue.Memory.Status(slot));
        return queue.TryAdd(slot, length, chain.AsSpan(0, 3), readable: 2, out id);
    }

    /// <summary>Gives all queued requests to the device, and tells it unless it asked not to be told.</summary>
    public void Kick()
    {
        if (state != BlkState.Ready)
            return;
        foreach (BlkQueue<TMachine> queue in QueuesInUse)
            queue.Kick();
    }

    /// <summary>As <see cref="Kick()"/>, for the requests of one queue.</summary>
    public void Kick(QueueIndex queueIndex)
    {
        if (CheckState(queueIndex) == DriverStatus.Ok)
            queues[queueIndex.Value].Kick();
    }

    /// <summary>Where the outgoing data of a pooled request goes, until <see cref="Kick()"/>.</summary>
    public DmaRegion OutgoingBuffer(BlkRequestId id)
        => QueueOf(id) is { } queue ? queue.Memory.OutgoingData(id.Slot).Slice(0, queue.Slots[id.Slot].DataLength) : default;

    /// <summary>Where the incoming data of a pooled request is, from its end until <see cref="Return"/>.</summary>
    public DmaRegion IncomingBuffer(BlkRequestId id)
        => QueueOf(id) is { } queue ? queue.Memory.IncomingData(id.Slot, queue.Slots[id.Slot].DataLength) : default;

    /// <summary>
    /// Ends the use of a pooled request's buffer. InvalidArgument while the request has not ended, after a time-out (the device
    /// has the buffer: it returns by itself), and for any other id.
    /// </summary>
    public DriverStatus Return(BlkRequestId id)
    {
        if (QueueOf(id) is not { } queue || queue.Slots[id.Slot].State != BlkSlotState.Held)
            return DriverStatus.InvalidArgument;
        queue.Slots.Release(id.Slot);
        return DriverStatus.Ok;
    }

    private static bool IsRead(BlkOperation operation) => operation is BlkOperation.Read or BlkOperation.GetId;

    /// <summary>2.7.4 "Message Framing": a modern device takes any framing, a legacy one only with ANY_LAYOUT.</summary>
    private bool CanFold(uint length)
        => (!transport.IsLegacy || Features.Has(Feature.AnyLayout)) && (ulong)length + BlkRequest.HeaderSize <= limits.MaxSegmentLength;

    private static uint TypeOf(BlkOperation operation) => operation switch
    {
        BlkOperation.Read => BlkRequestType.In,
        BlkOperation.Write => BlkRequestType.Out,
        BlkOperation.Flush => BlkRequestType.Flush,
        BlkOperation.GetId => BlkRequestType.GetId,
        BlkOperation.Discard => BlkRequestType.Discard,
        _ => BlkRequestType.WriteZeroes,
    };

    private void WriteHeader(BlkQueue<TMachine> queue, ushort slot, BlkOperation operation, Sector sector)
    {
        CpuAddress header = queue.Memory.Header(slot).Cpu;
        machine.Store32(header + BlkRequest.TypeOffset, TypeOf(operation));
        machine.Store32(header + BlkRequest.ReservedOffset, 0);
        machine.Store64(header + BlkRequest.SectorOffset, sector.Value);
        machine.Store8(queue.Memory.Status(slot).Cpu, BlkStatus.NotWritten);
    }

    private DriverStatus CheckState() => state switch
    {
        BlkState.Ready => DriverStatus.Ok,
        BlkState.Broken => DriverStatus.NeedsReset,
        _ => DriverStatus.NoDevice,
    };

    private DriverStatus CheckState(QueueIndex queueIndex)
    {
        DriverStatus status = CheckState();
        return status == DriverStatus.Ok && queueIndex.Value >= queueCount ? DriverStatus.InvalidArgument : status;
    }

    private DriverStatus CheckData(ReadOnlySpan<DmaSegment> data, out uint length)
    {
        length = 0;
        if (data.Length > 0 && limits.MaxSegments == 0)
            return DriverStatus.NotSupported;
        if ((uint)data.Length > limits.MaxSegments)
            return DriverStatus.InvalidArgument;
        ulong total = 0;
        foreach (ref readonly DmaSegment segment in data)
        {
            if (segment.Length == 0 || segment.Length > limits.MaxSegmentLength)
                return DriverStatus.InvalidArgument;
            total += segment.Length;
        }

        if (total > uint.MaxValue - BlkRequest.HeaderSize - BlkRequest.StatusSize)
            return DriverStatus.InvalidArgument;
        length = (uint)total;
        return DriverStatus.Ok;
    }

    private DriverStatus CheckPooled(BlkOperation operation, uint length, out bool isFolded)
    {
        isFolded = CanFold(length);
        if (operation is not (BlkOperation.Read or BlkOperation.Write or BlkOperation.GetId) || length > options.PooledBytes)
            return DriverStatus.InvalidArgument;
        if (isFolded)
            return DriverStatus.Ok;
        if (limits.MaxSegments == 0)
            return DriverStatus.NotSupported;
        return length <= limits.MaxSegmentLength ? DriverStatus.Ok : DriverStatus.InvalidArgument;
    }

    /// <summary>5.2.6.1, for all requests but those with ranges.</summary>
    private DriverStatus Check(BlkOperation operation, Sector sector, uint length)
    {
        switch (operation)
        {
            case BlkOperation.Read:
            case BlkOperation.Write:
                if (length == 0 || length % Sector.Size != 0)
                    return DriverStatus.InvalidArgument;
                if (operation == BlkOperation.Write && IsReadOnly)
                    return DriverStatus.ReadOnly;
                return CheckWithin(sector, length / Sector.Size);
            case BlkOperation.Flush:
                if (length != 0 || sector.Value != 0)
                    return DriverStatus.InvalidArgument;
                return Features.Has(BlkFeature.Flush) ? DriverStatus.Ok : DriverStatus.NotSupported;
            case BlkOperation.GetId:
                return length == BlkRequest.IdSize && sector.Value == 0 ? DriverStatus.Ok : DriverStatus.InvalidArgument;
            default:
                return DriverStatus.InvalidArgument;
        }
    }

    private DriverStatus CheckRanges(BlkOperation operation, ReadOnlySpan<BlkRange> ranges, ushort queueSize)
    {
        bool isDiscard = operation == BlkOperation.Discard;
        if (!isDiscard && operation != BlkOperation.WriteZeroes)
            return DriverStatus.InvalidArgument;
        if (IsReadOnly)
            return DriverStatus.ReadOnly;
        uint most = isDiscard ? limits.MaxDiscardRanges : limits.MaxWriteZeroesRanges;
        uint mostSectors = isDiscard ? limits.MaxDiscardSectors : limits.MaxWriteZeroesSectors;
        bool isOffered = Features.Has(isDiscard ? BlkFeature.Discard : BlkFeature.WriteZeroes);
        if (!isOffered || most == 0 || mostSectors == 0 || queueSize < 3)
            return DriverStatus.NotSupported;
        if (ranges.IsEmpty || (uint)ranges.Length > most)
            return DriverStatus.InvalidArgument;
        foreach (ref readonly BlkRange range in ranges)
        {
            if (range.SectorCount == 0 || range.SectorCount > mostSectors || (isDiscard && range.Unmap))
                return DriverStatus.InvalidArgument;
            DriverStatus status = CheckWithin(range.Start, range.SectorCount);
            if (status != DriverStatus.Ok)
                return status;
        }

        return DriverStatus.Ok;
    }

    private DriverStatus CheckWithin(Sector start, uint count)
        => start.Value <= info.CapacitySectors && count <= info.CapacitySectors - start.Value ? DriverStatus.Ok : DriverStatus.OutOfRange;
}
