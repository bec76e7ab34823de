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
                return SubmitData(ref request, queue, BlkOperation.Read, sector, pieceCount);
            case BlkVerb.Write:
                return SubmitData(ref request, queue, BlkOperation.Write, sector, pieceCount);
            case BlkVerb.Flush:
                return driver.Submit(BlkOperation.Flush, default, [], out request.Id, queue);
            case BlkVerb.GetId:
                return SubmitData(ref request, queue, BlkOperation.GetId, default, pieceCount: 1);
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

    /// <summary>A refused request's memory is the caller's again at once.</summary>
    DriverStatus SubmitData(ref Request request, QueueIndex queue, BlkOperation operation, Sector sector, uint pieceCount)
    {
        var status = GiveData(request);
        if (status != DriverStatus.Ok) return status;
        status = Pieces(request, pieceCount, out int count);
        if (status == DriverStatus.Ok) status = driver.Submit(operation, sector, pieces.AsSpan(0, count), out request.Id, queue);
        if (status == DriverStatus.Ok) return status;
        TakeBack(request);
        FreeMemory(request);
        return status;
    }

    /// <summary>
    /// The request's data in a number of pieces, each but the last a multiple of 4 bytes; scattered data in as few as there may be.
    /// </summary>
    DriverStatus Pieces(in Request request, uint pieceCount, out int count)
    {
        uint length = LengthOf(request);
        if (allocator is not null)
        {
            var status = DmaSegments.Split(DataOf(request), 0, length, driver.Limits, pieces, out count);
            if (count > 1) Count(BlkPremise.Scattered);
            return status;
        }
        var buffer = DataOf(request)[0];
        uint size = (length / pieceCount + 3) & ~3u, done = 0;
        for (count = 0; done < length; done += size) pieces[count++] = DmaSegment.Of(buffer.Slice(done, Math.Min(size, length - done)));
        return DriverStatus.Ok;
    }

    static bool Changes(BlkVerb verb) => verb is BlkVerb.Write or BlkVerb.WritePooled or BlkVerb.WriteZeroes or BlkVerb.Discard;
}
