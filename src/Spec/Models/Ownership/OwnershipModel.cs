using System.Numerics;
using Ringcheck.Models.Checking;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Models.Ownership;

/// <summary>
/// Virtio 1.4, 2.7 "Split Virtqueues": a driver and a device on one split ring, each step of theirs judged by <see cref="OwnershipRules"/>.
/// Chains of one or two descriptors, batches on both sides, completion in any order, reset at any moment. It checks that each
/// descriptor has one owner, and that no completion is lost, duplicated or given to another request.
/// </summary>
/// <remarks>
/// <para>Indices. The ring's size divides 2^16, and neither side looks at an index but for its position (modulo the size) and for
/// differences of at most the size. So adding twice the size to all indices changes nothing that either side sees, and the 16-bit
/// indices may be taken modulo twice the size, which still tells an empty ring from a full one: the model without a start does that,
/// and so covers every number of requests. The model with a start (<c>ownership-wrap</c>) does not argue: it computes with real
/// 16-bit indices from that start, over a limited number of requests a life, which lead across the wrap.</para>
/// <para>Not in it: the order in which memory sees the steps, notification, indirect descriptors, and the lengths of buffers.</para>
/// </remarks>
internal readonly partial struct OwnershipModel : IModel<OwnershipState>
{
    /// <summary>Requests in one life of a ring that has a start.</summary>
    private const int Budget = 5;

    private static readonly RuleEntry _lost = RuleTable.Of(RuleViolation.CompletionLost);

    private static readonly ModelProperty[] _invariants = [new(_lost.Name, _lost.Message, [.. _lost.Clauses])];

    private static readonly ModelProperty[] _witnesses =
    [
        new("full", "each descriptor is in flight at once."),
        new("last-slot", "the driver reaps from the last slot and goes round."),
        new("reset-in-flight", "a reset is asked for while the device holds a request."),
        new("reset-seen", "a reset is complete and memory is taken back."),
    ];

    private static readonly ModelProperty[] _largerWitnesses =
    [
        .. _witnesses,
        new("chain", "a chain of two descriptors is completed."),
        new("batch", "two chains are made available by one store of the index."),
        new("out-of-order", "a request is completed before one that was taken earlier."),
    ];

    private static readonly string[] _fairNames =
    [
        "driver publishes", "driver goes on", "driver reaps", "device takes", "device publishes", "device resets", "driver sees the reset",
        "device completes head 0", "device completes head 1", "device completes head 2", "device completes head 3",
    ];

    private readonly int _size;
    private readonly int _start;
    private readonly OwnershipMutation _mutation;

    /// <summary>A model of a ring.</summary>
    /// <param name="size">Queue Size: 1, 2 or 4.</param>
    /// <param name="start">The real 16-bit index at which the first life of the ring begins, or −1 for indices modulo twice the size.</param>
    /// <param name="mutation">A deliberate fault.</param>
    public OwnershipModel(int size, int start = -1, OwnershipMutation mutation = OwnershipMutation.None)
    {
        _size = size;
        _start = start;
        _mutation = mutation;
    }

    public string Name => IsReal ? "ownership-wrap" : "ownership";

    public int Size => _size;

    public IReadOnlyList<ModelProperty> Invariants => _invariants;

    public IReadOnlyList<ModelProperty> Witnesses => _size == 1 ? _witnesses : _largerWitnesses;

    public IReadOnlyList<ModelProperty> Progress => ProgressNames[.._size];

    public IReadOnlyList<string> FairClasses => _fairNames[..(FirstCompletionClass + _size)];

    private const int FirstCompletionClass = 7;

    private static ModelProperty[] ProgressNames { get; } =
    [
        .. Enumerable.Range(0, 4).Select(static head => new ModelProperty(
            $"ends-{head}", $"A published request (descriptor {head}) is neither reaped nor ended by a reset.", "split.device.used-ring.1")),
    ];

    private bool IsReal => _start >= 0;

    public void Initial<TSink>(ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        var all = (1 << _size) - 1;
        sink.Add(-1, new OwnershipState { Live = 1, Free = all, DescriptorTags = all, ResultTags = all });
    }

    public void Next<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        DriverSteps(in state, ref sink);
        if (state.Live != 0)
            DeviceSteps(in state, ref sink);
        if (_mutation != OwnershipMutation.None)
            Mutate(in state, ref sink);
    }

    public ulong Broken(in OwnershipState state)
    {
        if (state.Driver != DriverAt.Idle || state.Device != DeviceAt.Idle || state.Held != 0
            || state.UsedIndex != state.LastUsed || state.UsedWritten != state.UsedIndex
            || state.AvailIndex != state.AvailWritten || state.LastAvail != state.AvailIndex)
            return 0;
        for (var i = 0; i < _size; i++)
        {
            if (OwnershipRules.AtRest(state.Owner(i)) != RuleViolation.None)
                return 1;
        }
        return state.Submitted != 0 ? 1UL : 0UL;
    }

    public ulong Witnessed(in OwnershipState state)
    {
        var seen = 0UL;
        if (state.Free == 0 && state.AvailIndex == state.AvailWritten && Distance(in state, state.LastUsed, state.AvailIndex) > 0
            && state.Driver == DriverAt.Idle)
            seen |= 1;
        if (state.Driver == DriverAt.Releasing && SlotOf(in state, state.LastUsed) == 0)
            seen |= 2;
        if (state.Driver == DriverAt.AwaitingReset && state.Held != 0)
            seen |= 4;
        if (state.Driver == DriverAt.Restarting)
            seen |= 8;
        if (_size == 1)
            return seen;
        if (state.Driver == DriverAt.Releasing && state.Chained(state.Reaping) >= 0)
            seen |= 16;
        if (Distance(in state, state.AvailIndex, state.AvailWritten) > 1)
            seen |= 32;
        if (state.Live != 0 && IsOutOfOrder(in state))
            seen |= 64;
        return seen;
    }

    public bool IsFinal(in OwnershipState state) => false;

    public bool IsPending(int property, in OwnershipState state) => state.Owner(property) != Owner.Driver && (state.Submitted >> property & 1) != 0;

    public bool IsReached(int property, in OwnershipState state) => state.Owner(property) == Owner.Driver;

    /// <summary>The real 16-bit index that a relative one stands for; modulo twice the size where the model has no start.</summary>
    private RingIndex Index(in OwnershipState state, int relative) =>
        IsReal && state.Restarted == 0 ? new RingIndex((ushort)_start).Plus((ushort)relative) : new RingIndex((ushort)relative);

    private int SlotOf(in OwnershipState state, int relative) => Index(in state, relative).Slot((ushort)_size);

    private int Successor(int relative) => IsReal ? relative + 1 : (relative + 1) & ((2 * _size) - 1);

    private int Distance(in OwnershipState state, int from, int to) =>
        IsReal ? Index(in state, from).DistanceTo(Index(in state, to)) : (to - from) & ((2 * _size) - 1);

    /// <summary>The real index at a distance after another: what <see cref="OwnershipRules"/> judges in either kind of model.</summary>
    private RingIndex After(in OwnershipState state, int from, int to) =>
        Index(in state, from).Plus((ushort)Distance(in state, from, to));

    /// <summary>Whether a request is completed and not reaped while one that was taken before it is still held.</summary>
    private bool IsOutOfOrder(in OwnershipState state)
    {
        var oldestHeld = 0;
        for (var head = 0; head < _size; head++)
        {
            if ((state.Held >> head & 1) != 0)
                oldestHeld = Math.Max(oldestHeld, Age(in state, head));
        }
        for (var at = state.LastUsed; at != state.UsedWritten; at = Successor(at))
        {
            if (Age(in state, state.UsedSlot(SlotOf(in state, at))) < oldestHeld)
                return true;
        }
        return false;
    }

    /// <summary>How many slots ago the device took a head.</summary>
    private int Age(in OwnershipState state, int head)
    {
        var age = 1;
        while (age < _size && state.AvailSlot((SlotOf(in state, state.LastAvail) - age + _size) % _size) != head)
            age++;
        return age;
    }

    private static int Count(int mask) => BitOperations.PopCount((uint)mask);
}
