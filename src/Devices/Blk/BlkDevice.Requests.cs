using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Virtio 1.4, 5.2.6 "Device Operation": what a chain asks for, and whether it may.</summary>
public sealed partial class BlkDevice
{
    /// <summary>Legacy flag of a request's type (5.2.6.4); QEMU ignores it. The other is QEMU's name for the direction bit.</summary>
    const uint BarrierFlag = 0x8000_0000, OutFlag = 1;

    /// <summary>5.2.6.4, legacy: SCSI packet commands. Not offered by any profile, refused as QEMU refuses them.</summary>
    const uint ScsiCommand = 2, ScsiErrorsAlwaysSet = 255;

    /// <summary>QEMU: sectors in one request, at most.</summary>
    const ulong QemuSectorsMax = int.MaxValue / Sector.Size;

    /// <summary>Reads the header and judges the request. False: this is no request at all, and the device is broken.</summary>
    private protected override async DeviceTask<bool> Prepare(PendingRequest request)
    {
        var chain = request.Chain;
        if (chain.ReadableLength < BlkRequest.HeaderSize || chain.WritableLength < BlkRequest.StatusSize) return false;
        request.Type = (uint)await ReadField(chain, BlkRequest.TypeOffset, 4);
        await ReadField(chain, BlkRequest.ReservedOffset, 4);
        request.Sector = new(await ReadField(chain, BlkRequest.SectorOffset, 8));
        ulong readable = chain.ReadableLength - BlkRequest.HeaderSize, writable = chain.WritableLength - BlkRequest.StatusSize;
        request.Action = Rules.IsQemu ? ActionAsQemu(request.Type) : Action(request.Type);
        switch (request.Action)
        {
            case BlkAction.Read:
                Transfer(request, writable, chain.WritableCount);
                break;
            case BlkAction.Write:
                Transfer(request, readable, chain.ReadableCount);
                break;
            case BlkAction.Identify:
                request.DataLength = writable;
                if (Rules.IsQemu) await CarryOut(request); // needs no disk: answered before anything else is taken
                break;
            case BlkAction.Discard or BlkAction.WriteZeroes:
                return await PrepareRanges(request, readable);
            case BlkAction.None:
                if (Rules.IsQemu && (request.Type & ~(OutFlag | BarrierFlag)) == ScsiCommand) await RefuseScsi(request);
                else request.End(BlkStatus.Unsupported);
                break;
        }
        return true;
    }

    /// <summary>5.2.6: types, and the feature that each one needs.</summary>
    BlkAction Action(uint type) => type switch
    {
        BlkRequestType.In => BlkAction.Read,
        BlkRequestType.Out => BlkAction.Write,
        BlkRequestType.Flush when Negotiated.Has(BlkFeature.Flush) => BlkAction.Flush,
        BlkRequestType.GetId => BlkAction.Identify,
        BlkRequestType.Discard when Negotiated.Has(BlkFeature.Discard) => BlkAction.Discard,
        BlkRequestType.WriteZeroes when Negotiated.Has(BlkFeature.WriteZeroes) => BlkAction.WriteZeroes,
        _ => BlkAction.None,
    };

    /// <summary>QEMU reads bit 0 as a direction and bit 31 as nothing, and asks for no feature.</summary>
    static BlkAction ActionAsQemu(uint type) => (type & ~BarrierFlag) switch
    {
        BlkRequestType.In => BlkAction.Read,
        BlkRequestType.Out => BlkAction.Write,
        BlkRequestType.Flush or BlkRequestType.Flush | OutFlag => BlkAction.Flush,
        BlkRequestType.GetId or BlkRequestType.GetId | OutFlag => BlkAction.Identify,
        BlkRequestType.Discard => BlkAction.Discard,
        BlkRequestType.WriteZeroes => BlkAction.WriteZeroes,
        _ => BlkAction.None,
    };

    /// <summary>5.2.6.1: whole sectors, within the capacity, within what configuration space allows.</summary>
    void Transfer(PendingRequest request, ulong length, int buffers)
    {
        request.DataLength = length;
        ulong count = length / Sector.Size;
        bool fits = length % settings.BlockSize == 0 && request.Sector.Value % (settings.BlockSize / Sector.Size) == 0 && IsWithinDisk(request.Sector, count);
        if (Rules.IsQemu) fits &= count <= QemuSectorsMax;
        else fits &= !Offered.Has(BlkFeature.SegMax) || buffers - 1 <= settings.SegmentsMax; // one buffer may be the header's or status's own
        bool mayWrite = request.Action == BlkAction.Read || !settings.IsReadOnly;
        if (!fits) request.End(BlkStatus.IoError);
        else if (!mayWrite || settings.Faults.IsBad(request.Sector, count)) Fail(request);
    }

    /// <summary>An error of the disk, which QEMU learns later than one of the request.</summary>
    void Fail(PendingRequest request)
    {
        if (Rules.IsQemu) request.FailsLate = true;
        else request.End(BlkStatus.IoError);
    }

    bool IsWithinDisk(Sector sector, ulong count) => sector.Value <= Capacity && count <= Capacity - sector.Value;

    /// <summary>5.2.6.2: the ranges of a discard or write-zeroes request. Judged once, then carried out as they were read.</summary>
    async DeviceTask<bool> PrepareRanges(PendingRequest request, ulong readable)
    {
        bool isDiscard = request.Action == BlkAction.Discard;
        uint rangesMax = isDiscard ? settings.DiscardRangesMax : settings.WriteZeroesRangesMax;
        if (readable > (ulong)rangesMax * BlkRequest.RangeSize)
        {
            request.End(Rules.IsQemu ? BlkStatus.Unsupported : BlkStatus.IoError);
            return true;
        }
        if (readable % BlkRequest.RangeSize != 0 || readable == 0)
        {
            if (Rules.IsQemu) return false;
            request.End(BlkStatus.IoError);
            return true;
        }
        for (ulong at = BlkRequest.HeaderSize; at < request.Chain.ReadableLength; at += BlkRequest.RangeSize)
        {
            ulong sector = await ReadField(request.Chain, at + BlkRequest.RangeSectorOffset, 8);
            uint count = (uint)await ReadField(request.Chain, at + BlkRequest.RangeCountOffset, 4);
            uint flags = (uint)await ReadField(request.Chain, at + BlkRequest.RangeFlagsOffset, 4);
            request.AddRange(new(sector, count, flags));
        }
        byte status = BlkStatus.Ok;
        bool isBad = settings.IsReadOnly;
        for (int i = 0; i < request.RangeCount; i++)
        {
            var range = request.Range(i);
            byte verdict = Judge(range, isDiscard);
            if (status == BlkStatus.Ok) status = verdict;
            isBad |= settings.Faults.IsBad(new(range.Sector), range.Count);
        }
        if (status != BlkStatus.Ok) request.End(status);
        else if (isBad) Fail(request);
        return true;
    }

    byte Judge(BlkRange range, bool isDiscard)
    {
        if (range.Count > (isDiscard ? settings.DiscardSectorsMax : settings.WriteZeroesSectorsMax)) return BlkStatus.IoError;
        if (!IsWithinDisk(new(range.Sector), range.Count)) return BlkStatus.IoError;
        if ((range.Flags & ~BlkRequest.RangeUnmap) != 0) return BlkStatus.Unsupported;
        return isDiscard && (range.Flags & BlkRequest.RangeUnmap) != 0 ? BlkStatus.Unsupported : BlkStatus.Ok;
    }

    /// <summary>QEMU: IOERR without the buffers that SCSI needs; else the error field set and UNSUPP.</summary>
    async DeviceTask<Nothing> RefuseScsi(PendingRequest request)
    {
        var chain = request.Chain;
        if (chain.ReadableCount < 2 || chain.WritableCount < 3)
        {
            request.End(BlkStatus.IoError);
            return default;
        }
        await dma.Store(new(chain.Writable(chain.WritableCount - 2).Address), ScsiErrorsAlwaysSet);
        request.End(BlkStatus.Unsupported);
        return default;
    }
}
