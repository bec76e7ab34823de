using System.Runtime.CompilerServices;
using Ringcheck.Models.Checking;

namespace Ringcheck.Models.Ring;

/// <summary>
/// The module <c>Ring.tla</c>, variable by variable and action by action: the yardstick of the checker, since four checkers have counted
/// it. One descriptor a request, completion in order, indices modulo twice the ring, one tag bit, reset at any moment.
/// </summary>
/// <remarks>Not in it: chains, batches, completion out of order, the 16-bit wrap (see <c>ownership</c>), and the ordering of memory.</remarks>
internal readonly struct RingModel(int size, bool reset) : IModel<RingState>
{
    private enum Step
    {
        Alloc,
        WDesc,
        WSlot,
        Pub,
        RUsed,
        Reap,
        RReq,
        RRec,
        RUp,
        Fetch,
        Slot,
        Desc,
        WUsed,
        PubU,
        VRst,
        VUp,
    }

    private static readonly ModelProperty[] _invariants =
    [
        new("available-when-taken", "The device takes a descriptor that is not available, or not yet written.", "split.driver.updating-idx.1"),
        new("held-when-used", "The device completes a descriptor that it does not hold.", "split.device.used-ring.1"),
        new("driver-owns-what-it-writes", "The driver writes a descriptor that is not its own.", "cleanup.driver.device-cleanup.1"),
        new("used-when-reaped", "The driver reaps what was not completed, not submitted, or another request.", "split.device.used-ring.1"),
        new("nothing-lost", "Nothing is under way and a request has not come back.", "split.device.used-ring.1"),
    ];

    private static readonly ModelProperty[] _witnesses =
    [
        new("full", "each descriptor of the ring is submitted at once."),
        new("round", "the driver reaps from the last slot of the ring."),
    ];

    private static readonly ModelProperty[] _resetWitnesses =
    [
        .. _witnesses,
        new("reset-in-flight", "the driver asks for a reset while requests are with the device."),
    ];

    private readonly int _size = size;
    private readonly bool _reset = reset;

    public string Name => _reset ? "ring" : "ring-no-reset";

    public int Size => _size;

    public IReadOnlyList<ModelProperty> Invariants => _invariants;

    public IReadOnlyList<ModelProperty> Witnesses => _reset ? _resetWitnesses : _witnesses;

    public IReadOnlyList<ModelProperty> Progress => [];

    public IReadOnlyList<string> FairClasses => [];

    public void Initial<TSink>(ref TSink sink)
        where TSink : struct, ISink<RingState> =>
        sink.Add(-1, new RingState { Live = 1, Free = (1 << _size) - 1 });

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Next<TSink>(in RingState state, ref TSink sink)
        where TSink : struct, ISink<RingState>
    {
        DriverSteps(in state, ref sink);
        DeviceSteps(in state, ref sink);
    }

    public ulong Broken(in RingState state)
    {
        var broken = 0UL;
        var running = state.Reset == 0;
        var taken = state.DeviceDescriptor;
        if (running && state.Device == RingDeviceAt.ReadingDescriptor
            && (state.Owner(taken) != RingOwner.Available || state.DescriptorTag(taken) != state.ExpectOf(taken)))
            broken |= 1;
        if (running && state.Device == RingDeviceAt.PublishingUsed && state.Owner(taken) != RingOwner.Device)
            broken |= 2;
        if (state.Driver == RingDriverAt.WritingDescriptor && state.Owner(state.Descriptor) != RingOwner.Driver)
            broken |= 4;
        if (state.Driver == RingDriverAt.Reaping
            && (state.Owner(state.Id) != RingOwner.Used || (state.Submitted >> state.Id & 1) == 0 || state.Tag != state.ExpectOf(state.Id)))
            broken |= 8;
        if (state.Driver == RingDriverAt.Idle && state.UsedIndex == state.LastUsed && state.DeviceAvail == state.AvailIndex
            && state.Held == 0 && state.Submitted != 0)
            broken |= 16;
        return broken;
    }

    public ulong Witnessed(in RingState state)
    {
        var seen = 0UL;
        if (state.Submitted == (1 << _size) - 1)
            seen |= 1;
        if (state.Driver == RingDriverAt.Reaping && state.LastUsed == (2 * _size) - 1)
            seen |= 2;
        if (state.Driver == RingDriverAt.AwaitingReset && state.Submitted != 0 && state.Held != 0)
            seen |= 4;
        return seen;
    }

    public bool IsFinal(in RingState state) => false;

    public bool IsPending(int property, in RingState state) => false;

    public bool IsReached(int property, in RingState state) => true;

    public int FairClass(int action) => -1;

    public string ActionText(int action, in RingState from, in RingState to) => (Step)action switch
    {
        Step.Alloc => $"driver: allocates descriptor {to.Descriptor}",
        Step.WDesc => $"driver: writes descriptor {from.Descriptor}",
        Step.WSlot => $"driver: writes available slot {from.AvailShadow % _size} = {from.Descriptor}",
        Step.Pub => $"driver: stores available index {to.AvailIndex}",
        Step.RUsed => $"driver: reads used slot {from.LastUsed % _size} = {to.Id}",
        Step.Reap => $"driver: reaps descriptor {from.Id}",
        Step.RReq => "driver: writes Status 0",
        Step.RRec => "driver: reads Status 0 and takes its memory back",
        Step.RUp => "driver: sets the device up again",
        Step.Fetch => $"device: reads available index {from.AvailIndex}",
        Step.Slot => $"device: reads available slot {from.LastAvail % _size} = {to.DeviceDescriptor}",
        Step.Desc => $"device: reads descriptor {from.DeviceDescriptor}",
        Step.WUsed => $"device: writes used slot {from.UsedShadow % _size} = {from.DeviceDescriptor}",
        Step.PubU => $"device: stores used index {to.UsedIndex}",
        Step.VRst => "device: stops for the reset",
        Step.VUp => "device: runs again",
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void DriverSteps<TSink>(in RingState state, ref TSink sink)
        where TSink : struct, ISink<RingState>
    {
        var next = state;
        switch (state.Driver)
        {
            case RingDriverAt.Idle:
                for (var i = 0; i < _size; i++)
                {
                    if ((state.Free >> i & 1) == 0)
                        continue;
                    next = state;
                    next.Descriptor = i;
                    next.Free = state.Free & ~(1 << i);
                    next.Driver = RingDriverAt.WritingDescriptor;
                    sink.Add((int)Step.Alloc, in next);
                }
                if (state.UsedIndex != state.LastUsed)
                {
                    next = state;
                    var slot = state.LastUsed % _size;
                    next.Id = state.UsedSlot(slot);
                    next.Tag = state.UsedTag(slot);
                    next.Driver = RingDriverAt.Reaping;
                    sink.Add((int)Step.RUsed, in next);
                }
                break;
            case RingDriverAt.WritingDescriptor:
                next.SetDescriptorTag(state.Descriptor, state.ExpectOf(state.Descriptor));
                next.Driver = RingDriverAt.WritingSlot;
                sink.Add((int)Step.WDesc, in next);
                break;
            case RingDriverAt.WritingSlot:
                next.SetAvailSlot(state.AvailShadow % _size, state.Descriptor);
                next.Driver = RingDriverAt.Publishing;
                sink.Add((int)Step.WSlot, in next);
                break;
            case RingDriverAt.Publishing:
                next.AvailShadow = Successor(state.AvailShadow);
                next.AvailIndex = next.AvailShadow;
                next.SetOwner(state.Descriptor, RingOwner.Available);
                next.Submitted = state.Submitted | (1 << state.Descriptor);
                next.Descriptor = 0;
                next.Driver = RingDriverAt.Idle;
                sink.Add((int)Step.Pub, in next);
                break;
            case RingDriverAt.Reaping:
                next.Submitted = state.Submitted & ~(1 << state.Id);
                next.Free = state.Free | (1 << state.Id);
                next.Expect = state.Expect ^ (1 << state.Id);
                next.SetOwner(state.Id, RingOwner.Driver);
                next.LastUsed = Successor(state.LastUsed);
                next.Id = 0;
                next.Tag = 0;
                next.Driver = RingDriverAt.Idle;
                sink.Add((int)Step.Reap, in next);
                break;
            case RingDriverAt.AwaitingReset:
                if (state.Live != 0)
                    return;
                next.ClearMemory();
                next.Expect = state.Expect ^ state.Submitted;
                next.Free = (1 << _size) - 1;
                next.Submitted = 0;
                next.AvailShadow = 0;
                next.LastUsed = 0;
                next.Descriptor = 0;
                next.Id = 0;
                next.Tag = 0;
                next.Driver = RingDriverAt.Restarting;
                sink.Add((int)Step.RRec, in next);
                return;
            case RingDriverAt.Restarting:
                next.Reset = 0;
                next.Live = 1;
                next.Driver = RingDriverAt.Idle;
                sink.Add((int)Step.RUp, in next);
                return;
        }
        if (!_reset)
            return;
        next = state;
        next.Reset = 1;
        next.Driver = RingDriverAt.AwaitingReset;
        sink.Add((int)Step.RReq, in next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void DeviceSteps<TSink>(in RingState state, ref TSink sink)
        where TSink : struct, ISink<RingState>
    {
        var next = state;
        switch (state.Device)
        {
            case RingDeviceAt.Idle:
                if (state.Live == 0 || state.AvailIndex == state.LastAvail)
                    break;
                next.Device = RingDeviceAt.ReadingSlot;
                sink.Add((int)Step.Fetch, in next);
                break;
            case RingDeviceAt.ReadingSlot:
                next.DeviceDescriptor = state.AvailSlot(state.LastAvail % _size);
                next.Device = RingDeviceAt.ReadingDescriptor;
                sink.Add((int)Step.Slot, in next);
                break;
            case RingDeviceAt.ReadingDescriptor:
                next.DeviceTag = state.DescriptorTag(state.DeviceDescriptor);
                next.SetOwner(state.DeviceDescriptor, RingOwner.Device);
                next.LastAvail = Successor(state.LastAvail);
                next.DeviceAvail = next.LastAvail;
                next.Held = state.Held + 1;
                next.Device = RingDeviceAt.WritingUsed;
                sink.Add((int)Step.Desc, in next);
                break;
            case RingDeviceAt.WritingUsed:
                var slot = state.UsedShadow % _size;
                next.SetUsedSlot(slot, state.DeviceDescriptor);
                next.SetUsedTag(slot, state.DeviceTag);
                next.Device = RingDeviceAt.PublishingUsed;
                sink.Add((int)Step.WUsed, in next);
                break;
            case RingDeviceAt.PublishingUsed:
                next.UsedShadow = Successor(state.UsedShadow);
                next.UsedIndex = next.UsedShadow;
                next.SetOwner(state.DeviceDescriptor, RingOwner.Used);
                next.Held = state.Held - 1;
                next.DeviceDescriptor = 0;
                next.DeviceTag = 0;
                next.Device = RingDeviceAt.Idle;
                sink.Add((int)Step.PubU, in next);
                break;
            case RingDeviceAt.Down:
                if (state.Live == 0)
                    return;
                next.Device = RingDeviceAt.Idle;
                sink.Add((int)Step.VUp, in next);
                return;
        }
        if (state.Reset == 0 || state.Live == 0)
            return;
        next = state;
        next.LastAvail = 0;
        next.UsedShadow = 0;
        next.DeviceDescriptor = 0;
        next.DeviceTag = 0;
        next.DeviceAvail = 0;
        next.Held = 0;
        next.Live = 0;
        next.Device = RingDeviceAt.Down;
        sink.Add((int)Step.VRst, in next);
    }

    private int Successor(int index) => index + 1 == 2 * _size ? 0 : index + 1;
}
