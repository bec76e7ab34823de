using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Virtio 1.4, 5.2.6 "Device Operation": making requests. Whatever the standard forbids is refused here, before the device sees it.</content>
public sealed partial class VirtioBlk<TMachine>
{
    /// <summary>
    /// Queues a request without telling the device: <see cref="VirtioDriver{TMachine}.Kick()"/> does that for all queued ones. <paramref name="data"/> stays with
    /// the device until the request has ended (see <see cref="VirtioDriver{TMachine}.IsWithDevice"/>). Read and Write: pieces of any size that are whole sectors
    /// together. Flush: no data, sector 0. GetId: 20 bytes, sector 0. For discard and write zeroes see <see cref="SubmitRanges"/>.
    /// NoSpace: reap first. OutOfRange, ReadOnly, NotSupported, InvalidArgument (lengths, limits, sector, queue): not for this device.
    /// Requests in different queues (<paramref name="queueIndex"/>, below <see cref="QueueCount"/>) are carried out in any order, as those of one queue are.
    /// </summary>
    public DriverStatus Submit(BlkOperation operation, Sector sector, ReadOnlySpan<DmaSegment> data, out RequestId id, QueueIndex queueIndex = default)
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
        if (!TryBegin(queueIndex, operation, sector, length, isPooled: false, out ushort slot))
            return DriverStatus.NoSpace;

        ref readonly BlkMemory memory = ref memories[queueIndex.Value];
        chain[0] = DmaSegment.Of(memory.Header(slot));
        data.CopyTo(chain.AsSpan(1));
        chain[data.Length + 1] = DmaSegment.Of(memory.Status(slot));
        return TryAdd(queueIndex, slot, count: data.Length + 2, readable: IsRead(operation) ? 1 : data.Length + 1, out id);
    }

    /// <summary>
    /// As <see cref="Submit"/>, with the slot's own buffer for data: put outgoing data into <see cref="OutgoingBuffer"/> before
    /// <see cref="VirtioDriver{TMachine}.Kick()"/>; find incoming data in <see cref="IncomingBuffer"/> once the request has ended, and then call
    /// <see cref="Return"/>, whatever the end was. Takes two descriptors where the device allows header and data, or data and status,
    /// in one.
    /// </summary>
    public DriverStatus SubmitPooled(BlkOperation operation, Sector sector, uint length, out RequestId id, QueueIndex queueIndex = default)
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
        if (!TryBegin(queueIndex, operation, sector, length, isPooled: true, out ushort slot))
            return DriverStatus.NoSpace;

        ref readonly BlkMemory memory = ref memories[queueIndex.Value];
        bool isRead = IsRead(operation);
        DmaSegment header = DmaSegment.Of(memory.Header(slot));
        DmaSegment data = DmaSegment.Of(isRead ? memory.IncomingData(slot, length) : memory.OutgoingData(slot).Slice(0, length));
        DmaSegment answer = DmaSegment.Of(memory.Status(slot));
        if (isFolded)
        {
            chain[0] = isRead ? header : new(header.Address, header.Length + length);
            chain[1] = isRead ? new(data.Address, length + answer.Length) : answer;
            return TryAdd(queueIndex, slot, count: 2, readable: 1, out id);
        }

        chain[0] = header;
        chain[1] = data;
        chain[2] = answer;
        return TryAdd(queueIndex, slot, count: 3, readable: isRead ? 1 : 2, out id);
    }

    /// <summary>
    /// Discard or write zeroes over some ranges, each within the capacity and the device's limits. Errors as with <see cref="Submit"/>;
    /// NotSupported also when the device's own limits leave no room for a single range.
    /// </summary>
    public DriverStatus SubmitRanges(BlkOperation operation, ReadOnlySpan<BlkRange> ranges, out RequestId id, QueueIndex queueIndex = default)
    {
        id = default;
        DriverStatus status = CheckState(queueIndex);
        if (status == DriverStatus.Ok)
            status = CheckRanges(operation, ranges, core[queueIndex.Value].Ring.Size);
        if (status != DriverStatus.Ok)
            return status;
        uint length = (uint)ranges.Length * BlkRequest.RangeSize;
        if (!TryBegin(queueIndex, operation, new Sector(0), length, isPooled: false, out ushort slot))
            return DriverStatus.NoSpace;

        ref readonly BlkMemory memory = ref memories[queueIndex.Value];
        DmaRegion list = memory.OutgoingData(slot).Slice(0, length);
        for (int i = 0; i < ranges.Length; i++)
        {
            CpuAddress range = list.Cpu + (ulong)i * BlkRequest.RangeSize;
            machine.Store64(range + BlkRequest.RangeSectorOffset, ranges[i].Start.Value);
            machine.Store32(range + BlkRequest.RangeCountOffset, ranges[i].SectorCount);
            machine.Store32(range + BlkRequest.RangeFlagsOffset, ranges[i].Unmap ? BlkRequest.RangeUnmap : 0);
        }

        chain[0] = DmaSegment.Of(memory.Header(slot));
        chain[1] = DmaSegment.Of(list);
        chain[2] = DmaSegment.Of(memory.Status(slot));
        return TryAdd(queueIndex, slot, count: 3, readable: 2, out id);
    }

    /// <summary>As <see cref="VirtioDriver{TMachine}.Kick()"/>, for the requests of one queue.</summary>
    public void Kick(QueueIndex queueIndex)
    {
        if (CheckState(queueIndex) == DriverStatus.Ok)
            core[queueIndex.Value].Kick();
    }

    /// <summary>Where the outgoing data of a pooled request goes, until <see cref="VirtioDriver{TMachine}.Kick()"/>.</summary>
    public DmaRegion OutgoingBuffer(RequestId id)
        => core.IsCurrent(id) ? memories[id.Queue].OutgoingData(id.Slot).Slice(0, AskedBy(id).Length) : default;

    /// <summary>Where the incoming data of a pooled request is, from its end until <see cref="Return"/>.</summary>
    public DmaRegion IncomingBuffer(RequestId id)
        => core.IsCurrent(id) ? memories[id.Queue].IncomingData(id.Slot, AskedBy(id).Length) : default;

    /// <summary>
    /// Ends the use of a pooled request's buffer. InvalidArgument while the request has not ended, after a time-out (the device
    /// has the buffer: it returns by itself), and for any other id.
    /// </summary>
    public DriverStatus Return(RequestId id) => core.Release(id);

    private static bool IsRead(BlkOperation operation) => operation is BlkOperation.Read or BlkOperation.GetId;

    /// <summary>2.7.4 "Message Framing": a modern device takes any framing, a legacy one only with ANY_LAYOUT.</summary>
    private bool CanFold(uint length)
        => (!Transport.IsLegacy || Features.Has(Feature.AnyLayout)) && (ulong)length + BlkRequest.HeaderSize <= limits.MaxSegmentLength;

    private static uint TypeOf(BlkOperation operation) => operation switch
    {
        BlkOperation.Read => BlkRequestType.In,
        BlkOperation.Write => BlkRequestType.Out,
        BlkOperation.Flush => BlkRequestType.Flush,
        BlkOperation.GetId => BlkRequestType.GetId,
        BlkOperation.Discard => BlkRequestType.Discard,
        _ => BlkRequestType.WriteZeroes,
    };

    /// <summary>A slot, and a header in it. False: none is free.</summary>
    private bool TryBegin(QueueIndex queueIndex, BlkOperation operation, Sector sector, uint length, bool isPooled, out ushort slot)
    {
        if (!core[queueIndex.Value].Slots.TryTake(tag: 0, isHeld: isPooled, out slot))
            return false;
        asked[queueIndex.Value * options.SlotCount + slot] = new() { Operation = operation, Length = length };
        CpuAddress header = memories[queueIndex.Value].Header(slot).Cpu;
        machine.Store32(header + BlkRequest.TypeOffset, TypeOf(operation));
        machine.Store32(header + BlkRequest.ReservedOffset, 0);
        machine.Store64(header + BlkRequest.SectorOffset, sector.Value);
        machine.Store8(memories[queueIndex.Value].Status(slot).Cpu, BlkStatus.NotWritten);
        return true;
    }

    /// <summary>The first <paramref name="count"/> pieces of the chain, of which the device reads <paramref name="readable"/>.</summary>
    private DriverStatus TryAdd(QueueIndex queueIndex, ushort slot, int count, int readable, out RequestId id)
        => core[queueIndex.Value].TryAdd(slot, chain.AsSpan(0, readable), chain.AsSpan(readable, count - readable), out id);

    private DriverStatus CheckState(QueueIndex queueIndex)
    {
        DriverStatus status = core.CheckState();
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
