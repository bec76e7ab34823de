using Ringcheck.Models.Checking;

namespace Ringcheck.Models.Events;

// The steps of both sides.
internal readonly partial struct EventModel
{
    private enum Step
    {
        Publish,
        Decide,
        Notify,
        Acknowledge,
        TakeBack,
        SeeNothing,
        Ask,
        LookAgain,
        FallAsleep,
        Wake,
        TakeWishBack,
        Take,
        Return,
        DecideInterrupt,
        AskEarly,
        SeeNothingDevice,
        AskDevice,
        LookAgainDevice,
        WakeDevice,
    }

    private void DriverSteps<TSink>(in EventState state, ref TSink sink)
        where TSink : struct, ISink<EventState>
    {
        switch (state.Driver)
        {
            case EventDriverAt.Awake:
                Publish(in state, ref sink);
                DriverAwake(in state, ref sink);
                break;
            case EventDriverAt.Published:
                Publish(in state, ref sink);
                Decide(in state, ref sink);
                break;
            default:
                DriverGoesOn(state, ref sink);
                break;
        }
    }

    /// <summary>The states in which there is one thing to do next.</summary>
    private void DriverGoesOn<TSink>(EventState next, ref TSink sink)
        where TSink : struct, ISink<EventState>
    {
        var asks = _mutation != EventMutation.DriverNeverAsks;
        switch (next.Driver)
        {
            case EventDriverAt.Notifying:
                next.Kick = true;
                next.Driver = EventDriverAt.Awake;
                sink.Add((int)Step.Notify, in next);
                break;
            case EventDriverAt.Empty:
                if (asks)
                    next.UsedEvent = next.LastUsed + (_mutation == EventMutation.DriverAsksTooLate ? 1 : 0);
                next.Driver = EventDriverAt.Asked;
                sink.Add((int)Step.Ask, in next);
                break;
            case EventDriverAt.Asked:
                var sees = next.UsedIndex != next.LastUsed && _mutation != EventMutation.DriverSkipsLook;
                next.Driver = sees ? EventDriverAt.Woken : EventDriverAt.Drowsy;
                sink.Add((int)Step.LookAgain, in next);
                break;
            case EventDriverAt.Drowsy:
                next.Interrupt &= _mutation != EventMutation.DriverForgetsInterrupt;
                next.Driver = EventDriverAt.Asleep;
                sink.Add((int)Step.FallAsleep, in next);
                break;
            case EventDriverAt.Asleep when next.Interrupt:
                next.Interrupt = false;
                next.Driver = EventDriverAt.Woken;
                sink.Add((int)Step.Wake, in next);
                break;
            case EventDriverAt.Woken:
                if (asks)
                    next.UsedEvent = next.LastUsed - 1;
                next.Driver = EventDriverAt.Awake;
                sink.Add((int)Step.TakeWishBack, in next);
                break;
        }
    }

    private void Publish<TSink>(in EventState state, ref TSink sink)
        where TSink : struct, ISink<EventState>
    {
        if (state.AvailIndex - state.LastUsed == _size || state.AvailIndex > Budget)
            return;
        var next = state;
        if (_mutation == EventMutation.DriverForgetsBatches)
            next.Decided = state.AvailIndex;
        next.AvailIndex = state.AvailIndex + 1;
        next.Driver = EventDriverAt.Published;
        sink.Add((int)Step.Publish, in next);
    }

    private void Decide<TSink>(in EventState state, ref TSink sink)
        where TSink : struct, ISink<EventState>
    {
        var next = state;
        var now = Index(state.AvailIndex);
        var wanted = Index(state.AvailEvent);
        var isDue = _mutation == EventMutation.DriverComparesByOrder
            ? now.Value > wanted.Value
            : now.HasPassed(wanted, (ulong)(state.AvailIndex - state.Decided));
        next.Decided = state.AvailIndex;
        next.Driver = isDue ? EventDriverAt.Notifying : EventDriverAt.Awake;
        sink.Add((int)Step.Decide, in next);
    }

    /// <summary>Acknowledges before it looks, takes back all that it sees, and only then asks.</summary>
    private void DriverAwake<TSink>(in EventState state, ref TSink sink)
        where TSink : struct, ISink<EventState>
    {
        var next = state;
        if (state.Interrupt)
        {
            next.Interrupt = false;
            sink.Add((int)Step.Acknowledge, in next);
            next = state;
        }
        if (state.UsedIndex != state.LastUsed)
        {
            next.LastUsed = state.LastUsed + 1;
            sink.Add((int)Step.TakeBack, in next);
        }
        else if (state.AvailIndex != state.LastUsed)
        {
            next.Driver = EventDriverAt.Empty;
            sink.Add((int)Step.SeeNothing, in next);
        }
    }

    private void DeviceSteps<TSink>(in EventState state, ref TSink sink)
        where TSink : struct, ISink<EventState>
    {
        var next = state;
        if (state.UsedIndex != state.LastAvail)
        {
            if (_mutation == EventMutation.DeviceForgetsBatches)
                next.Signalled = state.UsedIndex;
            next.UsedIndex = state.UsedIndex + 1;
            next.Returned = true;
            sink.Add((int)Step.Return, in next);
        }
        if (state.Returned)
            DecideInterrupt(in state, ref sink);
        next = state;
        switch (state.Device)
        {
            case EventDeviceAt.Serving:
                Serve(in state, ref sink);
                break;
            case EventDeviceAt.Empty:
                if (_mutation == EventMutation.DeviceAsksForPublished)
                    next.AvailEvent = state.AvailIndex;
                else if (_mutation != EventMutation.DeviceNeverAsks)
                    next.AvailEvent = state.LastAvail;
                next.Device = EventDeviceAt.Asked;
                sink.Add((int)Step.AskDevice, in next);
                break;
            case EventDeviceAt.Asked:
                var seen = _mutation == EventMutation.DeviceAsksForPublished ? state.AvailEvent : state.LastAvail;
                var sees = state.AvailIndex != seen && _mutation != EventMutation.DeviceSkipsLook;
                next.Device = sees ? EventDeviceAt.Serving : EventDeviceAt.Resting;
                sink.Add((int)Step.LookAgainDevice, in next);
                break;
            case EventDeviceAt.Resting when state.Kick:
                next.Kick = false;
                next.Device = EventDeviceAt.Serving;
                sink.Add((int)Step.WakeDevice, in next);
                break;
        }
    }

    private void DecideInterrupt<TSink>(in EventState state, ref TSink sink)
        where TSink : struct, ISink<EventState>
    {
        var next = state;
        var now = Index(state.UsedIndex);
        var wanted = Index(state.UsedEvent);
        var isDue = _mutation == EventMutation.DeviceComparesByOrder
            ? now.Value > wanted.Value
            : now.HasPassed(wanted, (ulong)(state.UsedIndex - state.Signalled));
        next.Signalled = state.UsedIndex;
        next.Returned = false;
        next.Interrupt |= isDue;
        sink.Add((int)Step.DecideInterrupt, in next);
    }

    private void Serve<TSink>(in EventState state, ref TSink sink)
        where TSink : struct, ISink<EventState>
    {
        var next = state;
        if (state.AvailIndex != state.LastAvail)
        {
            next.LastAvail = state.LastAvail + 1;
            sink.Add((int)Step.Take, in next);
            next = state;
            if (state.AvailEvent == state.LastAvail || _mutation is EventMutation.DeviceNeverAsks or EventMutation.DeviceAsksForPublished)
                return;
            next.AvailEvent = state.LastAvail;
            sink.Add((int)Step.AskEarly, in next);
            return;
        }
        next.Device = EventDeviceAt.Empty;
        sink.Add((int)Step.SeeNothingDevice, in next);
    }

    public int FairClass(int action) => (Step)action switch
    {
        Step.Decide or Step.Notify or Step.TakeWishBack or Step.Acknowledge => 0,
        Step.TakeBack => 1,
        Step.SeeNothing or Step.Ask or Step.LookAgain or Step.FallAsleep or Step.Wake => 2,
        Step.Take => 3,
        Step.Return => 4,
        Step.DecideInterrupt => 5,
        Step.SeeNothingDevice or Step.AskDevice or Step.LookAgainDevice or Step.WakeDevice => 6,
        _ => -1,
    };

    public string ActionText(int action, in EventState from, in EventState to) => (Step)action switch
    {
        Step.Publish => $"driver: stores available index {Index(to.AvailIndex).Value}",
        Step.Decide => $"driver: reads avail_event {Index(from.AvailEvent).Value}, published since the last decision: "
            + $"{Index(from.Decided).Value} to {Index(from.AvailIndex).Value}; {(to.Driver == EventDriverAt.Notifying ? "will notify" : "need not notify")}",
        Step.Notify => "driver: notifies",
        Step.Acknowledge => "driver: acknowledges the interrupt",
        Step.TakeBack => $"driver: takes back request {Index(from.LastUsed).Value}",
        Step.SeeNothing => "driver: sees nothing to take back",
        Step.Ask => $"driver: writes used_event {Index(to.UsedEvent).Value}",
        Step.LookAgain => $"driver: looks at the used index again, and {(to.Driver == EventDriverAt.Drowsy ? "sees nothing" : "need not sleep")}",
        Step.FallAsleep => "driver: falls asleep",
        Step.Wake => "driver: is woken by the interrupt",
        Step.TakeWishBack => $"driver: leaves used_event {Index(to.UsedEvent).Value} behind",
        Step.Take => $"device: takes request {Index(from.LastAvail).Value}",
        Step.Return => $"device: stores used index {Index(to.UsedIndex).Value}",
        Step.DecideInterrupt => $"device: reads used_event {Index(from.UsedEvent).Value}, returned since the last decision: "
            + $"{Index(from.Signalled).Value} to {Index(from.UsedIndex).Value}{(to.Interrupt && !from.Interrupt ? "; interrupts" : "")}",
        Step.AskEarly => $"device: writes avail_event {Index(to.AvailEvent).Value} early",
        Step.SeeNothingDevice => "device: sees nothing to take",
        Step.AskDevice => $"device: writes avail_event {Index(to.AvailEvent).Value}",
        Step.LookAgainDevice => to.Device == EventDeviceAt.Resting ? "device: rests" : "device: looks at the available index again, and need not rest",
        Step.WakeDevice => "device: is woken by the notification",
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };
}
