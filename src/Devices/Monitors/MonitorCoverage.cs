using System.Numerics;
using Ringcheck.Exploration;
using Ringcheck.Models.Lifecycle;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// What an execution has come to, told at coarse points: at each register access the state of the lifecycle model and the rules by which the access is judged; at each store of
/// an index, and when one was seen, the state of the rings. Asks nobody while coverage is off. A rule by which nobody is judged here is not met.
/// </summary>
public sealed class MonitorCoverage(SimulatedMachine machine, Monitors monitors)
{
    const ulong OfLifecycle = 1, OfRings = 2;

    readonly Coverage coverage = machine.Engine.Coverage;
    ulong metOfModels;

    /// <summary>A step of the lifecycle model, with the rules that judge it and the state that it leads to.</summary>
    internal RuleViolation Next(VirtioDevice device, in LifecycleEvent what)
    {
        ref var state = ref device.Watch.Lifecycle;
        MeetAll(state.PremisesOf(what));
        if (what is { Kind: LifecycleEventKind.StatusWritten, Value: 0 } && monitors.Ownership.Outstanding != 0) Meet(RuleViolation.MemoryReusedBeforeReset);
        if (what.Kind < LifecycleEventKind.MemoryReused) Register(isConfiguration: what.Kind is LifecycleEventKind.ConfigRead or LifecycleEventKind.ConfigWritten, device.IsLegacy);
        if (what.Kind == LifecycleEventKind.NotifyWritten && device.Transport is PciTransport) Meet(SystemRule.BusMasterOff);
        if (what.Kind == LifecycleEventKind.VectorWritten) Meet(SystemRule.VectorRange);
        var rule = state.Next(what);
        coverage.Reach(Hashing.Mix(OfLifecycle, state.Abstract));
        return rule;
    }

    internal void Meet(RuleViolation rule) => MeetAll(1UL << (int)rule);

    void MeetAll(ulong rules)
    {
        if (!monitors.JudgeDriver) rules &= RuleNumbers.OfDevices;
        if (!monitors.JudgeDevices) rules &= ~RuleNumbers.OfDevices;
        rules &= ~metOfModels;
        if (rules == 0 || machine.Engine.Draining) return;
        metOfModels |= rules;
        for (; rules != 0; rules &= rules - 1) coverage.Meet(BitOperations.TrailingZeroCount(rules));
    }

    internal void Meet(SystemRule rule)
    {
        if (RuleNumbers.IsOfDevices(rule) ? monitors.JudgeDevices : monitors.JudgeDriver) coverage.Meet((int)rule);
    }

    /// <summary>The rings have changed hands: how many chains are where, who owes a notification, and how far the device has come with its reset.</summary>
    internal void Reached(QueueWatch queue)
    {
        ulong where = Few(queue.Taken.DistanceTo(queue.Published)) | Few(queue.Returned.DistanceTo(queue.Taken)) << 4 | Few(queue.Seen.DistanceTo(queue.Returned)) << 8;
        ulong notes = (queue.Kick.IsOwed ? 1UL : 0) | (queue.Interrupt.IsOwed ? 2UL : 0) | (queue.Stopped ? 4UL : 0) | (queue.Kick.Happened ? 8UL : 0)
            | (queue.Interrupt.Happened ? 16UL : 0) | (ulong)(queue.Device.InterruptStatus & 3) << 5;
        ulong events = NotificationMonitor.HasEventIndex(queue)
            ? Few(queue.Kick.Event.DistanceTo(queue.Published)) | Few(queue.Interrupt.Event.DistanceTo(queue.Returned)) << 4 : 0xFF;
        ulong state = where | notes << 12 | events << 20 | (ulong)queue.Published.Slot(queue.Size) << 32 | (ulong)queue.Number << 48;
        coverage.Reach(Hashing.Mix(Hashing.Mix(OfRings, state), queue.Device.Watch.Lifecycle.Abstract));
    }

    /// <summary>A count in four bits: more than 14 is many.</summary>
    static ulong Few(int count) => (ulong)Math.Min(count, 15);

    /// <summary>An access to where no device is.</summary>
    internal void Elsewhere(IBusDevice? target)
    {
        if (target is null) Meet(SystemRule.UnassignedAddress);
        else Meet(RuleViolation.TouchedEmptySlot);
    }

    /// <summary>The width and place of an access are judged; in the configuration space of a legacy device they are not.</summary>
    void Register(bool isConfiguration, bool isLegacy)
    {
        if (isConfiguration && isLegacy) return;
        Meet(isConfiguration ? SystemRule.ConfigWidth : SystemRule.RegisterWidth);
        Meet(isConfiguration ? SystemRule.ConfigRange : SystemRule.RegisterDirection);
    }

    /// <summary>A queue is live: the driver may write where it must not, and where the parts of it lie was checked.</summary>
    internal void Enabled(QueueWatch queue)
    {
        Meet(SystemRule.RingAlignment);
        Meet(SystemRule.RingOutsideMemory);
        Meet(SystemRule.RingOverlap);
        MeetAddress();
        Meet(SystemRule.WriteToUsedRing);
        Meet(SystemRule.BulkWriteToRing);
        Reached(queue);
    }

    /// <summary>A chain is the device's: each descriptor of it was checked.</summary>
    internal void Published(QueueWatch queue, ushort head)
    {
        Meet(RuleViolation.PublishedTwice);
        Meet(RuleViolation.AvailableIndexOverrun);
        Meet(RuleViolation.DriverTouchedExposed);
        Meet(SystemRule.HeadRange);
        Meet(SystemRule.ChainBroken);
        Meet(SystemRule.ChainLength);
        Meet(SystemRule.BufferOutsideMemory);
        Meet(SystemRule.Indirect);
        MeetAddress();
        for (ushort id = head; ; id = queue.Next[id])
        {
            if ((queue.Flags[id] & SplitDescriptor.Write) != 0) Meet(RuleViolation.DriverReadBeforeCompletion);
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) break;
            Meet(SystemRule.ReadableAfterWritable);
        }
    }

    /// <summary>A device was told an address, on a machine where the two kinds differ.</summary>
    void MeetAddress()
    {
        if (machine.BusOffset != 0) Meet(SystemRule.CpuAddressAsBusAddress);
    }

    /// <summary>The device has taken a chain, and is about to use its addresses.</summary>
    internal void Taken(QueueWatch queue)
    {
        Meet(RuleViolation.DeviceTouchedForeign);
        Meet(SystemRule.DeviceOutsideMemory);
        Reached(queue);
    }

    /// <summary>The device has given a chain back.</summary>
    internal void Returned()
    {
        Meet(RuleViolation.UsedIndexOverrun);
        Meet(RuleViolation.CompletedNotHeld);
        Meet(RuleViolation.DeviceTouchedAfterCompletion);
        if (!monitors.JudgeLengths) return;
        Meet(SystemRule.LengthNotWritten);
        Meet(SystemRule.LengthTooLong);
    }
}
