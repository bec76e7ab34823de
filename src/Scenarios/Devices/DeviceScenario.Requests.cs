using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>How a driver says that a request ended.</summary>
readonly record struct Ending(RequestId Id, DriverStatus Status);

/// <content>Requests from being accepted to their end, of which there is exactly one for each.</content>
abstract partial class DeviceScenario<TDevice, TDriver>
{
    /// <summary>Requests of one program, at most.</summary>
    protected const int MaxRequests = 32;

    struct Tracked
    {
        public RequestId Id;
        public bool IsOutstanding, HasTimedOut;
    }

    readonly Tracked[] requests = new Tracked[MaxRequests];
    int requestCount, okCount;

    /// <summary>Requests that have not ended, or have timed out and not come back.</summary>
    protected int Outstanding { get; private set; }

    /// <summary>The number that the next request will have: 0 for the first of a program.</summary>
    protected int NextRequest => requestCount;

    /// <summary>Waits for one request; the answer and the end are as the driver's own Wait and Poll give them.</summary>
    protected abstract DriverStatus Wait(RequestId id, uint timeoutMs, bool poll, out Ending end);

    /// <summary>Waits for any.</summary>
    protected abstract DriverStatus WaitAny(uint timeoutMs, out Ending end);

    protected abstract DriverStatus TryReap(out Ending end);

    /// <summary>A request ended well: what came with the end that was reported last is right, or not.</summary>
    /// <param name="request">Its number.</param>
    protected abstract void JudgeAnswer(int request);

    /// <summary>Whether a device that is well may end a request with this error.</summary>
    protected virtual bool MayFail(int request, DriverStatus status) => false;

    /// <summary>Whether the program can keep track of one more request.</summary>
    protected bool HasRoom => requestCount < MaxRequests;

    void ForgetRequests() => requestCount = okCount = Outstanding = 0;

    void Accepted(RequestId id)
    {
        requests[requestCount++] = new() { Id = id, IsOutstanding = true };
        Outstanding++;
    }

    /// <summary>Where the device may never answer, only a time-out helps; of any other, an answer is due.</summary>
    uint TimeOut(uint asked)
        => asked == 0 && (IsHostile || setup.MaximumHangs > 0 || (setup is { Unplug: DeviceUnplug.Silent, UseInterrupts: true })) ? UnansweredTimeoutMs : asked;

    bool WaitOldest(uint timeoutMs, bool poll)
    {
        int oldest = 0;
        while (oldest < requestCount && requests[oldest] is not { IsOutstanding: true, HasTimedOut: false }) oldest++;
        if (oldest == requestCount) return true;
        bool wasGone = Device.IsRemoved;
        var status = Wait(requests[oldest].Id, TimeOut(timeoutMs), poll, out var end);
        if (status is DriverStatus.NeedsReset) return RecoverAsAsked();
        if (status == DriverStatus.InvalidArgument) Fail("completion", "request-unknown", [], "the driver does not know the request that it accepted, and whose end it has not reported",
            "Keep each request until its end was reported.");
        if (status == DriverStatus.TimedOut && wasGone && !IsHostile) NotNoticed();
        Ended(end);
        return true;
    }

    bool WaitAny(uint timeoutMs)
    {
        if (Outstanding == 0) return true;
        bool wasGone = Device.IsRemoved && !AllHaveTimedOut;
        var status = WaitAny(TimeOut(timeoutMs), out var end);
        switch (status)
        {
            case DriverStatus.Ok: Ended(end); return true;
            case DriverStatus.NeedsReset: return RecoverAsAsked();
            default:
                if (status == DriverStatus.TimedOut && wasGone && !IsHostile) NotNoticed();
                return status is DriverStatus.TimedOut or DriverStatus.Pending or DriverStatus.NoDevice;
        }
    }

    void NotNoticed() => Fail("removal", "not-noticed", [], "the device was gone before the wait began, and the driver says only that it is late",
        "When a wait has run out of time, read the status: all ones means that there is no device any more.");

    bool Reap()
    {
        while (TryReap(out var end) is var status)
        {
            if (status == DriverStatus.NeedsReset) return RecoverAsAsked();
            if (status != DriverStatus.Ok) break;
            Ended(end);
        }
        return true;
    }

    /// <summary>After a reset all requests have ended and can be reaped, unless the reset was not observed.</summary>
    void ReapEnded(DriverStatus status)
    {
        if (status == DriverStatus.TimedOut)
        {
            if (!IsHostile) Fail("reset", "not-observed", ["reset.device.device-reset.1"], "the reset of a device that is well was not observed", "Read Status until it is 0.");
            return;
        }
        for (int i = 0; i < MaxRequests && TryReap(out var end) == DriverStatus.Ok; i++) Ended(end);
        for (int i = 0; i < requestCount; i++)
        {
            ref var request = ref requests[i];
            if (!request.IsOutstanding) continue;
            if (!request.HasTimedOut) Fail("completion", "request-lost", [], $"request {i} was in flight when the device was reset, and its end was never reported",
                "A reset ends each request in flight, once, as aborted.");
            request.IsOutstanding = false; // a time-out was its end; its memory is back only now
            Outstanding--;
        }
    }

    void Ended(in Ending end)
    {
        int index = -1;
        for (int i = 0; i < requestCount; i++)
        {
            if (requests[i].Id == end.Id && requests[i].IsOutstanding) index = i;
        }
        if (index < 0 || requests[index].HasTimedOut) Fail("completion", "request-ended-twice", ["split.driver.used-ring.1"],
            $"the driver reports the end of a request that is not in flight ({end.Status})", "Report the end of each request once, under its own id.");
        ref var request = ref requests[index];
        Judge(index, end.Status);
        if (end.Status == DriverStatus.TimedOut)
        {
            request.HasTimedOut = true;
            return;
        }
        request.IsOutstanding = false;
        Outstanding--;
    }

    void Judge(int request, DriverStatus status)
    {
        switch (status)
        {
            case DriverStatus.Ok:
                Count(DevicePremise.RequestsOk);
                okCount++;
                JudgeAnswer(request);
                return;
            case DriverStatus.Aborted:
                Count(DevicePremise.RequestsAborted);
                return;
            case DriverStatus.NoDevice when Device.IsRemoved || IsHostile:
                Count(DevicePremise.EndedByRemoval);
                return;
            case DriverStatus.TimedOut:
                Count(DevicePremise.TimedOut);
                if (!IsHostile && !setup.TimersAtAnyTime && setup.MaximumHangs == 0)
                    Fail("completion", "timed-out", [], "a request timed out though nothing else could happen any more", "Look once more at the ring after a time-out.");
                return;
            default:
                Count(DevicePremise.RequestsFailed);
                if (!IsHostile && !MayFail(request, status)) Fail("completion", "request-failed", [], $"request {request} ended with {status} on a device that is well",
                    "Look at what the device was given.");
                return;
        }
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
        for (int i = 0; i < 2 * MaxRequests && Outstanding > 0; i++)
        {
            if (Driver.WithDeviceCount > 0 && AllHaveTimedOut)
            {
                if (!Recover()) return;
                continue;
            }
            if (!WaitOldest(0, poll: false)) return;
        }
    }
}
