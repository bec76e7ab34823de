using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>Waiting for requests, and what each end of one means for the program.</content>
sealed partial class BlkScenario
{
    /// <summary>Where the device may never answer, only a time-out helps; of any other, an answer is due.</summary>
    uint TimeOut(uint asked)
        => asked == 0 && (IsHostile || setup.Faults.MaximumHangs > 0 || (setup is { Unplug: DeviceUnplug.Silent, UseInterrupts: true })) ? UnansweredTimeoutMs : asked;

    bool WaitOldest(uint timeoutMs, bool poll)
    {
        timeoutMs = TimeOut(timeoutMs);
        int oldest = Array.FindIndex(requests, 0, requestCount, request => request is { IsOutstanding: true, HasTimedOut: false });
        if (oldest < 0) return true;
        bool wasGone = device.IsRemoved;
        var status = poll ? driver.Poll(requests[oldest].Id, timeoutMs, out var completion) : driver.Wait(requests[oldest].Id, timeoutMs, out completion);
        if (status is DriverStatus.NeedsReset) return RecoverAsAsked();
        if (status == DriverStatus.InvalidArgument)
        {
            Fail("completion", "request-unknown", [], $"the driver does not know the request that it accepted, and whose end it has not reported",
                "Keep each request until its end was reported.");
        }
        if (status == DriverStatus.TimedOut && wasGone && !IsHostile) NotNoticed();
        Ended(completion);
        return true;
    }

    void NotNoticed() => Fail("removal", "not-noticed", [], "the device was gone before the wait began, and the driver says only that it is late",
        "When a wait has run out of time, read the status: all ones means that there is no device any more.");

    bool WaitAny(uint timeoutMs)
    {
        bool wasGone = device.IsRemoved && outstanding > 0 && !AllHaveTimedOut;
        var status = driver.WaitAny(TimeOut(timeoutMs), out var completion);
        switch (status)
        {
            case DriverStatus.Ok: Ended(completion); return true;
            case DriverStatus.NeedsReset: return RecoverAsAsked();
            default:
                if (status == DriverStatus.TimedOut && wasGone && !IsHostile) NotNoticed();
                return status is DriverStatus.TimedOut or DriverStatus.Pending or DriverStatus.NoDevice;
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
        if (!IsHostile && !device.IsBroken && !device.IsRemoved) Fail("completion", "needs-reset", [],
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
        if (status is DriverStatus.TimedOut or DriverStatus.NoDevice) return Refused(status);
        deviceMayRun = false;
        durable.Switch(toWriteThrough: false); // the device's own choice again
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
            EndChange(request, DriverStatus.TimedOut);
            TakeBack(request);
            ReuseMemory(request);
            FreeMemory(request);
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
        if (completion.Status != DriverStatus.TimedOut) TakeBack(request);
        Judge(request, completion.Status);
        if (completion.Status == DriverStatus.TimedOut)
        {
            request.HasTimedOut = true;
            return;
        }
        request.IsOutstanding = false;
        outstanding--;
        EndChange(request, completion.Status);
        ReuseMemory(request);
        FreeMemory(request);
    }

    /// <summary>What the end of a request means for the disk.</summary>
    void EndChange(in Request request, DriverStatus status)
    {
        if (request.Verb == BlkVerb.Flush && status == DriverStatus.Ok) durable.Flushed(request.DurableAt);
        if (!Changes(request.Verb)) return;
        reference.End(request.Sector, request.Count, ContentAfter(request, status));
        durable.End(request.Sector, request.Count, ContentAfter(request, DriverStatus.Ok), status == DriverStatus.Ok);
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

    void TakeBack(in Request request)
    {
        if (HasData(request.Verb)) DmaOwnership.TakeFromDevice(cpu, DataOf(request), deviceWrote: request.Verb != BlkVerb.Write);
    }

    /// <summary>The caller's memory is the caller's again: it is used for something else at once.</summary>
    void ReuseMemory(in Request request)
    {
        if (request.Verb is BlkVerb.ReadPooled or BlkVerb.WritePooled) driver.Return(request.Id);
        else if (request.Verb is BlkVerb.Read or BlkVerb.Write) cpu.Store64(DataOf(request)[0].Cpu, 0xDEAD_C0DE);
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
}
