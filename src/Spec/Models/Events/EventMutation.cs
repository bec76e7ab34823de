namespace Ringcheck.Models.Events;

/// <summary>One deliberate fault of the driver or the device, to show what <see cref="EventModel"/> can find.</summary>
internal enum EventMutation
{
    None,

    /// <summary>Goes to sleep after writing used_event, without a second look at used.idx.</summary>
    DriverSkipsLook,

    /// <summary>Rests after writing avail_event, without a second look at avail.idx.</summary>
    DeviceSkipsLook,

    /// <summary>Never writes used_event: the device interrupts for what it finds there.</summary>
    DriverNeverAsks,

    /// <summary>Never writes avail_event.</summary>
    DeviceNeverAsks,

    /// <summary>Names in used_event the chain after the next.</summary>
    DriverAsksTooLate,

    /// <summary>Names in avail_event what is published by then, and looks only for more than that.</summary>
    DeviceAsksForPublished,

    /// <summary>Compares the last publication only, when several came since the last decision.</summary>
    DriverForgetsBatches,

    /// <summary>Compares the last return only, when several came since the last decision.</summary>
    DeviceForgetsBatches,

    /// <summary>Compares avail_event by order: right until the indices wrap.</summary>
    DriverComparesByOrder,

    /// <summary>Compares used_event by order.</summary>
    DeviceComparesByOrder,

    /// <summary>Forgets an interrupt that came between the second look and falling asleep.</summary>
    DriverForgetsInterrupt,
}
