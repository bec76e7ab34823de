using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>Carrying out the program, and judging each request's end.</content>
sealed partial class BlkScenario
{
    struct Request
    {
        public BlkRequestId Id;
        public BlkVerb Verb;
        public uint Sector, Count, Content;

        /// <summary>When it was submitted, by the reference disk's clock.</summary>
        public uint SubmittedAt;
        public int Buffer;
        public bool IsOutstanding, HasTimedOut;
    }

    readonly Request[] requests = new Request[MaxRequests];
    readonly DmaSegment[] pieces = new DmaSegment[16];
    readonly BlkRange[] ranges = new BlkRange[1];
    readonly byte[] scratch = new byte[BufferStride];
    int requestCount, outstanding, okCount;
    uint nextContent;

    bool IsHostile => profile == DeviceProfile.Hostile;

    void ForgetRequests()
    {
        requestCount = outstanding = okCount = 0;
        nextContent = 1;
    }

    public void Run()
    {
        if (BringUp())
        {
            cpu.UnmaskInterrupts();
            for (int i = 0; i < Program.Count; i++)
            {
                if (!Perform(Program[i])) break;
            }
            DrainAll();
            JudgeCapacity();
        }
        machine.Cpu.Finish();
        Engine.RunToRest();
        JudgeOutcome();
    }

    /// <summary>Finds and initialises the device. False: it refused, as it may.</summary>
    bool BringUp()
    {
        var status = MmioBus.Find(cpu, DeviceType.Block, out var transport);
        if (status == DriverStatus.Ok) status = driver.Initialise(transport, driverRegion);
        return status == DriverStatus.Ok || Refused(status);
    }

    bool Refused(DriverStatus status)
    {
        Count(BlkPremise.DeviceRefused);
        bool mayRefuse = IsHostile || (profile == DeviceProfile.Odd && status == DriverStatus.FeaturesRefused);
        if (!mayRefuse) Fail("initialisation", status.ToString(), [], $"the driver could not bring up a device that is well: {status}",
            "Follow 3.1.1 step by step; the monitors name the step if it was one of the driver's.");
        return false;
    }

    /// <summary>False: the device is gone for good, and nothing more can be asked of it.</summary>
    bool Perform(Operation operation)
    {
        switch (operation.VerbOf())
        {
            case BlkVerb.Kick: driver.Kick(); return true;
            case BlkVerb.Wait: return outstanding == 0 || WaitOldest(operation.A, poll: false);
            case BlkVerb.Poll: return outstanding == 0 || WaitOldest(operation.A, poll: true);
            case BlkVerb.WaitAny: return outstanding == 0 || WaitAny(operation.A);
            case BlkVerb.Reap: return Reap();
            case BlkVerb.Recover: return Recover();
            case BlkVerb.Restart: return Restart(operation.A);
            case BlkVerb.Resize: device.Resize(operation.A); return true;
            default:
                if (requestCount < MaxRequests) Submit(operation);
                return true;
        }
    }

    // Submitting

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
            if (Changes(request.Verb)) reference.Begin(request.Sector, request.Count);
            request.SubmittedAt = reference.Now;
            return;
        }
        JudgeRefusal(request, status);
    }

    DriverStatus Submit(ref Request request, uint pieceCount)
    {
        var sector = new Sector(request.Sector);
        switch (request.Verb)
        {
            case BlkVerb.Read:
                return driver.Submit(BlkOperation.Read, sector, Pieces(request, pieceCount, request.Count * Sector.Size), out request.Id);
            case BlkVerb.Write:
                FillBuffer(request);
                return driver.Submit(BlkOperation.Write, sector, Pieces(request, pieceCount, request.Count * Sector.Size), out request.Id);
            case BlkVerb.Flush:
                return driver.Submit(BlkOperation.Flush, default, [], out request.Id);
            case BlkVerb.GetId:
                return driver.Submit(BlkOperation.GetId, default, Pieces(request, 1, BlkRequest.IdSize), out request.Id);
            case BlkVerb.ReadPooled:
                request.Count = 1;
                return driver.SubmitPooled(BlkOperation.Read, sector, Sector.Size, out request.Id);
            case BlkVerb.WritePooled:
                request.Count = 1;
                var status = driver.SubmitPooled(BlkOperation.Write, sector, Sector.Size, out request.Id);
                if (status == DriverStatus.Ok)
                {
                    ReferenceDisk.Fill(scratch.AsSpan(0, (int)Sector.Size), request.Content, request.Sector);
                    cpu.CopyToMemory(driver.OutgoingBuffer(request.Id).Cpu, scratch.AsSpan(0, (int)Sector.Size));
                }
                return status;
            default:
                ranges[0] = new(sector, request.Count, Unmap: false);
                return driver.SubmitRanges(request.Verb == BlkVerb.Discard ? BlkOperation.Discard : BlkOperation.WriteZeroes, ranges, out request.Id);
        }
    }

    /// <summary>The request's buffer in a number of pieces, each a multiple of 4 bytes, back to front where there are several.</summary>
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

    static bool Changes(BlkVerb verb) => verb is BlkVerb.Write or BlkVerb.WritePooled or BlkVerb.WriteZeroes or BlkVerb.Discard;

    void JudgeRefusal(in Request request, DriverStatus status)
    {
        if (IsHostile) return;
        bool isRight = status switch
        {
            DriverStatus.ReadOnly => setup.IsReadOnly && Changes(request.Verb),
            DriverStatus.NotSupported => request.Verb is BlkVerb.Discard or BlkVerb.WriteZeroes || (request.Verb == BlkVerb.Flush && !device.Offered.Has(BlkFeature.Flush))
                || setup.QueueSize < 3, // a ring of 2 has room for a header and a status, or for what the driver pools with them
            DriverStatus.NeedsReset or DriverStatus.NoDevice => device.IsBroken,
            DriverStatus.InvalidArgument => setup.SegmentsMax < 2 || setup.SegmentSizeMax != 0 || setup.PooledBytes == 0,
            DriverStatus.NoSpace => true,
            _ => false,
        };
        if (!isRight) Fail("refusal", status.ToString(), [], $"the driver refused to {BlkVerbs.Describe(new((byte)request.Verb, request.Sector, request.Count, 1))}: {status}",
            "Refuse only what the device or its limits do not allow.");
    }

    // Taking back

    /// <summary>Where the device may never answer, only a time-out helps; of any other, an answer is due.</summary>
    uint TimeOut(uint asked) => asked == 0 && (IsHostile || setup.Faults.MaximumHangs > 0) ? UnansweredTimeoutMs : asked;

    bool WaitOldest(uint timeoutMs, bool poll)
    {
        timeoutMs = TimeOut(timeoutMs);
        int oldest = Array.FindIndex(requests, 0, requestCount, request => request is { IsOutstanding: true, HasTimedOut: false });
        if (oldest < 0) return true;
        var status = poll ? driver.Poll(requests[oldest].Id, timeoutMs, out var completion) : driver.Wait(requests[oldest].Id, timeoutMs, out completion);
        if (status is DriverStatus.NeedsReset) return RecoverAsAsked();
        if (status == DriverStatus.InvalidArgument)
        {
            Fail("completion", "request-unknown", [], $"the driver does not know the request that it accepted, and whose end it has not reported",
                "Keep each request until its end was reported.");
        }
        Ended(completion);
        return true;
    }

    bool WaitAny(uint timeoutMs)
    {
        var status = driver.WaitAny(TimeOut(timeoutMs), out var completion);
        switch (status)
        {
            case DriverStatus.Ok: Ended(completion); return true;
            case DriverStatus.NeedsReset: return RecoverAsAsked();
            default: return status is DriverStatus.TimedOut or DriverStatus.Pending;
        }
    }

    bool Reap()
    {
        while (driver.TryReap(out var completion) is var status)
        {
            if (status == DriverStatus.NeedsReset) return RecoverAsAsked();
            if (status != DriverStatus.Ok) break;
            Ended(completion);
        }
        return true;
    }

    /// <summary>The driver says that only a reset helps, which of a device that is well it has no reason to say.</summary>
    bool RecoverAsAsked()
    {
        if (!IsHostile && !device.IsBroken) Fail("completion", "needs-reset", [],
            $"the driver has given up on a device that is well (queue fault: {driver.Fault})", "Compare ring indices modulo 65,536, and take back each chain once.");
        return Recover();
    }

    bool Recover()
    {
        if (outstanding > 0 && machine.Monitors.Ownership.Outstanding > 0) Count(BlkPremise.Resets);
        var status = driver.Recover();
        ReapEnded(status);
        return status == DriverStatus.Ok || Refused(status);
    }

    bool Restart(uint timeoutMs)
    {
        if (outstanding > 0 && machine.Monitors.Ownership.Outstanding > 0) Count(BlkPremise.Resets);
        var status = driver.Shutdown(TimeOut(timeoutMs));
        ReapEnded(status);
        if (status == DriverStatus.TimedOut) return Refused(status);
        if (!IsHostile && machine.Monitors.Ownership.Outstanding > 0) Fail("shutdown", "requests-left", ["cleanup.driver.device-cleanup.2"],
            "the driver is shut down, and requests are still with the device", "Reset the device before giving its queue up.");
        return BringUp();
    }

    /// <summary>After a reset all requests have ended and can be reaped, unless the reset was not observed.</summary>
    void ReapEnded(DriverStatus status)
    {
        if (status == DriverStatus.TimedOut)
        {
            if (!IsHostile) Fail("reset", "not-observed", ["reset.device.device-reset.1"], "the reset of a device that is well was not observed",
                "Read Status until it is 0.");
            return;
        }
        for (int i = 0; i < MaxRequests && driver.TryReap(out var completion) == DriverStatus.Ok; i++) Ended(completion);
        for (int i = 0; i < requestCount; i++)
        {
            ref var request = ref requests[i];
            if (!request.IsOutstanding) continue;
            if (!request.HasTimedOut) Fail("completion", "request-lost", [], $"request {i} was in flight when the device was reset, and its end was never reported",
                "A reset ends each request in flight, once, as aborted.");
            request.IsOutstanding = false; // a time-out was its end; its memory is back only now
            outstanding--;
            if (Changes(request.Verb)) reference.End(request.Sector, request.Count, ReferenceDisk.Unknown);
            ReuseMemory(request);
        }
    }

    void Ended(in BlkCompletion completion)
    {
        int index = -1;
        for (int i = 0; i < requestCount; i++)
        {
            if (requests[i].Id == completion.Id && requests[i].IsOutstanding) index = i;
        }
        if (index < 0 || requests[index].HasTimedOut) Fail("completion", "request-ended-twice", ["split.driver.used-ring.1"],
            $"the driver reports the end of a request that is not in flight ({completion.Status})", "Report the end of each request once, under its own id.");
        ref var request = ref requests[index];
        if (completion.Length > LengthOf(request)) Fail("completion", "length", ["split.driver.used-ring.1"],
            $"the driver hands over {completion.Length} bytes of a request of {LengthOf(request)}", "Compare the used length with what the chain has room for.");
        Judge(request, completion.Status);
        if (completion.Status == DriverStatus.TimedOut)
        {
            request.HasTimedOut = true;
            return;
        }
        request.IsOutstanding = false;
        outstanding--;
        if (Changes(request.Verb)) reference.End(request.Sector, request.Count, ContentAfter(request, completion.Status));
        ReuseMemory(request);
    }

    /// <summary>What is on the disk once a request that changes it has ended.</summary>
    static uint ContentAfter(in Request request, DriverStatus status) => request.Verb switch
    {
        _ when status != DriverStatus.Ok => ReferenceDisk.Unknown,
        BlkVerb.Discard => ReferenceDisk.Unknown,
        BlkVerb.WriteZeroes => ReferenceDisk.Zero,
        _ => request.Content,
    };

    /// <summary>Bytes of data that the request is about.</summary>
    static uint LengthOf(in Request request) => request.Verb switch
    {
        BlkVerb.Flush => 0,
        BlkVerb.GetId => BlkRequest.IdSize,
        BlkVerb.Discard or BlkVerb.WriteZeroes => BlkRequest.RangeSize,
        _ => request.Count * Sector.Size,
    };

    void Judge(in Request request, DriverStatus status)
    {
        switch (status)
        {
            case DriverStatus.Ok:
                Count(BlkPremise.RequestsOk);
                okCount++;
                JudgeData(request);
                return;
            case DriverStatus.Aborted:
                Count(BlkPremise.RequestsAborted);
                return;
            case DriverStatus.TimedOut:
                Count(BlkPremise.TimedOut);
                if (!IsHostile && !setup.TimersAtAnyTime && setup.Faults.MaximumHangs == 0)
                    Fail("completion", "timed-out", [], "a request timed out though nothing else could happen any more", "Look once more at the ring after a time-out.");
                return;
            default:
                Count(BlkPremise.RequestsFailed);
                bool mayFail = IsHostile || setup.Faults.MaximumErrors > 0 || setup.Faults.BadSectors > 0 || status == DriverStatus.Unsupported && request.Verb == BlkVerb.Discard;
                if (!mayFail) Fail("completion", "request-failed", [], $"{BlkVerbs.Describe(new((byte)request.Verb, request.Sector, request.Count, 1))} ended with {status} on a device that is well",
                    "Look at what the device was given.");
                return;
        }
    }

    void JudgeData(in Request request)
    {
        if (IsHostile) return;
        switch (request.Verb)
        {
            case BlkVerb.Read: JudgeRead(request, BufferOf(request).Cpu); return;
            case BlkVerb.ReadPooled: JudgeRead(request, driver.IncomingBuffer(request.Id).Cpu); return;
        }
    }

    void JudgeRead(in Request request, CpuAddress buffer)
    {
        for (uint i = 0; i < request.Count; i++)
        {
            if (!reference.IsKnownSince(request.Sector + i, request.SubmittedAt)) continue;
            var bytes = scratch.AsSpan(0, (int)Sector.Size);
            cpu.CopyFromMemory(buffer + i * Sector.Size, bytes);
            Count(BlkPremise.SectorsJudged);
            int wrong = reference.Compare(request.Sector + i, bytes);
            if (wrong >= 0) Fail("data-integrity", "wrong-data", ["split.driver.updating-idx.1"],
                $"sector {request.Sector + i}, byte {wrong}: 0x{BitConverter.ToUInt64(bytes[wrong..]):x16} was read, which is not what was last written there",
                "Hand data over only when the used ring says that the device has written it, and to the request that it belongs to.");
        }
    }

    /// <summary>The caller's memory is the caller's again: it is used for something else at once.</summary>
    void ReuseMemory(in Request request)
    {
        if (request.Verb is BlkVerb.ReadPooled or BlkVerb.WritePooled) driver.Return(request.Id);
        else if (request.Verb is BlkVerb.Read or BlkVerb.Write) cpu.Store64(BufferOf(request).Cpu, 0xDEAD_C0DE);
    }

    bool AllHaveTimedOut
    {
        get
        {
            for (int i = 0; i < requestCount; i++)
            {
                if (requests[i] is { IsOutstanding: true, HasTimedOut: false }) return false;
            }
            return true;
        }
    }

    void DrainAll()
    {
        for (int i = 0; i < 2 * MaxRequests && outstanding > 0; i++)
        {
            if (driver.WithDeviceCount > 0 && AllHaveTimedOut)
            {
                if (!Recover()) return;
                continue;
            }
            if (!WaitOldest(0, poll: false)) return;
        }
    }

    /// <summary>The host has changed the capacity: after the interrupt that says so was taken, the driver must know.</summary>
    void JudgeCapacity()
    {
        if (IsHostile || device.Capacity == CapacitySectors || !driver.IsReady) return;
        cpu.UnmaskInterrupts(); // what is pending is taken here
        driver.TryReap(out _);
        if (driver.CapacitySectors != device.Capacity) Fail("configuration", "change-not-noticed", ["mmio.driver.notifications-from-device.1"],
            $"the device has {device.Capacity} sectors and has said that its configuration changed; the driver still counts {driver.CapacitySectors}",
            "When InterruptStatus has bit 1, read the configuration again.");
        Count(BlkPremise.CapacityFollowed);
    }

    void JudgeOutcome()
    {
        if (IsHostile) return;
        if (!AllHaveTimedOut) Fail("completion", "request-never-ended", [], "a request never ended", "Each request that was accepted ends, once.");
        if (okCount > machine.Monitors.Ownership.TakenBackNow) Fail("vacuity", "device-not-touched", [],
            $"{okCount} requests ended well, but the device has served {machine.Monitors.Ownership.TakenBackNow}", "Success without the device is a fallback: say so, or fail.");
        if (reference.IsUntouched && device.Disk.Written == 0) return;
        for (uint sector = 0; sector < CapacitySectors; sector++)
        {
            if (!reference.IsKnown(sector)) continue;
            device.Disk.Read(new Sector(sector), scratch.AsSpan(0, (int)Sector.Size));
            int wrong = reference.Compare(sector, scratch.AsSpan(0, (int)Sector.Size));
            if (wrong >= 0) Fail("data-integrity", "disk-differs", [], $"the disk holds other data in sector {sector}, byte {wrong}, than the program was told",
                "What a write reports as done must be on the disk, and nothing else may change.");
        }
    }

    void Fail(string monitor, string rule, string[] clauses, string message, string mend) => Engine.Fail(new(monitor, rule, clauses, message, mend));
}
