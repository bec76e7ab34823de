using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>What is in service, in which order things happen, and how each request comes back.</summary>
public sealed partial class BlkDevice
{
    /// <summary>Requests that an odd device has in service at once, at most.</summary>
    const int InServiceMax = 4;

    /// <summary>Of the requests that QEMU has in service, how many of the oldest may be next. A choice has at most 63 options.</summary>
    const int CompletionChoicesMax = 32;

    /// <summary>For whose sake the device makes its accesses now.</summary>
    DeviceQueue? serving;

    /// <summary>Requests in service that can end.</summary>
    int Working
    {
        get
        {
            int count = 0;
            foreach (var request in inService)
            {
                if (!request.Hangs) count++;
            }
            return count;
        }
    }

    PendingRequest Begin(DeviceQueue queue)
    {
        var request = free.Count == 0 ? new PendingRequest() : free[^1];
        if (free.Count != 0) free.RemoveAt(free.Count - 1);
        request.Start(queue);
        inService.Add(request);
        return request;
    }

    void Forget(PendingRequest request)
    {
        inService.Remove(request);
        free.Add(request);
    }

    /// <summary>
    /// What is served in this run: the queues that the driver has notified, or that were being served when another was stopped. Notifications that come later make a
    /// run of their own. An odd device looks at its other queues, too.
    /// </summary>
    void WakeQueues()
    {
        foreach (var queue in Queues)
        {
            queue.IsAwake |= queue.IsNotified;
            queue.IsNotified = false;
        }
        if (Queues.Length == 1 || !Rules.IsUnusual) return;
        foreach (var queue in Queues)
        {
            if (!queue.IsAwake && IsServed(queue)) queue.IsAwake = Whim(2, "looks at another queue without a notification") != 0;
        }
    }

    bool HasWork()
    {
        foreach (var queue in Queues)
        {
            if (queue.IsAwake || queue.IsNotified) return true;
        }
        return false;
    }

    ulong Awake()
    {
        ulong awake = 0;
        foreach (var queue in Queues)
        {
            if (queue.IsAwake) awake |= 1UL << queue.Index;
        }
        return awake;
    }

    /// <summary>One run for each wake-up: until nothing is left to do, and the driver knows that it must notify.</summary>
    async DeviceTask<Nothing> Serve()
    {
        WakeQueues();
        while (!IsBroken)
        {
            ulong more = await Look();
            if (IsBroken) break;
            if (more == 0 && Working == 0)
            {
                if (!await GoToRest()) break;
                continue;
            }
            foreach (var queue in Queues)
            {
                serving = queue;
                if (((more >> queue.Index) & 1) != 0 || HasWorking(queue))
                {
                    if (!queue.SuppressesNotifications) await ring.SuppressNotifications(queue);
                }
            }
            // Queues may have been stopped meanwhile.
            more &= Awake();
            int working = Working;
            if (more == 0 && working == 0) continue;
            int pick = Rules.CompletesInAnyOrder ? PickNext(more, working) : working - 1;
            if (pick < 0) await TakeOne(serving = PickQueue(more));
            else await Complete(WorkingAt(pick));
            if (Rules.Lies) await ring.Misbehave(serving!);
        }
        // 2.7.7: interrupts without a cause are legal.
        if (!IsBroken && BoundedWhim("interrupts without a cause")) RaiseInterrupt(InterruptCause.UsedBuffer);
        return default;
    }

    /// <summary>The queues that have more, as bits.</summary>
    async DeviceTask<ulong> Look()
    {
        ulong more = 0;
        foreach (var queue in Queues)
        {
            serving = queue;
            if (!queue.IsAwake || !await ring.Look(queue)) continue;
            more |= 1UL << queue.Index;
        }
        return more;
    }

    /// <summary>Nothing is left to do: asks for notifications where it does not yet, after which it looks once more. False: it does everywhere.</summary>
    async DeviceTask<bool> GoToRest()
    {
        bool asked = false;
        foreach (var queue in Queues)
        {
            if (!queue.IsAwake) continue;
            serving = queue;
            queue.IsAwake = queue.SuppressesNotifications;
            if (!queue.IsAwake) continue;
            await ring.WantNotifications(queue);
            asked = true;
        }
        return asked;
    }

    bool HasWorking(DeviceQueue queue)
    {
        foreach (var request in inService)
        {
            if (request.Queue == queue && !request.Hangs) return true;
        }
        return false;
    }

    /// <summary>Plain: complete the oldest, and take another only when there is none. -1: take.</summary>
    int PickNext(ulong more, int working)
    {
        bool mayTake = more != 0 && inService.Count < InServiceMax;
        if (working == 0) return mayTake ? -1 : 0;
        int pick = Engine.Choose(ChoiceKind.Device, working + (mayTake ? 1 : 0));
        if (pick != 0) Machine.Recorder?.Decided(pick, pick == working ? "takes another chain before it completes the oldest" : OutOfOrder(pick));
        return pick < working ? pick : -1;
    }

    /// <summary>Which queue the next chain is taken from: plain is the first; an odd device takes any.</summary>
    DeviceQueue PickQueue(ulong more)
    {
        int pick = Rules.CompletesInAnyOrder ? Engine.Choose(ChoiceKind.Device, System.Numerics.BitOperations.PopCount(more)) : 0;
        for (int left = pick; left > 0; left--) more &= more - 1;
        var queue = Queues[System.Numerics.BitOperations.TrailingZeroCount(more)];
        if (pick != 0) Machine.Recorder?.Decided(pick, $"takes from queue {queue.Index} first");
        return queue;
    }

    /// <summary>The request in service number <paramref name="index"/> of those that do not hang, oldest first.</summary>
    PendingRequest WorkingAt(int index)
    {
        foreach (var request in inService)
        {
            if (!request.Hangs && index-- == 0) return request;
        }
        throw new InvalidOperationException("no such request in service");
    }

    int AnyOf(int count)
    {
        int pick = Engine.Choose(ChoiceKind.Device, count);
        if (pick != 0) Machine.Recorder?.Decided(pick, OutOfOrder(pick));
        return pick;
    }

    string OutOfOrder(int pick) => $"completes chain {WorkingAt(pick).Chain.Head} before chain {WorkingAt(0).Chain.Head}";

    /// <summary>As QEMU: all that is available is taken, what needs no disk is answered at once, all else afterwards in any order.</summary>
    async DeviceTask<Nothing> ServeAsQemu()
    {
        WakeQueues();
        foreach (var queue in Queues)
        {
            if (!queue.IsAwake) continue;
            queue.IsAwake = false;
            serving = queue;
            do
            {
                await ring.SuppressNotifications(queue);
                while (!IsBroken && await ring.Look(queue) && await TakeOne(queue))
                {
                    var newest = inService[^1];
                    if (newest.Status != BlkStatus.NotWritten) await Complete(newest);
                }
                await ring.WantNotifications(queue);
            }
            while (!IsBroken && await ring.Look(queue));
        }
        for (int working = Working; working > 0; working = Working) await Complete(WorkingAt(AnyOf(Math.Min(working, CompletionChoicesMax))));
        return default;
    }

    /// <summary>False: the device is broken now.</summary>
    async DeviceTask<bool> TakeOne(DeviceQueue queue)
    {
        var request = Begin(queue);
        if (!await ring.Take(queue, request.Chain))
        {
            Forget(request);
            return false;
        }
        if (!await Prepare(request))
        {
            ring.Drop(queue, request.Chain);
            Forget(request);
            RaiseNeedsReset();
            return false;
        }
        if (ChooseFault(request) || Lie(2, "never answers this request") != 0)
            request.Hangs = true;
        return true;
    }

    /// <summary>May end the request with an error. True: it is to hang.</summary>
    bool ChooseFault(PendingRequest request)
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

    async DeviceTask<Nothing> Complete(PendingRequest request)
    {
        serving = request.Queue;
        if (request.Status == BlkStatus.NotWritten) await CarryOut(request);
        var last = request.Chain.WritableAt(request.Chain.WritableLength - BlkRequest.StatusSize);
        int lie = Lie(3, "writes a status that is none|writes no status");
        if (lie != 2) await dma.Store(new(last.Address), lie == 1 ? (byte)0x77 : request.Status);
        uint length = UsedLength(request);
        await ring.Return(request.Queue, request.Chain, length);
        RequestsServed++;
        Forget(request);
        return default;
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
