using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>How each request ends.</summary>
public sealed partial class BlkDevice
{
    /// <summary>May end the request with an error. True: it is to hang.</summary>
    private protected override bool ChooseFault(PendingRequest request)
    {
        int options = hangsLeft > 0 ? 3 : errorsLeft > 0 ? 2 : 1;
        int pick = Engine.Choose(ChoiceKind.Fault, options);
        Machine.Recorder?.Decided(pick, "ends this request with an error|never answers this request");
        if (pick == 2)
        {
            hangsLeft--;
            return true;
        }
        if (pick == 1 && errorsLeft > 0)
        {
            errorsLeft--;
            request.End(BlkStatus.IoError);
        }
        return false;
    }

    private protected override async DeviceTask<uint> Answer(PendingRequest request)
    {
        if (request.Status == BlkStatus.NotWritten) await CarryOut(request);
        var last = request.Chain.WritableAt(request.Chain.WritableLength - BlkRequest.StatusSize);
        int lie = Lie(3, "writes a status that is none|writes no status");
        if (lie != 2) await dma.Store(new(last.Address), lie == 1 ? (byte)0x77 : request.Status);
        return UsedLength(request);
    }

    /// <summary>
    /// 2.7.8: bytes written from the first writable byte on, without a gap. QEMU counts all that is writable. An odd device may
    /// say less than is true (2.7.8.1 "at least"), but never less than the data of a read that succeeded.
    /// </summary>
    uint UsedLength(PendingRequest request)
    {
        ulong room = request.Chain.WritableLength, data = room - BlkRequest.StatusSize;
        if (Rules.IsQemu) return (uint)room;
        ulong exact = request.Written == data ? room : request.Written;
        ulong least = request.Status == BlkStatus.Ok ? request.Written : 0;
        return (uint)(exact != least && Whim(2, "reports fewer bytes than it wrote") != 0 ? least : exact);
    }
}
