namespace Ringcheck.Kernel;

/// <summary>
/// One request, for as long as it is of interest: which of the driver's queues, a slot of that, and which use of the slot. An id whose request has ended is
/// refused with InvalidArgument; <c>default</c> is no request's id.
/// </summary>
public readonly record struct RequestId(ushort Queue, ushort Slot, uint Generation);

/// <summary>
/// How a request ended, as far as that can be said without knowing the device; each one does exactly once. <paramref name="Status"/> is Ok (the device has
/// returned it: what it answered is for the driver to judge), TimedOut (its memory stays with the device until that gives it back or is reset), Aborted (by a
/// reset) or NoDevice (the device is gone).
/// </summary>
/// <param name="UsedLength">With Ok: bytes that the device says it wrote, never more than the request had room for.</param>
/// <param name="Tag">What the driver noted when it made the request.</param>
internal readonly record struct RequestEnd(RequestId Id, DriverStatus Status, uint UsedLength, uint Tag);

/// <summary>Who a slot, and the memory that belongs to its request, is with.</summary>
internal enum SlotState : byte
{
    Free,

    /// <summary>The device's, or about to be.</summary>
    InFlight,

    /// <summary>Ended, and not yet reported to the caller.</summary>
    Ended,

    /// <summary>Ended by a time-out and reported; its memory is still the device's.</summary>
    Abandoned,

    /// <summary>Ended and reported; the driver has yet to release its memory.</summary>
    Held,
}
