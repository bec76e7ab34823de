using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// A device that takes chains from its queues, carries out what they ask for, and gives them back: what is in service, in which order things happen, when the queues are
/// looked at. What a chain means is the device's own: see <see cref="Prepare"/> and <see cref="Answer"/>.
/// </summary>
/// <typeparam name="TRequest">A chain in service, with what the device knows of it.</typeparam>
public abstract partial class RequestDevice<TRequest> : VirtioDevice where TRequest : DeviceRequest, new()
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

    TRequest Begin(DeviceQueue queue)
    {
        var request = free.Count == 0 ? new TRequest() : free[^1];
        if (free.Count != 0) free.RemoveAt(free.Count - 1);
        request.Begin(queue);
        inService.Add(request);
        return request;
    }

    void Forget(TRequest request)
    {
        inService.Remove(request);
        free.Add(request);
    }

    /// <summary>
    /// What is served in this run: the queues that the driver has notified, or that were being served when another was stopped. Notifications that come later make a
    /// run of their own. An odd device looks at its other queues, too.
    /// </summary>
    private protected void WakeQueues()
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

    /// <summary>
    /// Whether the device has use for a chain of this queue now. A queue whose buffers wait for something to happen is left alone until it has: then
    /// <see cref="Arouse"/> says so, and the device takes as many chains as it can fill.
    /// </summary>
    private protected virtual bool Wants(DeviceQueue queue) => true;

    /// <summary>Something has happened on the host's side: look at this queue, if the driver has it in use, without having been notified.</summary>
    private protected void Arouse(DeviceQueue queue)
    {
        // What Wants looks at has changed, and the engine may ask for it at any step.
        Engine.Reducer?.Touches(0, Parts(PeripheralBits.All));
        if (IsServed(queue) && IsDriverOk && !IsBroken && !IsResetPending && !IsRemoved) Notified(queue);
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
            if (!queue.IsAwake || !Wants(queue) || !await ring.Look(queue)) continue;
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
    TRequest WorkingAt(int index)
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

    /// <summary>
    /// One run as QEMU does it, unless the device says otherwise: all that is available is taken, what is known already is answered at once, all else afterwards in any
    /// order.
    /// </summary>
    private protected virtual async DeviceTask<Nothing> ServeAsQemu()
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
                while (!IsBroken && Wants(queue) && await ring.Look(queue) && await TakeOne(queue))
                {
                    var newest = Newest;
                    if (newest.IsAnswered) await Complete(newest);
                }
                await ring.WantNotifications(queue);
            }
            while (!IsBroken && Wants(queue) && await ring.Look(queue));
        }
        for (int working = Working; working > 0; working = Working) await Complete(WorkingAt(AnyOf(Math.Min(working, CompletionChoicesMax))));
        return default;
    }

    /// <summary>False: the device is broken now.</summary>
    private protected async DeviceTask<bool> TakeOne(DeviceQueue queue)
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

    /// <summary>What goes wrong with an honest device that fails: the request may end with an error of its own, or (true) never.</summary>
    private protected virtual bool ChooseFault(TRequest request)
    {
        if (hangsLeft == 0 || Engine.Choose(ChoiceKind.Fault, 2) == 0) return false;
        Machine.Recorder?.Decided(1, "never answers this request");
        hangsLeft--;
        return true;
    }

    /// <summary>Answers a request and gives its chain back.</summary>
    /// <param name="request">One in service.</param>
    /// <param name="notifies">False: the device decides about an interrupt later, for several chains together (<see cref="SplitRing.Notify"/>).</param>
    private protected async DeviceTask<Nothing> Complete(TRequest request, bool notifies = true)
    {
        serving = request.Queue;
        uint length = await Answer(request);
        await ring.Return(request.Queue, request.Chain, length, notifies);
        RequestsServed++;
        Forget(request);
        return default;
    }
}
