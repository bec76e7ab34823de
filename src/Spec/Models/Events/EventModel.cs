using Ringcheck.Models.Checking;
using Ringcheck.Standard;

namespace Ringcheck.Models.Events;

/// <summary>
/// Virtio 1.4, 2.7.7 and 2.7.10: notification suppression by event indices. A driver and a device on one split ring, each of which tells the
/// other where it wants to be told next, and sleeps. It checks that nobody sleeps while there is something to do for him.
/// </summary>
/// <remarks>
/// <para>Each step is one access to shared memory, or one notification. Either side may store its index several times before it decides whether
/// to notify; the device may ask for notifications early, and may rest while it still holds requests. Indices are real 16-bit ones from a start;
/// five requests lead across the wrap.</para>
/// <para>Not in it: the order in which memory sees the steps, what is in the rings (requests are only counted, and completed in order), reset, notifications
/// without a cause, and suppression by flags.</para>
/// </remarks>
internal readonly partial struct EventModel : IModel<EventState>
{
    private const int Budget = 5;

    private const string DriverClause = "split.driver.available-buffer-notification-suppression.6";
    private const string DeviceClause = "split.device.used-buffer-notification-suppression.5";

    private static readonly ModelProperty[] _invariants =
    [
        new("available-lost", "Both sides sleep, and a published request was not taken.", DriverClause),
        new("used-lost", "Both sides sleep, and a returned request was not taken back.", DeviceClause),
    ];

    private static readonly ModelProperty[] _witnesses =
    [
        new("kick-saved", "a request is published without a notification, and the device will see it."),
        new("interrupt-saved", "a request is returned without an interrupt, and the driver will see it."),
        new("kick-wakes", "a device that rests is notified."),
        new("interrupt-wakes", "a driver that sleeps is interrupted."),
        new("driver-looks-again", "the driver's second look finds what came before it had asked."),
        new("device-looks-again", "the device's second look finds what came before it had asked."),
        new("wrap", "both indices have gone past 65,535."),
    ];

    private static readonly ModelProperty[] _largerWitnesses =
    [
        .. _witnesses,
        new("batches", "the driver decides about more than one request."),
        new("returns", "the device decides about more than one return."),
        new("rests-holding", "the device rests while it holds a request."),
    ];

    private static readonly ModelProperty[] _progress =
        [new("ends", "A published request is never taken back.", DriverClause, DeviceClause)];

    private static readonly string[] _fairNames =
        ["driver goes on", "driver takes back", "driver sleeps and wakes", "device takes", "device returns", "device decides", "device rests and wakes"];

    private readonly int _size;
    private readonly ushort _start;
    private readonly EventMutation _mutation;

    /// <summary>A model of a ring.</summary>
    /// <param name="size">Queue Size: requests in flight, at most.</param>
    /// <param name="start">The index at which both sides begin.</param>
    /// <param name="mutation">A deliberate fault.</param>
    public EventModel(int size, ushort start, EventMutation mutation = EventMutation.None)
    {
        _size = size;
        _start = start;
        _mutation = mutation;
    }

    public string Name => "event-idx";

    public int Size => _size;

    public IReadOnlyList<ModelProperty> Invariants => _invariants;

    public IReadOnlyList<ModelProperty> Witnesses => _size == 1 ? _witnesses : _largerWitnesses;

    public IReadOnlyList<ModelProperty> Progress => _progress;

    public IReadOnlyList<string> FairClasses => _fairNames;

    public void Initial<TSink>(ref TSink sink)
        where TSink : struct, ISink<EventState> => sink.Add(-1, new EventState
        {
            AvailIndex = 1,
            UsedIndex = 1,
            AvailEvent = 1,
            Decided = 1,
            Signalled = 1,
            LastUsed = 1,
            LastAvail = 1,
            Device = EventDeviceAt.Resting,
        });

    public void Next<TSink>(in EventState state, ref TSink sink)
        where TSink : struct, ISink<EventState>
    {
        DriverSteps(in state, ref sink);
        DeviceSteps(in state, ref sink);
    }

    public ulong Broken(in EventState state)
    {
        var sleep = state.Driver == EventDriverAt.Asleep && !state.Interrupt && state.Device == EventDeviceAt.Resting && !state.Kick
            && !state.Returned && state.UsedIndex == state.LastAvail;
        if (!sleep)
            return 0;
        return (state.AvailIndex != state.LastAvail ? 1UL : 0) | (state.UsedIndex != state.LastUsed ? 2UL : 0);
    }

    public ulong Witnessed(in EventState state)
    {
        var seen = 0UL;
        if (state.Driver == EventDriverAt.Awake && state.Decided == state.AvailIndex && state.AvailIndex != state.LastAvail && !state.Kick
            && state.Device == EventDeviceAt.Serving)
            seen |= 1;
        if (state.Driver == EventDriverAt.Awake && state.UsedIndex != state.LastUsed && state.Signalled == state.UsedIndex && !state.Interrupt)
            seen |= 2;
        if (state.Device == EventDeviceAt.Resting && state.Kick)
            seen |= 4;
        if (state.Driver == EventDriverAt.Asleep && state.Interrupt)
            seen |= 8;
        if (state.Driver == EventDriverAt.Asked && state.UsedIndex != state.LastUsed)
            seen |= 16;
        if (state.Device == EventDeviceAt.Asked && state.AvailIndex != state.LastAvail)
            seen |= 32;
        if (Index(state.LastUsed).Value < Index(1).Value)
            seen |= 64;
        if (_size == 1)
            return seen;
        if (state.Driver == EventDriverAt.Published && state.AvailIndex > state.Decided + 1)
            seen |= 128;
        if (state.Returned && state.UsedIndex > state.Signalled + 1)
            seen |= 256;
        if (state.Device == EventDeviceAt.Resting && state.UsedIndex != state.LastAvail && !state.Returned)
            seen |= 512;
        return seen;
    }

    /// <summary>All requests have been made, and are back.</summary>
    public bool IsFinal(in EventState state) => state.LastUsed == Budget + 1;

    public bool IsPending(int property, in EventState state) => state.AvailIndex != state.LastUsed;

    public bool IsReached(int property, in EventState state) => state.AvailIndex == state.LastUsed;

    /// <summary>The real index that a relative one stands for; 1 is the start.</summary>
    private RingIndex Index(int relative) => new RingIndex(_start).Previous.Plus((ushort)relative);
}
