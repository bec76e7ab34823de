using Ringcheck.Models.Checking;
using Ringcheck.Models.Rules;

namespace Ringcheck.Models.Ownership;

// The device's steps.
internal readonly partial struct OwnershipModel
{
    private void DeviceSteps<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        Take(in state, ref sink);
        for (var head = 0; head < _size; head++)
        {
            if ((state.Held >> head & 1) != 0)
                Complete(in state, ref sink, head);
        }
        if (state.UsedWritten != state.UsedIndex)
            StoreUsed(in state, ref sink);
        if (state.Reset != 0)
            Stop(in state, ref sink);
    }

    private void Take<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        var rule = RuleViolation.None;
        var head = state.Taking;
        switch (state.Device)
        {
            case DeviceAt.Idle:
                if (state.AvailIndex == state.LastAvail)
                    return;
                next.Device = DeviceAt.ReadingSlot;
                Emit(ref sink, (int)Step.FetchIndex, in next, rule);
                return;
            case DeviceAt.ReadingSlot:
                next.Taking = state.AvailSlot(SlotOf(in state, state.LastAvail));
                next.Device = DeviceAt.ReadingDescriptor;
                rule = Apply(ref next, next.Taking, OwnershipEvent.Taken);
                Emit(ref sink, (int)Step.ReadSlot, in next, rule);
                return;
            case DeviceAt.ReadingDescriptor:
                rule = Apply(ref next, head, OwnershipEvent.DeviceAccesses);
                rule = First(rule, OwnershipRules.DescriptorRead(state.DescriptorTags >> head & 1, state.Expected >> head & 1));
                if (state.Chained(head) >= 0)
                    next.Device = DeviceAt.ReadingChained;
                else
                    Hold(ref next, head);
                Emit(ref sink, (int)Step.ReadDescriptor, in next, rule);
                return;
            case DeviceAt.ReadingChained:
                var second = state.Chained(head);
                rule = Apply(ref next, second, OwnershipEvent.Taken);
                rule = First(rule, OwnershipRules.DescriptorRead(state.DescriptorTags >> second & 1, state.Expected >> second & 1));
                Hold(ref next, head);
                Emit(ref sink, (int)Step.ReadChained, in next, rule);
                return;
        }
    }

    private void Hold(ref OwnershipState next, int head)
    {
        next.Held |= 1 << head;
        next.HeldTags = With(next.HeldTags, head, next.DescriptorTags >> head & 1);
        next.LastAvail = Successor(next.LastAvail);
        next.Taking = 0;
        next.Device = DeviceAt.Idle;
    }

    /// <summary>Writes the result and the used element of any request held.</summary>
    private void Complete<TSink>(in OwnershipState state, ref TSink sink, int head)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        var rule = ApplyChain(ref next, head, OwnershipEvent.DeviceAccesses);
        next.ResultTags = With(state.ResultTags, head, state.HeldTags >> head & 1);
        next.SetUsedSlot(SlotOf(in state, state.UsedWritten), head);
        next.UsedWritten = Successor(state.UsedWritten);
        next.Held = state.Held & ~(1 << head);
        next.HeldTags = With(state.HeldTags, head, 0);
        if (_mutation == OwnershipMutation.DeviceSwapsResults)
            next.ResultTags ^= 1 << head;
        Emit(ref sink, (int)Step.Complete + head, in next, rule);
    }

    private void StoreUsed<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        var written = Distance(in state, state.UsedIndex, state.UsedWritten);
        var rule = OwnershipRules.UsedIndexStored(
            Index(in state, state.UsedIndex), After(in state, state.UsedIndex, state.UsedWritten), Count(state.Held) + written);
        for (var at = state.UsedIndex; at != state.UsedWritten; at = Successor(at))
            rule = First(rule, ApplyChain(ref next, state.UsedSlot(SlotOf(in state, at)), OwnershipEvent.Completed));
        next.UsedIndex = state.UsedWritten;
        Emit(ref sink, (int)Step.StoreUsed, in next, rule);
    }

    private static void Stop<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        next.Live = 0;
        next.Device = DeviceAt.Idle;
        next.Taking = 0;
        next.LastAvail = 0;
        next.UsedWritten = 0;
        next.Held = 0;
        next.HeldTags = 0;
        sink.Add((int)Step.Stop, in next);
    }

    public int FairClass(int action) => (Step)action switch
    {
        Step.StoreAvailable => 0,
        Step.WriteDescriptor or Step.WriteChained or Step.WriteSlot or Step.Release => 1,
        Step.ReadUsed => 2,
        Step.FetchIndex or Step.ReadSlot or Step.ReadDescriptor or Step.ReadChained => 3,
        Step.StoreUsed => 4,
        Step.Stop => 5,
        Step.SeeReset => 6,
        >= Step.Complete => FirstCompletionClass + action - (int)Step.Complete,
        _ => -1,
    };

    public string ActionText(int action, in OwnershipState from, in OwnershipState to) => (Step)action switch
    {
        Step.Allocate => to.Chained(to.Filling) < 0
            ? $"driver: allocates descriptor {to.Filling}"
            : $"driver: allocates chain {to.Filling} -> {to.Chained(to.Filling)}",
        Step.WriteDescriptor => $"driver: writes descriptor {from.Filling}",
        Step.WriteChained => $"driver: writes descriptor {from.Chained(from.Filling)}",
        Step.WriteSlot => $"driver: writes available slot {SlotOf(in from, from.AvailWritten)} = {from.Filling}",
        Step.StoreAvailable => $"driver: stores available index {Index(in from, to.AvailIndex).Value}",
        Step.ReadUsed => $"driver: reads used slot {SlotOf(in from, from.LastUsed)} = {to.Reaping}",
        Step.Release => $"driver: releases the chain at {from.Reaping}",
        Step.AskReset => "driver: writes Status 0",
        Step.SeeReset => "driver: reads Status 0 and takes its memory back",
        Step.Restart => "driver: initializes the device again",
        Step.FetchIndex => $"device: reads available index {Index(in from, from.AvailIndex).Value}",
        Step.ReadSlot => $"device: reads available slot {SlotOf(in from, from.LastAvail)} = {to.Taking}",
        Step.ReadDescriptor => $"device: reads descriptor {from.Taking}",
        Step.ReadChained => $"device: reads descriptor {from.Chained(from.Taking)}",
        Step.StoreUsed => $"device: stores used index {Index(in from, to.UsedIndex).Value}",
        Step.Stop => "device: stops for the reset",
        Step.Fault => $"fault: {_mutation}",
        _ => $"device: writes the result of {action - (int)Step.Complete} and used slot {SlotOf(in from, from.UsedWritten)}",
    };
}
