using Ringcheck.Models.Checking;
using Ringcheck.Models.Rules;

namespace Ringcheck.Models.Ownership;

// Deliberate faults: one extra step each, judged by the same rules.
internal readonly partial struct OwnershipModel
{
    private void Mutate<TSink>(in OwnershipState state, ref TSink sink)
        where TSink : struct, ISink<OwnershipState>
    {
        var idle = state.Driver == DriverAt.Idle;
        var live = state.Live != 0;
        switch (_mutation)
        {
            case OwnershipMutation.DriverRewritesInFlight when idle:
                ToSubmitted(in state, ref sink, OwnershipEvent.DriverWrites);
                break;
            case OwnershipMutation.DriverReadsEarly when idle:
                ToSubmitted(in state, ref sink, OwnershipEvent.DriverReads);
                break;
            case OwnershipMutation.DriverReleasesInFlight when idle:
            case OwnershipMutation.DriverReusesBeforeResetSeen when state.Driver == DriverAt.AwaitingReset:
                ToSubmitted(in state, ref sink, OwnershipEvent.Released);
                break;
            case OwnershipMutation.DriverReleasesTwice when idle && state.Free != 0:
                ToDescriptor(in state, ref sink, LowestOf(state.Free), OwnershipEvent.Released);
                break;
            case OwnershipMutation.DriverReapsUnused when idle && state.UsedIndex == state.LastUsed:
                ReadUsed(in state, ref sink);
                break;
            case OwnershipMutation.DriverPublishesTwice when idle && state.Submitted != 0 && Distance(in state, state.LastUsed, state.AvailWritten) < _size:
                var twice = state;
                twice.Filling = LowestOf(state.Submitted);
                twice.Driver = DriverAt.WritingSlot;
                sink.Add((int)Step.Fault, in twice);
                break;
            case OwnershipMutation.DriverPublishesUnwritten when state.Driver == DriverAt.WritingDescriptor:
                var unwritten = state;
                unwritten.Driver = DriverAt.WritingSlot;
                sink.Add((int)Step.Fault, in unwritten);
                break;
            case OwnershipMutation.DriverSkipsIndex when idle:
                Emit(ref sink, (int)Step.Fault, in state, OwnershipRules.AvailableIndexStored(
                    Index(in state, state.AvailIndex), Index(in state, state.AvailIndex).Plus(ushort.MaxValue),
                    Distance(in state, state.LastUsed, state.AvailIndex), _size));
                break;
            case OwnershipMutation.DeviceTakesUnavailable when live && state.Device == DeviceAt.Idle && state.AvailIndex == state.LastAvail:
                var ahead = state;
                ahead.Device = DeviceAt.ReadingSlot;
                sink.Add((int)Step.Fault, in ahead);
                break;
            case OwnershipMutation.DeviceTouchesFree when live && state.Free != 0:
                ToDescriptor(in state, ref sink, LowestOf(state.Free), OwnershipEvent.DeviceAccesses);
                break;
            case OwnershipMutation.DeviceTouchesCompleted when live:
                for (var i = 0; i < _size; i++)
                {
                    if (state.Owner(i) == Owner.Used)
                        ToDescriptor(in state, ref sink, i, OwnershipEvent.DeviceAccesses);
                }
                break;
            case OwnershipMutation.DeviceWorksAfterReset when state.Driver == DriverAt.Restarting:
                ToDescriptor(in state, ref sink, 0, OwnershipEvent.DeviceAccesses);
                break;
            case OwnershipMutation.DeviceCompletesTwice when live && state.UsedIndex != state.LastUsed && state.UsedWritten == state.UsedIndex:
                var again = state;
                again.SetUsedSlot(SlotOf(in state, state.UsedWritten), state.UsedSlot(SlotOf(in state, state.LastUsed)));
                again.UsedWritten = Successor(state.UsedWritten);
                StoreUsed(in again, ref sink);
                break;
            case OwnershipMutation.DeviceSkipsIndex when live && state.Held != 0:
                Emit(ref sink, (int)Step.Fault, in state, OwnershipRules.UsedIndexStored(
                    Index(in state, state.UsedIndex), Index(in state, state.UsedIndex).Plus((ushort)(_size + 1)), Count(state.Held)));
                break;
            case OwnershipMutation.DeviceForgets when live && state.Held != 0:
                var forgot = state;
                forgot.HeldTags = With(state.HeldTags, LowestOf(state.Held), 0);
                forgot.Held = state.Held & (state.Held - 1);
                sink.Add((int)Step.Fault, in forgot);
                break;
        }
    }

    private static int LowestOf(int mask) => System.Numerics.BitOperations.TrailingZeroCount(mask);

    private void ToSubmitted<TSink>(in OwnershipState state, ref TSink sink, OwnershipEvent what)
        where TSink : struct, ISink<OwnershipState>
    {
        for (var i = 0; i < _size; i++)
        {
            if ((state.Submitted >> i & 1) != 0 && state.Owner(i) is Owner.Available or Owner.Device or Owner.Used)
                ToDescriptor(in state, ref sink, i, what);
        }
    }

    private static void ToDescriptor<TSink>(in OwnershipState state, ref TSink sink, int descriptor, OwnershipEvent what)
        where TSink : struct, ISink<OwnershipState>
    {
        var next = state;
        Emit(ref sink, (int)Step.Fault, in next, Apply(ref next, descriptor, what));
    }
}
