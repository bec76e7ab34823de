using Ringcheck.Models.Checking;
using Ringcheck.Models.Rules;

namespace Ringcheck.Models.Ownership;

// The driver's steps.
internal readonly partial struct OwnershipModel
{
    private enum Step
    {
        Allocate,
        WriteDescriptor,
        WriteChained,
        WriteSlot,
        StoreAvailable,
        ReadUsed,
        Release,
        AskReset,
        SeeReset,
        Restart,
        FetchIndex,
        ReadSlot,
        ReadDescriptor,
        ReadChained,
        StoreUsed,
        Stop,
        Fault,
        Complete,
    }

    private void DriverSteps<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        switch (state.Driver)
        {
            case DriverAt.Idle:
                Allocate(in state, ref sink);
                if (state.AvailWritten != state.AvailIndex)
                    StoreAvailable(in state, ref sink);
                if (SeesUsed(in state))
                    ReadUsed(in state, ref sink);
                break;
            case DriverAt.WritingDescriptor:
                Write(in state, ref sink, Step.WriteDescriptor, state.Filling, state.Chained(state.Filling) >= 0 ? DriverAt.WritingChained : DriverAt.WritingSlot);
                break;
            case DriverAt.WritingChained:
                Write(in state, ref sink, Step.WriteChained, state.Chained(state.Filling), DriverAt.WritingSlot);
                break;
            case DriverAt.WritingSlot:
                WriteSlot(in state, ref sink);
                break;
            case DriverAt.Releasing:
                Release(in state, ref sink);
                break;
            case DriverAt.AwaitingReset:
                if (state.Live == 0)
                    SeeReset(in state, ref sink);
                return;
            case DriverAt.Restarting:
                var restarted = state;
                restarted.Reset = 0;
                restarted.Live = 1;
                restarted.Driver = DriverAt.Idle;
                sink.Add((int)Step.Restart, in restarted);
                return;
        }
        var next = state;
        next.Reset = 1;
        next.Driver = DriverAt.AwaitingReset;
        sink.Add((int)Step.AskReset, in next);
    }

    private void Allocate<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        if (IsReal && state.AvailWritten == Budget)
            return;
        for (var head = 0; head < _size; head++)
        {
            if ((state.Free >> head & 1) == 0)
                continue;
            for (var second = -1; second < _size; second++)
            {
                if (second == head || (second >= 0 && (state.Free >> second & 1) == 0))
                    continue;
                var next = state;
                next.Filling = head;
                next.SetChained(head, second);
                next.Free = state.Free & ~Chain(head, second);
                next.Driver = DriverAt.WritingDescriptor;
                sink.Add((int)Step.Allocate, in next);
            }
        }
    }

    private static void Write<TSink>(in OwnershipState state, ref TSink sink, Step step, int descriptor, DriverAt then)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        var rule = Apply(ref next, descriptor, OwnershipEvent.DriverWrites);
        next.DescriptorTags = With(state.DescriptorTags, descriptor, state.Expected >> descriptor & 1);
        next.Driver = then;
        Emit(ref sink, (int)step, in next, rule);
    }

    private void WriteSlot<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        next.SetAvailSlot(SlotOf(in state, state.AvailWritten), state.Filling);
        next.AvailWritten = Successor(state.AvailWritten);
        next.Submitted = state.Submitted | (1 << state.Filling);
        next.Filling = 0;
        next.Driver = DriverAt.Idle;
        sink.Add((int)Step.WriteSlot, in next);
    }

    private void StoreAvailable<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        var rule = OwnershipRules.AvailableIndexStored(
            Index(in state, state.AvailIndex), After(in state, state.AvailIndex, state.AvailWritten),
            Distance(in state, state.LastUsed, state.AvailIndex), _size);
        for (var at = state.AvailIndex; at != state.AvailWritten; at = Successor(at))
            rule = First(rule, ApplyChain(ref next, state.AvailSlot(SlotOf(in state, at)), OwnershipEvent.Published));
        next.AvailIndex = state.AvailWritten;
        Emit(ref sink, (int)Step.StoreAvailable, in next, rule);
    }

    private bool SeesUsed(in OwnershipState state) => _mutation == OwnershipMutation.DriverComparesByOrder
        ? Index(in state, state.UsedIndex).Value > Index(in state, state.LastUsed).Value
        : state.UsedIndex != state.LastUsed;

    private void ReadUsed<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        var head = state.UsedSlot(SlotOf(in state, state.LastUsed));
        var rule = ApplyChain(ref next, head, OwnershipEvent.Reaped);
        rule = First(rule, Apply(ref next, head, OwnershipEvent.DriverReads));
        rule = First(rule, OwnershipRules.ResultRead(state.ResultTags >> head & 1, state.Expected >> head & 1));
        next.Reaping = head;
        next.Submitted = state.Submitted & ~(1 << head);
        next.LastUsed = Successor(state.LastUsed);
        next.Driver = DriverAt.Releasing;
        Emit(ref sink, (int)Step.ReadUsed, in next, rule);
    }

    private static void Release<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        var chain = Chain(state.Reaping, state.Chained(state.Reaping));
        var rule = ApplyChain(ref next, state.Reaping, OwnershipEvent.Released);
        next.SetChained(state.Reaping, -1);
        next.Free = state.Free | chain;
        next.Expected = state.Expected ^ chain;
        next.Reaping = 0;
        next.Driver = DriverAt.Idle;
        Emit(ref sink, (int)Step.Release, in next, rule);
    }

    private void SeeReset<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        next.Driver = DriverAt.Restarting;
        var rule = RuleViolation.None;
        for (var i = 0; i < _size; i++)
        {
            if (state.Owner(i) != Owner.Driver)
                rule = First(rule, Apply(ref next, i, OwnershipEvent.Released));
        }
        // Generations only count relative to what memory holds: begin again with tags that match nothing.
        var all = (1 << _size) - 1;
        next.ClearRings();
        next.Expected = 0;
        next.DescriptorTags = all;
        next.ResultTags = all;
        next.Free = all;
        next.Submitted = 0;
        next.AvailWritten = 0;
        next.LastUsed = 0;
        next.Filling = 0;
        next.Reaping = 0;
        next.Restarted = IsReal ? 1 : 0;
        Emit(ref sink, (int)Step.SeeReset, in next, rule);
    }

    private static int Chain(int head, int second) => (1 << head) | (second < 0 ? 0 : 1 << second);

    private static int With(int mask, int at, int bit) => (mask & ~(1 << at)) | (bit << at);

    private static RuleViolation First(RuleViolation earlier, RuleViolation later) => earlier != RuleViolation.None ? earlier : later;

    private static RuleViolation Apply(ref OwnershipState state, int descriptor, OwnershipEvent what)
    {
        var owner = state.Owner(descriptor);
        var rule = OwnershipRules.Apply(ref owner, what, state.Phase);
        state.SetOwner(descriptor, owner);
        return rule;
    }

    private static RuleViolation ApplyChain(ref OwnershipState state, int head, OwnershipEvent what)
    {
        var rule = Apply(ref state, head, what);
        var second = state.Chained(head);
        return second < 0 ? rule : First(rule, Apply(ref state, second, what));
    }

    private static void Emit<TSink>(ref TSink sink, int action, in OwnershipState next, RuleViolation rule)
        where TSink : struct, ISink<OwnershipState>
    {
        if (rule == RuleViolation.None)
            sink.Add(action, in next);
        else
            sink.Break(action, in next, rule);
    }
}
