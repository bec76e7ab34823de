using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>Making requests of operations.</content>
sealed partial class BlkScenario
{
    void Submit(Operation operation)
    {
        ref var request = ref requests[requestCount];
        uint count = Math.Clamp(operation.B, 1, BufferStride / Sector.Size);
        request = new Request
        {
            Verb = operation.VerbOf(),
            Sector = operation.A % CapacitySectors,
            Buffer = requestCount,
            Content = nextContent++,
        };
        request.Count = Math.Min(count, CapacitySectors - request.Sector);
        var status = Submit(ref request, Math.Clamp(operation.C, 1, setup.MaxDataSegments));
        if (status == DriverStatus.NoSpace && outstanding > 0)
        {
            if (!WaitOldest(0, poll: false)) return;
            status = Submit(ref request, Math.Clamp(operation.C, 1, setup.MaxDataSegments));
        }
        if (status == DriverStatus.Ok)
        {
            request.IsOutstanding = true;
            requestCount++;
            outstanding++;
            request.DurableAt = durable.Now;
            if (Changes(request.Verb))
            {
                reference.Begin(request.Sector, request.Count);
                durable.Begin(request.Sector, request.Count, ContentAfter(request, DriverStatus.Ok));
            }
            request.SubmittedAt = reference.Now;
            return;
        }
        JudgeRefusal(request, status);
    }

    DriverStatus Submit(ref Request request, uint pieceCount)
    {
        var queue = new QueueIndex((ushort)(requestCount % Math.Max(1, (int)driver.QueueCount)));
        var sector = new Sector(request.Sector);
        switch (request.Verb)
        {
            case BlkVerb.Read:
                DmaOwnership.GiveToDevice(cpu, DataOf(request), deviceWrites: true);
                return driver.Submit(BlkOperation.Read, sector, Pieces(request, pieceCount, request.Count * Sector.Size), out request.Id, queue);
            case BlkVerb.Write:
                FillBuffer(request);
                DmaOwnership.GiveToDevice(cpu, DataOf(request), deviceWrites: false);
                return driver.Submit(BlkOperation.Write, sector, Pieces(request, pieceCount, request.Count * Sector.Size), out request.Id, queue);
            case BlkVerb.Flush:
                return driver.Submit(BlkOperation.Flush, default, [], out request.Id, queue);
            case BlkVerb.GetId:
                DmaOwnership.GiveToDevice(cpu, DataOf(request), deviceWrites: true);
                return driver.Submit(BlkOperation.GetId, default, Pieces(request, 1, BlkRequest.IdSize), out request.Id, queue);
            case BlkVerb.ReadPooled:
                request.Count = 1;
                return driver.SubmitPooled(BlkOperation.Read, sector, Sector.Size, out request.Id, queue);
            case BlkVerb.WritePooled:
                request.Count = 1;
                var status = driver.SubmitPooled(BlkOperation.Write, sector, Sector.Size, out request.Id, queue);
                if (status == DriverStatus.Ok)
                {
                    ReferenceDisk.Fill(scratch.AsSpan(0, (int)Sector.Size), request.Content, request.Sector);
                    cpu.CopyToMemory(driver.OutgoingBuffer(request.Id).Cpu, scratch.AsSpan(0, (int)Sector.Size));
                }
                return status;
            default:
                ranges[0] = new(sector, request.Count, Unmap: false);
                return driver.SubmitRanges(request.Verb == BlkVerb.Discard ? BlkOperation.Discard : BlkOperation.WriteZeroes, ranges, out request.Id, queue);
        }
    }

    /// <summary>The request's buffer in a number of pieces, each but the last a multiple of 4 bytes.</summary>
    ReadOnlySpan<DmaSegment> Pieces(in Request request, uint pieceCount, uint length)
    {
        var buffer = BufferOf(request);
        uint size = (length / pieceCount + 3) & ~3u, done = 0;
        int count = 0;
        for (; done < length; done += size) pieces[count++] = DmaSegment.Of(buffer.Slice(done, Math.Min(size, length - done)));
        return pieces.AsSpan(0, count);
    }

    void FillBuffer(in Request request)
    {
        var bytes = scratch.AsSpan(0, (int)(request.Count * Sector.Size));
        ReferenceDisk.Fill(bytes, request.Content, request.Sector);
        cpu.CopyToMemory(BufferOf(request).Cpu, bytes);
    }

    static DmaRegion BufferOf(in Request request) => Region(Buffers + BufferStride * (uint)request.Buffer, BufferStride);

    static DmaRegion DataOf(in Request request) => BufferOf(request).Slice(0, LengthOf(request));

    static bool Changes(BlkVerb verb) => verb is BlkVerb.Write or BlkVerb.WritePooled or BlkVerb.WriteZeroes or BlkVerb.Discard;
}
